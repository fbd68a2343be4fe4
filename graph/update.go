package graph

import (
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gorgpt/internal/kernels"
)

// GlobalNorm computes the square root of the sum of squares of all gradients.
// Every gradient feeds it and it feeds every update, so it also separates reading
// from clearing. If it is not finite, the run fails before any parameter has
// changed. → scalar
func (g *Graph) GlobalNorm(params []*Param) Node {
	in, values := make([]Node, len(params)), 0
	for i, p := range params {
		in[i] = g.stored(p, "gradient", Gradient, p.grad)
		values += size(p.Shape)
	}
	return g.apply(spec{
		name: "global_norm", in: in, facts: facts{role: Update, flops: 2 * values},
		run: func(c *call) {
			sum := 0.0
			for _, gradient := range c.in {
				sum += kernels.SumSquares(floats(gradient))
			}
			norm := float32(math.Sqrt(sum))
			c.set(norm)
			if !finite(norm) {
				c.fail("the norm of the gradients is %v", norm)
			}
		},
	})
}

// ClipScale computes the factor that brings a norm down to limit,
// limit/max(norm, limit); a limit of 0 never clips. scalar → scalar
func (x Node) ClipScale(limit float32) Node {
	return x.g.apply(spec{
		name: "clip", in: []Node{x}, facts: facts{role: Update, flops: 1},
		run: func(c *call) {
			if limit == 0 {
				c.set(1)
				return
			}
			c.set(limit / max(c.scalar(x), limit))
		},
	})
}

// AdamConfig holds the constants of the update, under the paper's names.
// An AdamConfig is safe for concurrent use as long as nothing changes it.
type AdamConfig struct {
	B1, B2  float64
	Eps, L2 float32 // L2 is decoupled and leaves biases and gains alone
}

// Adam declares the update of one parameter, from its gradient and moments in the
// store, in place; the gradient is cleared. With scale from ClipScale and rate =
// lr·√(1−b2ᵗ)/(1−b1ᵗ):
//
//	g = scale·g;  m = b1·m + (1−b1)·g;  v = b2·v + (1−b2)·g²
//	p = p − rate·(m/(√v + eps) + L2·p)
//
// The returned scalar is 1 once it is done.
func (g *Graph) Adam(p *Param, scale, rate Node, a AdamConfig) Node {
	value, gradient := g.Param(p), g.stored(p, "gradient", Gradient, p.grad)
	m, v := g.stored(p, "m", State, p.m), g.stored(p, "v", State, p.v)
	g.updates = true
	n, each := size(p.Shape), 15 // 3 for m, 4 for v, 1 for scale·g, 7 for p
	if !p.decays() {
		a.L2, each = 0, 13
	}
	return g.apply(spec{
		name: p.Name + ".adam", full: true, kind: "adam", in: []Node{value, gradient, m, v, scale, rate},
		facts: facts{role: Update, flops: each * n, writes: 4 * n, roles: []string{"p", "g", "m", "v", "scale", "rate"}},
		run: func(c *call) {
			kernels.Adam(c.f(value), c.f(gradient), c.f(m), c.f(v), kernels.AdamStep{
				LR: c.scalar(rate), B1: a.B1, B2: a.B2, Eps: a.Eps, L2: a.L2, Scale: c.scalar(scale),
			})
			c.set(1)
		},
	})
}

// stored returns the input node that binds p's gradient or one of its moments. In a sketch, t is nil.
func (g *Graph) stored(p *Param, what string, r Role, t *tensor.Dense) Node {
	name := p.Name + " " + what
	if d := p.store.Dtype(); d != Float32 {
		return g.failf(name, "weights are kept as %s: training needs float32", d)
	}
	if !p.store.trained {
		return g.failf(name, "parameter %s has no %s: call Store.AllocateGradients first", p.Name, what)
	}
	g.uses(p.store)
	g.writes = true
	if t == nil {
		return g.state(name, r, nil, p.Shape, p.Axes)
	}
	return g.state(name, r, t, p.Shape, p.Axes)
}

// state returns the input node that binds memory that is kept between runs.
func (g *Graph) state(name string, r Role, value gorgonia.Value, shape []int, axes string) Node {
	n := g.input(name, value, shape)
	if n.n != nil {
		g.states[n.n] = r
	}
	return n.Named(axes)
}
