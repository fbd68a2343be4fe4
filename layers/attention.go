package layers

import (
	"math"

	"gorgpt/graph"
)

// Attention is masked multi-head self-attention.
// An Attention is safe for concurrent use as long as nothing changes it.
type Attention struct {
	QKV, Proj Linear
	H         int        // heads; D = C/H
	Drop      graph.Drop // on the attention weights
}

// Forward computes softmax(QKᵀ/√D + mask)·V per head, then projects.
// [B T C] → [B T C]
func (a *Attention) Forward(x graph.Node) graph.Node {
	defer x.Graph().Scope("attn")()
	qkv := a.QKV.Forward(x.Axes("… T C")).Axes("… T 3C")
	y := qkv.Attention(a.H, a.Drop) // [B T C]
	return a.Proj.Forward(y).Axes("… T C")
}

// Cached is Forward for positions that follow those in the cache, and adds them to it. at [B] are
// the numbers of positions that the slots [B] of the cache hold. [B T C] → [B T C]
func (a *Attention) Cached(x graph.Node, c *graph.Cache, at, slots graph.Node) graph.Node {
	defer x.Graph().Scope("attn")()
	y := a.QKV.Forward(x.Axes("… T C")).CachedAttention(c, at.Axes("B"), slots.Axes("B"))
	return a.Proj.Forward(y).Axes("… T C")
}

// Plain is Forward from plain ops, which hold every intermediate value: the
// definition that the fused op must equal. It also returns the attention
// weights before dropout. [B T C] → [B T C], [B H T T]
func (a *Attention) Plain(x graph.Node) (y, weights graph.Node) {
	defer x.Graph().Scope("attn")()
	q, k, v := a.QKV.Forward(x.Axes("… T C")).Split3() // 3 × [B T C]
	q, k, v = q.Heads(a.H), k.Heads(a.H), v.Heads(a.H) // 3 × [B H T D]
	d := float64(a.QKV.W.Shape[0] / a.H)
	weights = q.MatMulT(k).Scale(float32(1 / math.Sqrt(d))).Causal().Softmax() // [B H T T]
	y = weights.Dropout(a.Drop).MatMul(v).Merge()                              // [B T C]
	return a.Proj.Forward(y).Axes("… T C"), weights.Axes("… H T T")
}
