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
