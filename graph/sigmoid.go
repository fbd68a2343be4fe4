package graph

import (
	"math"

	"gorgonia.org/tensor"
)

// SigmoidCrossEntropy computes the binary cross-entropy of each row of logits, averaged over
// its K columns, with targets y from 0 to 1:
//
//	1/K Σ −y log σ(z) − (1−y) log(1−σ(z)) = 1/K Σ max(z, 0) − y·z + log(1 + e^−|z|)
//
// logits [B K], targets [B K] → [B]
func (x Node) SigmoidCrossEntropy(targets Node) Node {
	if !ok(x, targets) {
		return Node{g: x.g}
	}
	if len(x.shape) != 2 || !equal(x.shape, targets.shape) || targets.n.Dtype() != tensor.Float32 {
		return x.g.failf("sigmoid_cross_entropy", "logits %v, targets %v of %v: want [B K] of float32 twice", x.shape, targets.shape, targets.n.Dtype())
	}
	rows, k := x.shape[0], x.shape[1]
	return x.g.apply(spec{
		name: "sigmoid_cross_entropy", in: []Node{x, targets}, shape: targets.shape[:1], diff: []bool{true, false},
		facts: facts{flops: 5 * rows * k, axes: x.axes()[:1], roles: []string{"logits", "targets"}},
		run: func(c *call) {
			logits, targets := c.f(x), c.f(targets)
			for i := range rows {
				sum := 0.0
				for j := i * k; j < (i+1)*k; j++ {
					z := float64(logits[j])
					sum += max(z, 0) - float64(targets[j])*z + math.Log1p(math.Exp(-math.Abs(z)))
				}
				c.y[i] = float32(sum / float64(k))
			}
		},
		grad: func(y, dy Node) []Node { // (σ(z) − y)·dy/K
			dx := x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "sigmoid_cross_entropy.grad", in: []Node{dy, x, targets}, shape: x.shape,
				facts: facts{flops: 4 * rows * k, axes: x.axes(), roles: []string{"dy", "logits", "targets"}},
				run: func(c *call) {
					targets, dy := c.f(targets), c.f(dy)
					for j, z := range c.f(x) {
						c.y[j] = float32((1/(1+math.Exp(-float64(z))) - float64(targets[j])) * float64(dy[j/k]) / float64(k))
					}
				},
			})
			return []Node{dx, {}}
		},
	})
}
