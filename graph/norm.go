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
	mean, rstd := sideBuffer(rows), sideBuffer(rows)
	return x.g.apply(spec{
		name: "layer_norm", in: []Node{x, gain, bias}, shape: x.shape, side: []*buffer{mean, rstd},
		facts: facts{flops: normFLOPs * rows * width},
		run: func(c *call) {
			kernels.LayerNorm(c.y, mean.data, rstd.data, c.f(x), c.f(gain), c.f(bias), rows, width, eps)
		},
		grad: func(y, dy Node) []Node {
			dx, dgain, dbias := y.normGrad(gain, bias, spec{in: []Node{dy, x, gain, y}, facts: facts{
				reads: []int{rows * width, rows * width, width, 2 * rows}, roles: []string{"dy", "x", "gain", "mean, 1/σ"},
			}}, func(c *call, dgain, dbias []float32) {
				kernels.LayerNormGrad(c.y, dgain, dbias, c.f(dy), c.f(x), mean.data, rstd.data, c.f(gain), rows, width)
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
	mean, rstd, sum := sideBuffer(b*t), sideBuffer(b*t), sideBuffer(size(x.shape))
	residual := func(c *call) kernels.ResidualNorm {
		drop, seq := mask(c)
		return kernels.ResidualNorm{
			Mean: mean.data, Rstd: rstd.data, Sum: sum.data, Gain: c.f(gain), Drop: drop, Seq: seq, B: b, T: t, C: width,
		}
	}
	return x.g.apply(spec{
		name: "residual_norm", in: in, shape: x.shape, side: []*buffer{mean, rstd, sum},
		facts: facts{
			flops: (normFLOPs + 1 + d.flops(x.g)) * size(x.shape), note: d.note(x.g, ""), roles: []string{"x", "branch"},
		},
		run: func(c *call) {
			residual(c).Forward(c.y, c.f(x), c.f(branch), c.f(bias), eps)
		},
		grad: func(y, dy Node) []Node {
			in, _ := x.g.dropInputs(d, dy, gain, y)
			ofBranch := sideBuffer(size(x.shape))
			s := spec{in: in, side: []*buffer{ofBranch}, facts: facts{
				flops: d.flops(x.g) * size(x.shape), note: d.note(x.g, ""),
				reads: []int{size(x.shape), width, 2*b*t + size(x.shape)}, roles: []string{"dy", "gain", "sum, mean, 1/σ"},
			}}
			dx, dgain, dbias := y.normGrad(gain, bias, s, func(c *call, dgain, dbias []float32) {
				residual(c).Grad(c.y, ofBranch.data, dgain, dbias, c.f(dy))
			})
			dbranch := x.g.apply(spec{
				name: y.Name() + ".dbranch", full: true, kind: "part", in: []Node{dx}, shape: x.shape, shares: ofBranch,
				facts: facts{idle: true, note: "of the branch", axes: x.axes()}, run: func(*call) {},
			})
			return []Node{dx, dbranch, dgain, dbias}
		},
	})
}

// normGrad declares the op that computes all derivatives of a normalisation y at
// once. Its output is dx; it also adds to the gradients of gain and bias.
func (y Node) normGrad(gain, bias Node, s spec, run func(c *call, dgain, dbias []float32)) (dx, dgain, dbias Node) {
	s.name, s.full, s.kind, s.shape = y.Name()+".dx", true, "norm.grad", y.shape
	s.axes = y.axes()
	pg, pb := gain.gradient(s.name), bias.gradient(s.name)
	s.run = func(c *call) { run(c, y.g.gradientOf(pg), y.g.gradientOf(pb)) }
	s.flops += normGradFLOPs * size(y.shape)
	s.adds = size(gain.shape) + size(bias.shape)
	dx = y.g.apply(s)
	return dx, gain.addedBy(dx, y.Name()+".dgain"), bias.addedBy(dx, y.Name()+".dbias")
}

func (g *Graph) checkNorm(what string, x, gain, bias Node) bool {
	if len(x.shape) < 2 || len(gain.shape) != 1 || !equal(gain.shape, bias.shape) || gain.dim(0) != x.dim(-1) {
		g.failf(what, "%v with gain %v and bias %v: want [… C], [C], [C]", x.shape, gain.shape, bias.shape)
		return false
	}
	return true
}
