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

// ExampleBlock declares one block alone, on states that are an input.
func ExampleBlock() {
	model, err := gpt1.New(gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 16, NCtx: 8, VocabSize: 50, LayerNormEps: 1e-5, InitRange: 0.02})
	if err != nil {
		fmt.Println(err)
		return
	}
	g := graph.New(false)
	x, _ := g.Floats("states", 3, 8, 16)
	y := model.Blocks[1].Forward(x)
	fmt.Println(y.Name(), y.Shape(), g.Err())
	// Output:
	// h.1.ln_2.residual_norm [3 8 16] <nil>
}
