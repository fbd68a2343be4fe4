package layers

import (
	"strings"

	"gorgpt/graph"
)

// Linear is y = xW + b at each position, with W stored [in out] as in the 2018
// code (Hugging Face calls it Conv1D).
// A Linear is safe for concurrent use as long as nothing changes it.
type Linear struct {
	W, B *graph.Param // [I O], [O]
}

// Forward maps [B T I] to [B T O].
func (l Linear) Forward(x graph.Node) graph.Node {
	g := x.Graph()
	defer g.ScopeOf(l.W)()
	y := x.Linear(g.Param(l.W), g.Param(l.B))
	if in, out, named := strings.Cut(l.W.Axes, " "); named {
		x.Axes("… " + in)
		y.Axes("… " + out)
	}
	return y
}
