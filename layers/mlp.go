package layers

import "gorgpt/graph"

// MLP is the position-wise feed-forward network of a block, GELU(xW₁ + b₁)W₂ + b₂.
// An MLP is safe for concurrent use as long as nothing changes it.
type MLP struct {
	FC, Proj Linear // [C F], [F C]; F = 4C
}

// Forward maps [B T C] to [B T C].
func (m *MLP) Forward(x graph.Node) graph.Node {
	defer x.Graph().Scope("mlp")()
	h := m.FC.Forward(x.Axes("… T C")).GELU().Axes("… T F")
	return m.Proj.Forward(h).Axes("… T C")
}
