package graph

import "gorgpt/internal/kernels"

// GELU computes x·Φ(x) in the tanh form that GPT-1 was trained with:
// 0.5x(1+tanh(√(2/π)(x+0.044715x³))). Any shape of one or more axes.
func (x Node) GELU() Node {
	if !ok(x) {
		return x
	}
	return x.g.apply(spec{
		name: "gelu", in: []Node{x}, shape: x.shape,
		facts: facts{flops: 9 * size(x.shape)},
		run:   func(c *call) { kernels.GELU(c.y, c.f(x)) },
		grad: func(y, dy Node) []Node {
			return []Node{x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "gelu.grad", in: []Node{dy, x}, shape: x.shape,
				facts: facts{flops: 17 * size(x.shape), roles: []string{"dy", "x"}},
				run:   func(c *call) { kernels.GELUGrad(c.y, c.f(dy), c.f(x)) },
			})}
		},
	})
}
