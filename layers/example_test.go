package layers_test

import (
	"fmt"

	"gorgpt/graph"
	"gorgpt/layers"
)

// Example normalises a state and applies a linear layer: y = LN(x) W + b.
func Example() {
	store, err := graph.NewStore([]graph.Param{
		{Name: "g", Shape: []int{2}}, {Name: "b", Shape: []int{2}}, {Name: "w", Shape: []int{2, 1}}, {Name: "bias", Shape: []int{1}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	copy(store.Param("g").Value, []float32{1, 1})
	copy(store.Param("w").Value, []float32{1, 3})
	norm := layers.LayerNorm{Gain: store.Param("g"), Bias: store.Param("b"), Eps: 1e-5}
	linear := layers.Linear{W: store.Param("w"), B: store.Param("bias")}

	g := graph.New(false)
	x, values := g.Floats("x", 1, 2)
	y := linear.Forward(norm.Forward(x)) // [1 2] → [1 1]
	m, err := g.Compile(new(graph.Arena), y)
	if err != nil {
		fmt.Println(err)
		return
	}
	copy(values, []float32{4, 8})
	if err := m.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", y.Values())
	// Output:
	// [2.000]
}
