package graph

import (
	"fmt"

	"gorgpt/internal/kernels"
)

// The ops of this file compose the fused ops step by step. The fused ops are tested
// against them, and they serve where intermediate values are needed.

// Add computes x + y. Equal shapes.
func (x Node) Add(y Node) Node {
	if !ok(x, y) {
		return Node{g: x.g}
	}
	if !equal(x.shape, y.shape) || len(x.shape) == 0 {
		return x.g.failf("add", "%v + %v: want equal shapes", x.shape, y.shape)
	}
	return x.g.apply(spec{
		name: "add", in: []Node{x, y}, shape: x.shape,
		facts: facts{flops: size(x.shape)},
		run:   func(c *call) { kernels.Add(c.y, c.f(x), c.f(y)) },
		grad:  func(_, d Node) []Node { return []Node{d, d} },
	})
}

// Scale computes s·x. Any shape of one or more axes.
func (x Node) Scale(s float32) Node {
	if !ok(x) {
		return x
	}
	return x.g.apply(spec{
		name: "scale", in: []Node{x}, shape: x.shape,
		facts: facts{flops: size(x.shape), note: fmt.Sprintf("× %.4g", s)},
		run:   func(c *call) { kernels.Scale(c.y, c.f(x), s) },
		grad:  func(_, d Node) []Node { return []Node{d.Scale(s)} },
	})
}

// MatMul multiplies matrices. x [… M K], y [… K N] → [… M N]
func (x Node) MatMul(y Node) Node { return x.matMul(y, false, false) }

// MatMulT multiplies by the transpose of y. x [… M K], y [… N K] → [… M N]
func (x Node) MatMulT(y Node) Node { return x.matMul(y, false, true) }

func (x Node) matMul(y Node, tx, ty bool) Node {
	if !ok(x, y) {
		return Node{g: x.g}
	}
	nd := len(x.shape)
	if nd < 2 || len(y.shape) != nd || !equal(x.shape[:nd-2], y.shape[:nd-2]) {
		return x.g.failf("matmul", "%v × %v: want matrices with equal leading axes", x.shape, y.shape)
	}
	m, k := x.dim(-2), x.dim(-1)
	if tx {
		m, k = k, m
	}
	k2, n := y.dim(-2), y.dim(-1)
	if ty {
		k2, n = n, k2
	}
	if k != k2 {
		return x.g.failf("matmul", "%v × %v: inner dimensions differ", x.shape, y.shape)
	}
	rowAxis, columnAxis, roles := x.axes()[nd-2], y.axes()[nd-1], []string{"x", "y"}
	if tx {
		rowAxis, roles[0] = x.axes()[nd-1], "xᵀ"
	}
	if ty {
		columnAxis, roles[1] = y.axes()[nd-2], "yᵀ"
	}
	mats, ldx, ldy := size(x.shape[:nd-2]), x.dim(-1), y.dim(-1)
	s := spec{
		name: "matmul", in: []Node{x, y}, shape: append(x.Shape()[:nd-2], m, n),
		facts: facts{flops: 2 * mats * m * n * k, axes: append(x.leading()[:nd-2], rowAxis, columnAxis), roles: roles},
		run: func(c *call) {
			for i := range mats {
				kernels.Gemm(tx, ty, m, n, k, c.f(x)[i*m*k:(i+1)*m*k], ldx, c.f(y)[i*k*n:(i+1)*k*n], ldy, 0, c.y[i*m*n:(i+1)*m*n], n)
			}
		},
	}
	if !tx { // gradients are not differentiated again
		s.grad = func(_, d Node) []Node {
			if ty {
				return []Node{d.matMul(y, false, false), d.matMul(x, true, false)}
			}
			return []Node{d.matMul(y, false, true), x.matMul(d, true, false)}
		}
	}
	return x.g.apply(s)
}

// Causal replaces scores of keys that lie after the query by −1e9. [… T T]
func (x Node) Causal() Node {
	if !ok(x) {
		return x
	}
	if len(x.shape) < 2 || x.dim(-1) != x.dim(-2) {
		return x.g.failf("causal", "%v: want [… T T]", x.shape)
	}
	t := x.dim(-1)
	mats := size(x.shape) / (t * t)
	return x.g.apply(spec{
		name: "causal", in: []Node{x}, shape: x.shape,
		run: func(c *call) { kernels.CausalMask(c.y, c.f(x), mats, t) },
		grad: func(y, d Node) []Node {
			return []Node{x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "causal.grad", in: []Node{d}, shape: x.shape,
				run: func(c *call) {
					for r := range mats * t { // nothing flows back through a masked score
						row := c.y[r*t : (r+1)*t]
						n := copy(row[:r%t+1], c.f(d)[r*t:])
						clear(row[n:])
					}
				},
			})}
		},
	})
}

// Softmax normalises exp(x) along the last axis. Any shape of one or more axes.
func (x Node) Softmax() Node {
	if !ok(x) {
		return x
	}
	if len(x.shape) == 0 {
		return x.g.failf("softmax", "a scalar has no axis to normalise along")
	}
	rows, cols := x.rows(), x.dim(-1)
	return x.g.apply(spec{
		name: "softmax", in: []Node{x}, shape: x.shape,
		facts: facts{flops: 4 * size(x.shape)}, // −max, exp, Σ, ÷
		run:   func(c *call) { kernels.Softmax(c.y, c.f(x), rows, cols) },
		grad: func(y, dy Node) []Node {
			return []Node{x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "softmax.grad", in: []Node{dy, y}, shape: x.shape,
				facts: facts{flops: 4 * size(x.shape), roles: []string{"dy", "y"}},
				run:   func(c *call) { kernels.SoftmaxGrad(c.y, c.f(dy), c.f(y), rows, cols) },
			})}
		},
	})
}
