package tokenizer_test

import (
	"fmt"

	"gorgpt/tokenizer"
)

// Example learns a small vocabulary and takes a text there and back.
func Example() {
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 40})
	trainer.Add("The cat sat on the mat. The hat is on the cat.")
	tok, err := trainer.Train()
	if err != nil {
		fmt.Println(err)
		return
	}
	ids := tok.Encode("The cat is on that hat!")
	for _, id := range ids {
		token, _ := tok.Token(id)
		fmt.Print(token, ", ")
	}
	fmt.Println(len(ids), "ids")
	fmt.Println(tok.Decode(ids))
	// Output:
	// the</w>, cat</w>, i, s</w>, on</w>, t, h, at</w>, h, at</w>, <unk>, 11 ids
	// the cat is on that hat <unk>
}

// The two pipelines cut the same text into different words. To the original one a line break is
// a word too, which this vocabulary lacks.
func ExampleTokenizer_WithPipeline() {
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 200, MinFrequency: 1})
	trainer.Add("don ' t do n't the house , \" “ ” ’ h o u s e")
	bert, err := trainer.Train()
	if err != nil {
		fmt.Println(err)
		return
	}
	original := bert.WithPipeline(tokenizer.Original)
	const text = "“Don’t the\nHouse”"
	for _, tok := range []*tokenizer.Tokenizer{bert, original} {
		fmt.Printf("%s: %q\n", tok.Pipeline(), tok.Decode(tok.Encode(text)))
	}
	// Output:
	// bert: "“ don ’ t the house ”"
	// original: "\" do n't the <unk>house \""
}
