package layers

import "gorgpt/graph"

// Embedding holds the token and position embeddings. The token embedding also is
// the output matrix of the language model (weight tying). A recurrent model has no
// Positions.
// An Embedding is safe for concurrent use as long as nothing changes it.
type Embedding struct {
	Tokens, Positions *graph.Param // [V C], [T C]
	Drop              graph.Drop
}

// Forward computes h₀ = U·W_e + W_p with dropout. ids [B T] → [B T C]
func (e *Embedding) Forward(ids graph.Node) graph.Node {
	g := ids.Graph()
	defer g.Scope("embed")()
	if e.Positions == nil {
		return graph.Lookup(ids.Axes("… T"), g.Param(e.Tokens)).Dropout(e.Drop).Axes("… T C")
	}
	return graph.Embed(ids.Axes("… T"), g.Param(e.Tokens), g.Param(e.Positions)).Dropout(e.Drop).Axes("… T C")
}

// At is Forward for positions at[b], at[b]+1, … of sequence b, without dropout.
// ids [B T], at [B] → [B T C]
func (e *Embedding) At(ids, at graph.Node) graph.Node {
	g := ids.Graph()
	defer g.Scope("embed")()
	return graph.EmbedAt(ids.Axes("… T"), g.Param(e.Tokens), g.Param(e.Positions), at.Axes("B")).Axes("… T C")
}

// Logits computes h·W_eᵀ. [B T C] → [B T V'], V' = graph.LogitsStride(V)
func (e *Embedding) Logits(h graph.Node) graph.Node {
	return h.Axes("… C").TiedLogits(h.Graph().ParamAs(e.Tokens, "as output")).Axes("… V'")
}
