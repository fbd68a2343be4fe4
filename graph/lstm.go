package graph

import (
	"fmt"

	"gorgpt/internal/kernels"
)

// LSTM runs a layer of long short-term memory over the sequences, from a state of zeros, as
// PyTorch's nn.LSTM does (batch_first; Hochreiter and Schmidhuber 1997, with forget gates).
// The four parts of the weights' first axis are i, f, g and o:
//
//	i, f, o = σ(W_ih·x_t + b_ih + W_hh·h_{t-1} + b_hh)   g = tanh(the same)
//	c_t = f·c_{t-1} + i·g    h_t = o·tanh(c_t)
//
// The products that do not depend on the previous step are one product over all positions.
// Gates and cells are kept for the backward pass.
//
// x [B T C], wih [4U C], whh [4U U], bih and bhh [4U] → [B T U]
func (x Node) LSTM(wih, whh, bih, bhh Node) Node {
	if !ok(x, wih, whh, bih, bhh) {
		return Node{g: x.g}
	}
	if len(x.shape) != 3 || len(wih.shape) != 2 || len(whh.shape) != 2 || whh.dim(0) != 4*whh.dim(1) ||
		!equal(wih.shape, []int{whh.dim(0), x.dim(2)}) || !equal(bih.shape, whh.shape[:1]) || !equal(bhh.shape, whh.shape[:1]) {
		return x.g.failf("lstm", "%v with %v, %v, %v and %v: want [B T C] with [4U C], [4U U], [4U] and [4U]",
			x.shape, wih.shape, whh.shape, bih.shape, bhh.shape)
	}
	b, t, width, u := x.dim(0), x.dim(1), x.dim(2), whh.dim(1)
	rows, before := b*t, b*(t-1) // before: the steps that have one before them
	gates, cells, strips := sideBuffer(rows*4*u), sideBuffer(rows*u), sideBuffer(kernels.LSTMStrips(u))
	return x.g.apply(spec{
		name: "lstm", in: []Node{x, wih, whh, bih, bhh}, shape: []int{b, t, u},
		side: []*buffer{gates, cells, strips},
		facts: facts{ // the products with their biases; σ is 3 operations, cells and states are 6
			writes: rows * 6 * u,
			flops:  2*rows*4*u*width + 2*before*4*u*u + 2*rows*4*u + (3*3+1+3+2)*rows*u,
			axes:   append(x.leading(), whh.axes()[1]), note: fmt.Sprintf("%d steps", t),
			roles: []string{"x", "W_ih", "W_hh", "b_ih", "b_hh"},
		},
		run: func(c *call) {
			kernels.GemmBias(false, true, rows, 4*u, width, c.f(x), width, c.f(wih), width, c.f(bih), gates.data, 4*u)
			kernels.LSTM(c.y, cells.data, gates.data, c.f(whh), c.f(bhh), strips.data, b, t, u)
		},
		grad: func(y, dy Node) []Node {
			dh, dc := sideBuffer(b*u), sideBuffer(b*u)
			dgates := x.g.apply(spec{
				name: y.Name() + ".dgates", full: true, kind: "lstm.grad", in: []Node{dy, whh, y}, shape: []int{b, t, 4 * u},
				side: []*buffer{dh, dc},
				facts: facts{
					flops: 2*before*4*u*u + 24*rows*u, axes: append(x.leading(), wih.axes()[0]), roles: []string{"dy", "W_hh", "gates, cells"},
					reads: []int{rows * u, 4 * u * u, rows * 5 * u},
				},
				run: func(c *call) {
					kernels.LSTMGrad(c.y, dh.data, dc.data, c.f(dy), gates.data, cells.data, c.f(whh), b, t, u)
				},
			})
			dx := x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "matmul", in: []Node{dgates, wih}, shape: x.shape,
				facts: facts{flops: 2 * rows * 4 * u * width, axes: x.axes(), roles: []string{"dgates", "W_ih"}},
				run: func(c *call) { // dx = dgates W_ih
					kernels.Gemm(false, false, rows, width, 4*u, c.f(dgates), 4*u, c.f(wih), width, 0, c.y, width)
				},
			})
			dwih := wih.accumulate(y.Name()+".dwih", []Node{dgates, x}, facts{flops: 2 * rows * 4 * u * width, roles: []string{"dgatesᵀ", "x"}}, func(c *call) { // dW_ih += dgatesᵀ x
				kernels.Gemm(true, false, 4*u, width, rows, c.f(dgates), 4*u, c.f(x), width, 1, c.y, width)
			})
			dwhh := whh.accumulate(y.Name()+".dwhh", []Node{dgates, y}, facts{flops: 2 * before * 4 * u * u, roles: []string{"dgatesᵀ", "h"}}, func(c *call) {
				kernels.LSTMWeightGrad(c.y, c.f(dgates), c.f(y), b, t, u)
			})
			bias := func(w Node, name string) Node {
				return w.accumulate(y.Name()+name, []Node{dgates}, facts{flops: rows * 4 * u}, func(c *call) { kernels.BiasGrad(c.y, c.f(dgates), rows, 4*u) })
			}
			return []Node{dx, dwih, dwhh, bias(bih, ".dbih"), bias(bhh, ".dbhh")}
		},
	})
}

// Lookup looks tokens up without adding positions, for a recurrent layer.
// ids [B T] of int32, tokens [V C] → [B T C]
func Lookup(ids, tokens Node) Node {
	if !ok(ids, tokens) {
		return Node{g: ids.g}
	}
	if len(ids.shape) != 2 || len(tokens.shape) != 2 {
		return ids.g.failf("lookup", "ids %v, tokens %v: want [B T], [V C]", ids.shape, tokens.shape)
	}
	b, t, width := ids.dim(0), ids.dim(1), tokens.dim(1)
	return ids.g.apply(spec{
		name: "lookup", in: []Node{ids, tokens}, shape: []int{b, t, width},
		facts: facts{
			reads: []int{b * t, b * t * width}, axes: append(ids.axes(), tokens.axes()[1]), roles: []string{"ids", "W_e"},
		},
		run: func(c *call) { kernels.Lookup(c.y, c.f(tokens), c.i(ids), width) },
		grad: func(y, dy Node) []Node {
			return []Node{{}, tokens.accumulate(y.Name()+".dtokens", []Node{ids, dy}, facts{flops: b * t * width, writes: b * t * width, roles: []string{"ids", "dy"}}, func(c *call) {
				kernels.EmbedTokGrad(c.y, c.f(dy), c.i(ids), b*t, width)
			})}
		},
	})
}
