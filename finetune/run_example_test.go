package finetune_test

import (
	"context"
	"fmt"

	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// This example fine-tunes a small new model and evaluates it on rows that it has not seen.
func ExampleNewPlan() {
	d := &finetune.Data{Name: "films", Train: films("a film", "the film", "this film"), Test: films("that film")}
	var err error
	if d.Spec, err = finetune.Learn(heads.Classification, d.Train); err != nil {
		fmt.Println(err)
		return
	}
	base, err := smallBase()
	if err != nil {
		fmt.Println(err)
		return
	}
	o := finetune.Defaults()
	o.Task, o.Epochs, o.Steps, o.LR = heads.Classification, 0, 60, 0.01
	plan, err := finetune.NewPlan(o, d, base, train.Listener{})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := plan.Train(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, p := range result.Test.Predictions {
		fmt.Println(d.Test[i].Texts[0], "→", p.Predicted)
	}
	accuracy, _ := result.Test.Headline()
	fmt.Println("accuracy", accuracy)
	// Output:
	// that film was good → good
	// that film was bad → bad
	// accuracy 1
}

// films returns rows whose label is their last word.
func films(subjects ...string) (rows []loaders.Row) {
	for _, subject := range subjects {
		for _, word := range []string{"good", "bad"} {
			rows = append(rows, loaders.Row{Texts: []string{subject + " was " + word}, Label: loaders.Label{Text: word}})
		}
	}
	return rows
}

// smallBase returns a model with random weights and a vocabulary of a few words.
func smallBase() (*finetune.Base, error) {
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 100, MinFrequency: 1})
	trainer.Add("a the this that film was good bad")
	tok, err := trainer.Train()
	if err != nil {
		return nil, err
	}
	if tok, err = tok.AddSpecials(); err != nil {
		return nil, err
	}
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 2, NEmbd: 16, NCtx: 12, VocabSize: tok.Size(), LayerNormEps: 1e-5, InitRange: 0.02})
	if err != nil {
		return nil, err
	}
	m.Init(1)
	return &finetune.Base{Model: m, Tok: tok}, nil
}
