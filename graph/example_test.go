package graph_test

import (
	"fmt"

	"gorgpt/graph"
)

// Example declares y = x·w + b, differentiates Σ y / 2, and runs the graph.
func Example() {
	store, err := graph.NewStore([]graph.Param{{Name: "w", Shape: []int{3, 2}}, {Name: "b", Shape: []int{2}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	store.AllocateGradients()
	copy(store.Param("w").Value, []float32{1, 2, 3, 4, 5, 6}) // [in out]

	g := graph.New(true)
	x, values := g.Floats("x", 2, 3)
	count, n := g.Scalar("count")
	y := x.Linear(g.Param(store.Param("w")), g.Param(store.Param("b"))) // [2 3] → [2 2]
	loss := y.SumOver(count)
	g.Backward(loss)
	m, err := g.Compile(new(graph.Arena), y)
	if err != nil { // all mistakes of the declaration are here, with scope and shapes
		fmt.Println(err)
		return
	}
	copy(values, []float32{1, 0, 0, 0, 1, 1})
	*n = 2
	if err := m.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(y.Values(), loss.Value())
	fmt.Println(store.Param("w").Grad, store.Param("b").Grad)
	// Output:
	// [1 2 8 10] 10.5
	// [0.5 0.5 0.5 0.5 0.5 0.5] [1 1]
}
