package generate_test

import (
	"context"
	"fmt"
	"log"

	"gorgpt/generate"
	"gorgpt/gpt1"
)

func Example() {
	// Random weights; checkpoint.ReadFolder reads a trained model and its tokenizer.
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 2, NEmbd: 16, NCtx: 8, VocabSize: 20, LayerNormEps: 1e-5, InitRange: 0.5})
	if err != nil {
		log.Fatal(err)
	}
	m.Init(1)
	prompt := []int32{3, 14, 15}
	texts, err := generate.New(m).Sample(context.Background(), prompt, generate.Options{
		Tokens: 12, Samples: 2, Temperature: 0.8, TopK: 5, Seed: 1,
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	logProbs, err := generate.NewScorer(m).LogProbs(context.Background(), append(prompt, texts[0]...))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(texts), "texts of", len(texts[0]), "tokens, past a context of", m.NCtx)
	fmt.Println(len(logProbs), "tokens predicted in the first")
	// Output:
	// 2 texts of 12 tokens, past a context of 8
	// 14 tokens predicted in the first
}
