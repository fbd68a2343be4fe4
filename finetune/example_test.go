package finetune_test

import (
	"fmt"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/tokenizer"
)

// Example turns rows into the token sequences of figure 1.
func Example() {
	rows := []loaders.Row{
		{Texts: []string{"it rains", "it is wet"}, Label: loaders.Label{Text: "yes"}},
		{Texts: []string{"it rains", "it is dry"}, Label: loaders.Label{Text: "no"}},
	}
	spec, err := finetune.Learn(heads.Entailment, rows)
	if err != nil {
		fmt.Println(err)
		return
	}
	set, tok, err := encode(spec, rows)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(spec.Labels)
	for _, e := range set.Examples {
		for _, id := range e.Sequences[0] {
			token, _ := tok.Token(id)
			fmt.Print(token, " ")
		}
		fmt.Println("→ class", e.Label)
	}
	// Output:
	// [no yes]
	// _start_ it</w> rains</w> _delimiter_ it</w> is</w> wet</w> _classify_ → class 1
	// _start_ it</w> rains</w> _delimiter_ it</w> is</w> dry</w> _classify_ → class 0
}

// encode learns a vocabulary of whole words and tokenizes the rows.
func encode(spec finetune.Spec, rows []loaders.Row) (*finetune.Set, *tokenizer.Tokenizer, error) {
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 100, MinFrequency: 1})
	trainer.Add("it rains is wet dry")
	tok, err := trainer.Train()
	if err != nil {
		return nil, nil, err
	}
	if tok, err = tok.AddSpecials(); err != nil {
		return nil, nil, err
	}
	if spec.Specials, err = finetune.Specials(tok); err != nil {
		return nil, nil, err
	}
	const ctx = 16
	set, err := finetune.Encode(spec, tok, ctx, rows, nil, ledger.DefaultTolerance)
	return set, tok, err
}
