package graph

import "gorgpt/internal/kernels"

// Operations on each value. Forwards: two sums, x − mean, its square, ·1/σ, ·gain and
// + bias. Backwards: x̂ (2), its product with dy and two sums for gain and bias, dy·gain,
// two sums of it, one with x̂, and 1/σ·(dx̂ − mean − x̂·mean) in 4.
const normFLOPs, normGradFLOPs = 7, 13

// LayerNorm normalises each vector x to mean 0 and variance 1 (biased, eps inside
// the root), then scales and shifts it. x [… C], gain [C], bias [C] → [… C]
func (x Node) LayerNorm(gain, bias Node, eps float32) Node {
	if !ok(x, gain, bias) || !x.g.checkNorm("layer_norm", x, gain, bias) {
		return Node{g: x.g}
	}
	rows, width := x.rows(), x.dim(-1)
	return x.g.apply(spec{
		name: "layer_norm", in: []Node{x, gain, bias}, shape: x.shape, side: []int{rows, rows},
		facts: facts{flops: normFLOPs * rows * width},
		run: func(c *call) {
			kernels.LayerNorm(c.y, c.side[0], c.side[1], c.f(0), c.f(1), c.f(2), rows, width, eps)
		},
		grad: func(y, dy Node) []Node {
			dx, dgain, dbias := y.normGrad(gain, bias, spec{in: []Node{dy, x, gain, y}, facts: facts{
				reads: []int{rows * width, rows * width, width, 2 * rows}, roles: []string{"dy", "x", "gain", "mean, 1/σ"},
			}}, func(c *call, dgain, dbias []float32) {
				s := y.op().c.side
				kernels.LayerNormGrad(c.y, dgain, dbias, c.f(0), c.f(1), s[0], s[1], c.f(2), rows, width)
			})
			return []Node{dx, dgain, dbias}
		},
	})
}

// ResidualLayerNorm computes LN(x + dropout(branch)), the sum that closes each
// half of a GPT-1 block. x [B T C], branch [B T C], gain [C], bias [C] → [B T C]
func (x Node) ResidualLayerNorm(branch, gain, bias Node, eps float32, d Drop) Node {
	if !ok(x, branch, gain, bias) || !x.g.checkNorm("residual_norm", x, gain, bias) {
		return Node{g: x.g}
	}
	if len(x.shape) != 3 || !equal(x.shape, branch.shape) {
		return x.g.failf("residual_norm", "%v + %v: want two [B T C]", x.shape, branch.shape)
	}
	b, t, width := x.dim(0), x.dim(1), x.dim(2)
	in, mask := x.g.dropInputs(d, x, branch, gain, bias)
	return x.g.apply(spec{
		name: "residual_norm", in: in, shape: x.shape, side: []int{b * t, b * t, size(x.shape)},
		facts: facts{
			flops: (normFLOPs + 1 + d.flops(x.g)) * size(x.shape), note: d.note(x.g, ""), roles: []string{"x", "branch"},
		},
		run: func(c *call) {
			mask, seq := mask(c)
			kernels.ResidualLayerNorm(c.y, c.side[2], c.side[0], c.side[1], c.f(0), c.f(1), c.f(2), c.f(3), mask, seq, b, t, width, eps)
		},
		diff: append([]bool{true, true, true, true}, make([]bool, len(in)-4)...),
		grad: func(y, dy Node) []Node {
			in, mask := x.g.dropInputs(d, dy, gain, y)
			s := spec{in: in, side: []int{size(x.shape)}, facts: facts{
				flops: d.flops(x.g) * size(x.shape), note: d.note(x.g, ""),
				reads: []int{size(x.shape), width, 2*b*t + size(x.shape)}, roles: []string{"dy", "gain", "sum, mean, 1/σ"},
			}}
			dx, dgain, dbias := y.normGrad(gain, bias, s, func(c *call, dgain, dbias []float32) {
				mask, seq := mask(c)
				f := y.op().c.side
				kernels.ResidualLayerNormGrad(c.y, c.side[0], dgain, dbias, c.f(0), f[2], f[0], f[1], c.f(1), mask, seq, b, t, width)
			})
			dbranch := x.g.apply(spec{
				name: y.Name() + ".dbranch", full: true, kind: "part", in: []Node{dx}, shape: x.shape, part: 1, facts: facts{idle: true, note: "of the branch", axes: x.axes()},
				run: func(*call) {},
			})
			return append([]Node{dx, dbranch, dgain, dbias}, make([]Node, len(in)-3)...)
		},
	})
}

// normGrad declares the op that computes all derivatives of a normalisation y at
// once: dx is its output; what it adds to the gradients of gain and bias, two
// further nodes stand for.
func (y Node) normGrad(gain, bias Node, s spec, run func(c *call, dgain, dbias []float32)) (dx, dgain, dbias Node) {
	s.name, s.full, s.kind, s.shape = y.Name()+".dx", true, "norm.grad", y.shape
	s.axes = y.axes()
	pg, pb := gain.gradient(s.name), bias.gradient(s.name)
	s.run = func(c *call) { run(c, pg.Grad, pb.Grad) }
	s.flops += normGradFLOPs * size(y.shape)
	s.adds = size(gain.shape) + size(bias.shape)
	dx = y.g.apply(s)
	done, idle := func(*call) {}, facts{idle: true, note: "done with dx"}
	return dx, gain.accumulate(y.Name()+".dgain", []Node{dx}, idle, done), bias.accumulate(y.Name()+".dbias", []Node{dx}, idle, done)
}

func (g *Graph) checkNorm(what string, x, gain, bias Node) bool {
	if len(x.shape) < 2 || len(gain.shape) != 1 || !equal(gain.shape, bias.shape) || gain.dim(0) != x.dim(-1) {
		g.failf(what, "%v with gain %v and bias %v: want [… C], [C], [C]", x.shape, gain.shape, bias.shape)
		return false
	}
	return true
}
