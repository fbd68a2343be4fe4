package graph

import "gorgpt/internal/kernels"

// Linear computes xW + b at each position. x [… I], w [I O], b [O] → [… O]
func (x Node) Linear(w, b Node) Node {
	if !ok(x, w, b) {
		return Node{g: x.g}
	}
	if len(x.shape) < 2 || len(w.shape) != 2 || len(b.shape) != 1 || x.dim(-1) != w.dim(0) || w.dim(1) != b.dim(0) {
		return x.g.failf("linear", "%v × %v + %v: want [… I] × [I O] + [O]", x.shape, w.shape, b.shape)
	}
	rows, in, out, compact := x.rows(), w.dim(0), w.dim(1), x.g.compactOf(w)
	return x.g.apply(spec{
		name:    "linear",
		in:      []Node{x, w, b},
		shape:   append(x.Shape()[:len(x.shape)-1], out),
		facts:   facts{flops: 2*rows*in*out + rows*out, axes: append(x.leading(), w.axes()[1])},
		compact: true,
		run: func(c *call) {
			if compact != nil {
				kernels.GemmCompact(false, rows, out, in, c.f(x), in, compact, c.f(b), c.y, out)
				return
			}
			kernels.GemmBias(false, false, rows, out, in, c.f(x), in, c.f(w), out, c.f(b), c.y, out)
		},
		grad: func(y, dy Node) []Node {
			dx := x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "matmul", in: []Node{dy, w}, shape: x.shape,
				facts: facts{flops: 2 * rows * in * out, axes: x.axes(), roles: []string{"dy", "Wᵀ"}},
				run: func(c *call) { // dx = dy Wᵀ
					kernels.Gemm(false, true, rows, in, out, c.f(dy), out, c.f(w), out, 0, c.y, in)
				},
			})
			dw := w.accumulate(y.Name()+".dw", []Node{x, dy}, facts{flops: 2 * rows * in * out, roles: []string{"xᵀ", "dy"}}, func(c *call) { // dW += xᵀ dy
				kernels.Gemm(true, false, in, out, rows, c.f(x), in, c.f(dy), out, 1, c.y, out)
			})
			db := b.accumulate(y.Name()+".db", []Node{dy}, facts{flops: rows * out}, func(c *call) { // db += Σ dy
				kernels.BiasGrad(c.y, c.f(dy), rows, out)
			})
			return []Node{dx, dw, db}
		},
	})
}

// logitsKind is the kind of the op that computes the logits.
const logitsKind = "logits"

// LogitsStride is the row length of TiedLogits for v tokens: v rounded up so that
// every row starts on a cache line, which the product pays for otherwise.
func LogitsStride(v int) int { return aligned(v) }

// TiedLogits computes the language model's scores h·Eᵀ (section 3.1, P(u) =
// softmax(h_n W_eᵀ)). h [B T C], e [V C] → [B T V'], V' = LogitsStride(V); the
// columns beyond V are padding with no defined value.
func (x Node) TiedLogits(e Node) Node {
	if !ok(x, e) {
		return Node{g: x.g}
	}
	if len(e.shape) != 2 || len(x.shape) < 2 || x.dim(-1) != e.dim(1) {
		return x.g.failf("logits", "%v × %vᵀ: want [… C] × [V C]ᵀ", x.shape, e.shape)
	}
	rows, width, v, compact := x.rows(), e.dim(1), e.dim(0), x.g.compactOf(e)
	stride := LogitsStride(v)
	return x.g.apply(spec{
		name: logitsKind, in: []Node{x, e}, shape: append(x.Shape()[:len(x.shape)-1], stride), columns: v,
		facts:   facts{flops: 2 * rows * width * v, writes: rows * v, axes: append(x.leading(), e.axes()[0]+"'"), roles: []string{"h", "Eᵀ"}},
		compact: true,
		run: func(c *call) {
			if compact != nil {
				kernels.GemmCompact(true, rows, v, width, c.f(x), width, compact, nil, c.y, stride)
				return
			}
			kernels.Gemm(false, true, rows, v, width, c.f(x), width, c.f(e), width, 0, c.y, stride)
		},
		grad: func(y, dy Node) []Node {
			dx := x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "matmul", in: []Node{dy, e}, shape: x.shape,
				facts: facts{flops: 2 * rows * width * v, reads: []int{rows * v}, axes: x.axes(), roles: []string{"dlogits", "E"}},
				run: func(c *call) { // dh = dlogits E
					kernels.Gemm(false, false, rows, width, v, c.f(dy), stride, c.f(e), width, 0, c.y, width)
				},
			})
			de := e.accumulate(y.Name()+".dw", []Node{x, dy}, facts{flops: 2 * rows * width * v, reads: []int{rows * width, rows * v}, roles: []string{"h", "dlogitsᵀ"}}, func(c *call) { // dE += dlogitsᵀ h
				kernels.Gemm(true, false, v, width, rows, c.f(dy), stride, c.f(x), width, 1, c.y, width)
			})
			return []Node{dx, de}
		},
	})
}
