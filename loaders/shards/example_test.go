package shards_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"gorgpt/loaders"
	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
)

// Example keeps the tokens of a book in files and reads some of them.
func Example() {
	if err := example(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 6 tokens, the last ones: in spain
}

func example() (err error) {
	dir, err := os.MkdirTemp("", "tokens")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	book := loaders.Book{Name: "rain", Text: "The rain stays mainly in Spain"}
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 100, MinFrequency: 1})
	trainer.Add(book.Text)
	tok, err := trainer.Train()
	if err != nil {
		return err
	}
	corpus := shards.Corpus{Tokenizer: tok, Train: []loaders.Source{book.Source()}}
	if err := shards.Write(context.Background(), dir, corpus); err != nil {
		return err
	}

	folder, err := shards.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	tokens := folder.Train[0].Tokens
	last := make([]int32, 2)
	if err := tokens.Copy(last, tokens.Len()-2); err != nil {
		return err
	}
	fmt.Printf("%d tokens, the last ones: %s\n", tokens.Len(), tok.Decode(last))
	return nil
}
