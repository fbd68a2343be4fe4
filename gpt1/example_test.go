package gpt1_test

import (
	"fmt"
	"math"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Example declares a language model of a preset's shape, and computes the loss of one window.
func Example() {
	c, err := gpt1.Preset("tiny")
	if err != nil {
		fmt.Println(err)
		return
	}
	c.VocabSize, c.NCtx = 50, 8
	m, err := gpt1.New(c)
	if err != nil {
		fmt.Println(err)
		return
	}
	m.Init(1)
	const b, train = 1, false
	lm, err := m.NewLM(new(graph.Arena), b, c.NCtx, train)
	if err != nil {
		fmt.Println(err)
		return
	}
	lm.Fill(0, []int32{7, 3, 9, 4, 7, 3, 9, 4, 7}) // T+1 tokens
	*lm.Count = float32(c.NCtx)
	loss, err := lm.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Store.Len(), "parameters,", len(m.Params()), "tensors")
	fmt.Printf("loss of a new model within 1 of ln V: %v\n", math.Abs(loss-math.Log(50)) < 1)
	// Output:
	// 800512 parameters, 50 tensors
	// loss of a new model within 1 of ln V: true
}
