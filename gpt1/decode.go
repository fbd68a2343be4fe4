package gpt1

import "gorgpt/graph"

// NewCaches allocates a cache for each block, with slots for b sequences of up to NCtx positions.
func (m *Model) NewCaches(b int) []*graph.Cache {
	caches := make([]*graph.Cache, len(m.Blocks))
	for i, block := range m.Blocks {
		caches[i] = graph.NewCache(block.Name+".attn", b, m.NHead, m.NCtx, m.NEmbd/m.NHead)
	}
	return caches
}

// Cached is Hidden for tokens that follow those in the caches, and adds their keys and values.
// slots [B] are the slots of the caches that the sequences have, each its own, and at [B] the numbers
// of tokens in these. It applies no dropout. ids [B T] → [B T C]
func (m *Model) Cached(ids, at, slots graph.Node, caches []*graph.Cache) graph.Node {
	h := m.Embed.At(ids, at)
	for i, b := range m.Blocks {
		h = b.cached(h, at, slots, caches[i])
	}
	return h
}

func (b *Block) cached(x, at, slots graph.Node, c *graph.Cache) graph.Node {
	defer x.Graph().Scope(b.Name)()
	return b.around(x, b.Attn.Cached(x, c, at, slots))
}

// Plain is Hidden with attention from plain ops. It returns the states before the first block and after
// each, of which the last are those of Hidden, and the attention weights of each block, before dropout.
// ids [B T] → 1 + blocks × [B T C], blocks × [B H T T]
func (m *Model) Plain(ids graph.Node) (states, weights []graph.Node) {
	h := m.Embed.Forward(ids)
	states = []graph.Node{h}
	for _, b := range m.Blocks {
		y, w := b.plain(h)
		h, states, weights = y, append(states, y), append(weights, w)
	}
	return states, weights
}

func (b *Block) plain(x graph.Node) (y, weights graph.Node) {
	defer x.Graph().Scope(b.Name)()
	attn, weights := b.Attn.Plain(x)
	return b.around(x, attn), weights
}
