package gorgpt_test

import (
	"context"
	"fmt"
	"log"

	"gorgpt"
)

func ExampleModel_Generate() {
	m, err := gorgpt.Open("testdata/stability/c3479e4/tuned-done") // or runs/tiny
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print("the boy saw")
	for piece, err := range m.Generate(context.Background(), "the boy saw", gorgpt.Sampling{Tokens: 5}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(piece)
	}
	// Output: the boy saw w the the the the
}

func ExampleModel_Predict() {
	m, err := gorgpt.Open("testdata/stability/c3479e4/tuned-done") // or a run folder of gorgpt finetune
	if err != nil {
		log.Fatal(err)
	}
	p, err := m.Predict(context.Background(), gorgpt.Text("the boy saw the lamp at the sea and was sad."))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %s %.2f\n", p.Label, m.Labels(), p.Probabilities)
	// Output: sad [glad sad] [0.08 0.92]
}

func ExampleModel_Score() {
	m, err := gorgpt.Open("testdata/stability/c3479e4/tuned-done")
	if err != nil {
		log.Fatal(err)
	}
	tokens, err := m.Score(context.Background(), "the boy was glad", 1)
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range tokens[1:] {
		fmt.Printf("%q %.2f, most likely %q\n", t.Text, t.LogProb, t.Alternatives[0].Text)
	}
	// Output:
	// " boy" -3.39, most likely " the"
	// " was" -4.26, most likely " u"
	// " g" -3.99, most likely " sa"
	// "l" -1.69, most likely "l"
	// "ad" -1.64, most likely "ad"
}
