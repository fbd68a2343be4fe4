package graph

import (
	"fmt"

	"gorgonia.org/tensor"

	"gorgpt/internal/kernels"
)

// CrossEntropy computes −log softmax(logits)[target] for each target. Only the
// first v columns of each row of logits count; the rest is padding. In the
// backward pass the gradient is written over the logits when nothing else reads
// them, so that they are never held twice.
//
// logits [… V'], targets [… ] of int32 → the shape of targets
func (x Node) CrossEntropy(targets Node, v int) Node {
	if !ok(x, targets) {
		return Node{g: x.g}
	}
	if len(x.shape) == 0 {
		return x.g.failf("cross_entropy", "the logits are a scalar: want [… V']")
	}
	rows, stride := x.rows(), x.dim(-1)
	if rows != size(targets.shape) || v > stride || v < 1 {
		return x.g.failf("cross_entropy", "logits %v, targets %v, %d classes: want [… V'], […], V ≤ V'", x.shape, targets.shape, v)
	}
	lse := sideBuffer(rows)
	return x.g.apply(spec{
		name: "cross_entropy", in: []Node{x, targets}, shape: targets.shape, side: []*buffer{lse},
		facts: facts{ // −max, exp and Σ of each logit
			flops: 3 * rows * v, reads: []int{rows * v}, axes: targets.axes(), roles: []string{"logits", "targets"},
		},
		run: func(c *call) {
			kernels.CrossEntropy(c.y, lse.data, c.f(x), c.i(targets), rows, v, stride)
		},
		grad: func(y, dy Node) []Node {
			dx := x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "cross_entropy.grad", shape: x.shape,
				in: []Node{x, targets, y, dy}, overwrite: x, columns: v,
				facts: facts{ // −lse, exp and ·dy of each logit
					flops: 3 * rows * v, reads: []int{rows * v}, writes: rows * v, axes: x.axes(), roles: []string{"logits", "targets", "lse", "dy"},
				},
				run: func(c *call) {
					kernels.CrossEntropyGrad(c.y, c.f(x), lse.data, c.f(dy), c.i(targets), rows, v, stride)
				},
			})
			return []Node{dx, {}}
		},
	})
}

// SquaredError computes (x − target)², without the factor ½.
// x [B 1], target [B] → [B]
func (x Node) SquaredError(target Node) Node {
	if !ok(x, target) {
		return Node{g: x.g}
	}
	if size(x.shape) != size(target.shape) || target.n.Dtype() != tensor.Float32 {
		return x.g.failf("squared_error", "%v against %v of %v: want equal sizes, and float32", x.shape, target.shape, target.n.Dtype())
	}
	return x.g.apply(spec{
		name: "squared_error", in: []Node{x, target}, shape: target.shape, diff: []bool{true, false},
		facts: facts{flops: 3 * size(x.shape), axes: target.axes(), roles: []string{"x", "target"}},
		run: func(c *call) {
			x := c.f(x)
			for i, t := range c.f(target) {
				c.y[i] = (x[i] - t) * (x[i] - t)
			}
		},
		grad: func(y, dy Node) []Node {
			dx := x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "squared_error.grad", in: []Node{dy, x, target}, shape: x.shape,
				facts: facts{flops: 3 * size(x.shape), axes: x.axes(), roles: []string{"dy", "x", "target"}},
				run: func(c *call) {
					x, dy := c.f(x), c.f(dy)
					for i, t := range c.f(target) {
						c.y[i] = 2 * (x[i] - t) * dy[i]
					}
				},
			})
			return []Node{dx, {}}
		},
	})
}

// SumOver computes Σ x / count. The count is that of the full batch, so that the
// gradients of its micro-batches add up to the gradient of the batch. x any shape, count scalar → scalar
func (x Node) SumOver(count Node) Node { return x.sumOver(count, nil) }

// WeightedSumOver computes Σ w·x / count. x and w of one shape, count scalar → scalar
func (x Node) WeightedSumOver(w, count Node) Node { return x.sumOver(count, &w) }

func (x Node) sumOver(count Node, w *Node) Node {
	in := []Node{x, count}
	if w != nil {
		in = append(in, *w)
	}
	if !ok(in...) {
		return Node{g: x.g}
	}
	if len(count.shape) != 0 || w != nil && !equal(w.shape, x.shape) {
		return x.g.failf("sum", "weights and values differ in shape, or the count %v is no scalar", count.shape)
	}
	weights := func(c *call) func(i int) float32 {
		if w == nil {
			return func(int) float32 { return 1 }
		}
		values := c.f(*w)
		return func(i int) float32 { return values[i] }
	}
	n, roles := size(x.shape), []string{"x", "count", "weights"}
	return x.g.apply(spec{
		facts: facts{flops: (len(in)-1)*n + 1, roles: roles},
		name:  "sum", in: in, diff: append([]bool{true}, make([]bool, len(in)-1)...),
		run: func(c *call) {
			sum, weight := 0.0, weights(c)
			for i, v := range c.f(x) {
				sum += float64(weight(i) * v)
			}
			c.set(float32(sum / float64(c.scalar(count))))
		},
		grad: func(y, dy Node) []Node {
			in := append([]Node{dy}, in[1:]...)
			dx := x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "sum.grad", in: in, shape: x.shape,
				facts: facts{flops: (len(in)-2)*n + 1, axes: x.axes(), roles: []string{"dy", "count", "weights"}},
				run: func(c *call) {
					d, weight := c.scalar(dy)/c.scalar(count), weights(c)
					for i := range c.y {
						c.y[i] = d * weight(i)
					}
				},
			})
			return append([]Node{dx}, make([]Node, len(in)-1)...)
		},
	})
}

// AddScaled computes x + s·y for scalars: L3 = L2 + λ·L1 (section 3.2).
func (x Node) AddScaled(y Node, s float32) Node {
	if !ok(x, y) {
		return Node{g: x.g}
	}
	if len(x.shape)+len(y.shape) != 0 {
		return x.g.failf("add_scaled", "%v + s·%v: want scalars", x.shape, y.shape)
	}
	return x.g.apply(spec{
		name: "add_scaled", in: []Node{x, y},
		facts: facts{flops: 2, note: fmt.Sprintf("x + %g·y", s), roles: []string{"x", "y"}},
		run:   func(c *call) { c.set(c.scalar(x) + s*c.scalar(y)) },
		grad: func(out, d Node) []Node {
			dy := x.g.apply(spec{
				name: out.Name() + ".dy", full: true, kind: "scale", in: []Node{d},
				facts: facts{flops: 1, note: fmt.Sprintf("× %g", s)},
				run:   func(c *call) { c.set(s * c.scalar(d)) },
			})
			return []Node{d, dy}
		},
	})
}
