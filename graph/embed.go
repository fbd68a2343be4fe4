package graph

import "gorgpt/internal/kernels"

// Embed looks tokens up and adds positions 0…T-1 (section 3.1, h_0 = UW_e + W_p).
// ids [B T] of int32, tokens [V C], positions [≥T C] → [B T C]
func Embed(ids, tokens, positions Node) Node {
	g := ids.g
	if !ok(ids, tokens, positions) || !g.checkEmbed(ids, tokens, positions) {
		return Node{g: g}
	}
	b, t, width, compact := ids.dim(0), ids.dim(1), tokens.dim(1), g.compactOf(tokens)
	start := make([]int32, b)
	return g.apply(spec{
		name: "embed", in: []Node{ids, tokens, positions}, shape: []int{b, t, width},
		facts: embedFacts(ids, tokens), compact: true,
		run: func(c *call) {
			if compact != nil {
				kernels.EmbedCompact(c.y, compact, c.f(positions), c.i(ids), start, t, width)
				return
			}
			kernels.Embed(c.y, c.f(tokens), c.f(positions), c.i(ids), start, t, width)
		},
		grad: func(y, dy Node) []Node {
			dtok := tokens.accumulate(y.Name()+".dtokens", []Node{ids, dy}, facts{flops: b * t * width, writes: b * t * width, roles: []string{"ids", "dy"}}, func(c *call) {
				kernels.EmbedTokGrad(c.y, c.f(dy), c.i(ids), b*t, width)
			})
			dpos := positions.accumulate(y.Name()+".dpositions", []Node{dy}, facts{flops: b * t * width, writes: t * width}, func(c *call) {
				kernels.EmbedPosGrad(c.y, c.f(dy), b, t, width)
			})
			return []Node{{}, dtok, dpos}
		},
	})
}

// EmbedAt is [Embed] with positions at[b]…at[b]+T-1 for sequence b, and without a derivative.
// at [B] of int32
func EmbedAt(ids, tokens, positions, at Node) Node {
	g := ids.g
	if !ok(ids, tokens, positions, at) || !g.checkEmbed(ids, tokens, positions) {
		return Node{g: g}
	}
	if size(at.shape) != ids.dim(0) {
		return g.failf("embed", "ids %v at %v: want [B T] at [B]", ids.shape, at.shape)
	}
	b, t, width, compact := ids.dim(0), ids.dim(1), tokens.dim(1), g.compactOf(tokens)
	return g.apply(spec{
		name: "embed", in: []Node{ids, tokens, positions, at}, shape: []int{b, t, width},
		facts: embedFacts(ids, tokens), compact: true,
		run: func(c *call) {
			from := c.i(at)
			for _, n := range from {
				if n < 0 || int(n)+t > positions.dim(0) {
					c.fail("positions %d to %d wanted, the model has %d", n, int(n)+t, positions.dim(0))
					return
				}
			}
			if compact != nil {
				kernels.EmbedCompact(c.y, compact, c.f(positions), c.i(ids), from, t, width)
				return
			}
			kernels.Embed(c.y, c.f(tokens), c.f(positions), c.i(ids), from, t, width)
		},
	})
}

// checkEmbed checks the shapes of an embedding's operands.
func (g *Graph) checkEmbed(ids, tokens, positions Node) bool {
	if len(ids.shape) != 2 || len(tokens.shape) != 2 || len(positions.shape) != 2 || tokens.dim(1) != positions.dim(1) {
		g.failf("embed", "ids %v, tokens %v, positions %v: want [B T], [V C], [T C]", ids.shape, tokens.shape, positions.shape)
		return false
	}
	if t := ids.dim(1); t > positions.dim(0) {
		g.failf("embed", "%d positions wanted, the model has %d", t, positions.dim(0))
		return false
	}
	return true
}

// embedFacts counts only the rows of the tables that are looked up.
func embedFacts(ids, tokens Node) facts {
	b, t, width := ids.dim(0), ids.dim(1), tokens.dim(1)
	return facts{
		flops: b * t * width, reads: []int{b * t, b * t * width, t * width},
		axes: append(ids.axes(), tokens.axes()[1]), roles: []string{"ids", "W_e", "W_p"},
	}
}

// PickRows takes one position of each sequence: the state that a task head
// reads. x [B T C], at [B] of int32 → [B C]
func (x Node) PickRows(at Node) Node {
	if !ok(x, at) {
		return Node{g: x.g}
	}
	if len(x.shape) != 3 || len(at.shape) != 1 || at.dim(0) != x.dim(0) {
		return x.g.failf("pick", "%v at %v: want [B T C] at [B]", x.shape, at.shape)
	}
	b, t, width := x.dim(0), x.dim(1), x.dim(2)
	row := func(data []float32, b int, at []int32) []float32 {
		from := (b*t + int(at[b])) * width
		return data[from : from+width]
	}
	return x.g.apply(spec{
		name: "pick", in: []Node{x, at}, shape: []int{b, width},
		facts: facts{reads: []int{b * width}, axes: []string{x.axes()[0], x.axes()[2]}, roles: []string{"x", "at"}},
		run: func(c *call) {
			for i := range b {
				copy(c.y[i*width:(i+1)*width], row(c.f(x), i, c.i(at)))
			}
		},
		grad: func(y, dy Node) []Node {
			dx := x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "pick.grad", in: []Node{dy, at}, shape: x.shape,
				facts: facts{axes: x.axes(), roles: []string{"dy", "at"}},
				run: func(c *call) {
					clear(c.y)
					for i := range b {
						copy(row(c.y, i, c.i(at)), c.f(dy)[i*width:(i+1)*width])
					}
				},
			})
			return []Node{dx, {}}
		},
	})
}
