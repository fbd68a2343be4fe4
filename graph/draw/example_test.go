package draw_test

import (
	"fmt"
	"os"
	"strings"

	"gorgpt/graph"
	"gorgpt/graph/draw"
)

// Example writes a graph in the language of Graphviz.
func Example() {
	g := graph.New(false)
	x, _ := g.Floats("x", 2, 3)
	x.Named("B C").GELU()
	nodes, err := g.Nodes()
	if err != nil {
		fmt.Println(err)
		return
	}
	var dot strings.Builder
	if err := draw.New("a layer", nodes, draw.Op, nil).WriteDOT(&dot); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.HasPrefix(dot.String(), "digraph"), strings.Contains(dot.String(), "gelu"))
	if err := draw.WriteSummary(os.Stdout, "a layer", nodes); err != nil {
		fmt.Println(err)
	}
	// Output:
	// true true
	// a layer
	//   part    ×         output  parameters  FLOP forward  backward  update  memory
	//   (rest)     [B C] = [2 3]           0           54          -       -    48 B
	//   total                              0           54          -       -    48 B
}
