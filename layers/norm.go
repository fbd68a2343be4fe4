package layers

import "gorgpt/graph"

// LayerNorm is (x − mean)/√(variance + ε)·gain + bias along the last axis.
// A LayerNorm is safe for concurrent use as long as nothing changes it.
type LayerNorm struct {
	Gain, Bias *graph.Param // [C], [C]
	Eps        float32
}

// Forward maps [B T C] to [B T C].
func (l LayerNorm) Forward(x graph.Node) graph.Node {
	g := x.Graph()
	defer g.ScopeOf(l.Gain)()
	return x.Axes("… C").LayerNorm(g.Param(l.Gain), g.Param(l.Bias), l.Eps).Axes("… C")
}

// Residual computes LN(x + dropout(branch)) as one op. 2 × [B T C] → [B T C]
func (l LayerNorm) Residual(x, branch graph.Node, d graph.Drop) graph.Node {
	g := x.Graph()
	defer g.ScopeOf(l.Gain)()
	x, branch = x.Axes("… T C"), branch.Axes("… T C")
	return x.ResidualLayerNorm(branch, g.Param(l.Gain), g.Param(l.Bias), l.Eps, d).Axes("… T C")
}

// residual computes the same as Residual from plain ops, for its test.
func (l LayerNorm) residual(x, branch graph.Node, d graph.Drop) graph.Node {
	return l.Forward(x.Add(branch.Dropout(d)))
}
