package graph

import (
	"fmt"
	"strings"

	"gorgpt/internal/kernels"
)

// Attention computes causal multi-head attention, softmax(QKᵀ/√D + mask)·V for
// each of h heads, with dropout on the weights. The weights are recomputed in
// blocks for the backward pass, so [B H T T] never exists; [Node.Heads],
// [Node.MatMulT], [Node.Causal] and [Node.Softmax] compose the plain form.
//
// qkv [B T 3C] holds q, k and v side by side, each head D = C/h consecutive
// columns. → [B T C]
func (x Node) Attention(h int, d Drop) Node {
	if !ok(x) {
		return x
	}
	if len(x.shape) != 3 || h < 1 || x.dim(2)%(3*h) != 0 {
		return x.g.failf("attention", "%v with %d heads: want [B T 3C], C a multiple of the heads", x.shape, h)
	}
	b, t, width := x.dim(0), x.dim(1), x.dim(2)/3
	in, mask := x.g.dropInputs(d, x)
	lse := sideBuffer(b * h * t)
	pairs, drop, note := b*h*t*(t+1)/2, d.flops(x.g), fmt.Sprintf("%d heads%s", h, d.note(x.g, ", "))
	return x.g.apply(spec{
		name: "attention", in: in, shape: []int{b, t, width}, side: []*buffer{lse},
		facts: facts{ // 2 products; scale, −max, exp, Σ and ÷ of each score
			flops: pairs * (4*width/h + 5 + drop), note: note,
			axes: append(x.leading(), strings.TrimPrefix(x.axes()[2], "3")),
		},
		run: func(c *call) {
			mask, seq := mask(c)
			kernels.Attention(c.y, lse.data, c.f(x), mask, seq, b, t, h, width/h)
		},
		grad: func(y, dy Node) []Node {
			in, mask := x.g.dropInputs(d, dy, x, y)
			dx := x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "attention.grad", in: in, shape: x.shape,
				facts: facts{ // 5 products, the scores among them; scale, −lse, exp, and scale·p·(dp − δ); δ = Σ dy·y
					flops: pairs*(10*width/h+6+2*drop) + 2*b*t*width, note: note, axes: x.axes(), roles: []string{"dy", "qkv", "y"},
					reads: []int{b * t * width, 3 * b * t * width, b*t*width + b*h*t},
				},
				run: func(c *call) {
					mask, seq := mask(c)
					kernels.AttentionGrad(c.y, c.f(dy), c.f(y), lse.data, c.f(x), mask, seq, b, t, h, width/h)
				},
			})
			return []Node{dx}
		},
	})
}
