package kernels

import "gorgpt/internal/simd"

// LSTM runs a layer of U units over B sequences of T steps, from a state of zeros. With i, f,
// g and o the four parts of gates and σ(x) = 1/(1+e⁻ˣ),
//
//	i = σ(·)  f = σ(·)  g = tanh(·)  o = σ(·)   of gates[t] + W_hh·h[t-1] + bias
//	cells[t] = f·cells[t-1] + i·g
//	h[t] = o·tanh(cells[t])
//
// gates [B T 4U] come as W_ih·x[t] + b_ih and leave as i, f, g and o. whh [4U U], bias [4U],
// h and cells [B T U]. strips [LSTMStrips(U)] is scratch, in which every step reads whh.
func LSTM(h, cells, gates, whh, bias, strips []float32, b, t, u int) {
	check("LSTM", "strips", len(strips), LSTMStrips(u))
	check("LSTM", "h", len(h), b*t*u)
	check("LSTM", "cells", len(cells), b*t*u)
	check("LSTM", "gates", len(gates), b*t*4*u)
	check("LSTM", "whh", len(whh), 4*u*u)
	check("LSTM", "bias", len(bias), 4*u)
	if t > 1 {
		lstmPackCalls.run(4*ceilDiv(u, simd.StripWidth), 1, lstmPackCall{strips, whh, u})
	}
	for at := range t {
		lstmCalls.run(u, lstmGrain(b, u), lstmCall{h, cells, gates, strips, bias, b, t, u, at})
	}
}

// LSTMStrips is the size of the scratch of [LSTM].
func LSTMStrips(u int) int { return 4 * roundUp(u, simd.StripWidth) * u }

// lstmPackCall copies whh to strips of 32 units of a gate.
type lstmPackCall struct {
	strips, whh []float32
	u           int
}

var lstmPackCalls calls[lstmPackCall, *lstmPackCall]

func (s *lstmPackCall) slab(_ *workspace, lo, hi int) {
	const width = simd.StripWidth
	each := ceilDiv(s.u, width) // strips of a gate
	for i := lo; i < hi; i++ {
		unit := i % each * width
		transposeStrip(row(s.strips, i, width*s.u), s.whh[(i/each*s.u+unit)*s.u:], s.u, min(width, s.u-unit), s.u)
	}
}

// lstmGrain is the number of units of a slab: a step of few units is not split.
func lstmGrain(b, u int) int {
	if b*4*u*u < gemmSerial {
		return max(u, 1)
	}
	return columnGrain
}

// lstmCall is one step, which depends on the whole step before it.
type lstmCall struct {
	h, cells, gates, strips, bias []float32
	b, t, u, at                   int
}

var lstmCalls calls[lstmCall, *lstmCall]

// slab does the units [lo,hi): their columns of all gates, then their states.
func (s *lstmCall) slab(ws *workspace, lo, hi int) {
	u, at := s.u, s.at
	for gate := range 4 {
		if at > 0 {
			s.product(ws, gate, lo, hi)
		}
		lo, hi := gate*u+lo, gate*u+hi
		for i := range s.b {
			x := row(s.gates, i*s.t+at, 4*u)[lo:hi]
			simd.Add(x, x, s.bias[lo:hi])
			if gate == lstmG {
				tanh(x, x)
			} else {
				sigmoid(x)
			}
		}
	}
	for i := range s.b {
		r := i*s.t + at
		gates, c, h := row(s.gates, r, 4*u), row(s.cells, r, u)[lo:hi], row(s.h, r, u)[lo:hi]
		in, forget, g, out := gates[lo:hi], gates[u+lo:u+hi], gates[2*u+lo:2*u+hi], gates[3*u+lo:3*u+hi]
		for j := range c {
			c[j] = in[j] * g[j]
		}
		if at > 0 {
			for j, before := range row(s.cells, r-1, u)[lo:hi] {
				c[j] += forget[j] * before
			}
		}
		tanh(h, c)
		for j := range h {
			h[j] *= out[j]
		}
	}
}

// product computes gates[t] += h[t-1]·W_hhᵀ for the units [lo,hi) of a gate. lo is a multiple of 32.
func (s *lstmCall) product(ws *workspace, gate, lo, hi int) {
	const width = simd.StripWidth
	u, now := s.u, s.gates[s.at*4*s.u:]
	d := directCall{gemm{
		m: s.b, k: u, a: s.h[(s.at-1)*u:], lda: s.t * u, c: now, ldc: s.t * 4 * u, add: now, ldadd: s.t * 4 * u,
	}}
	for j := lo; j < hi; j += width {
		strip := row(s.strips, gate*ceilDiv(u, width)+j/width, width*u)
		for p := 0; p < u; p += gemmKC {
			kc := min(gemmKC, u-p)
			d.strip(ws, strip[p*width:(p+kc)*width], p, kc, gate*u+j, min(width, hi-j))
		}
	}
}

// lstmG is the index of g among the gates, the only one without a sigmoid.
const lstmG = 2

// sigmoid computes x = σ(x).
func sigmoid(x []float32) {
	simd.ExpSum(x, x, -1, 0, 1)
	for i, e := range x {
		x[i] = 1 / (1 + e)
	}
}

// tanh computes y = tanh(x) = 2σ(2x) − 1. y may be x.
func tanh(y, x []float32) {
	simd.ExpSum(y, x, -2, 0, 1)
	for i, e := range y {
		y[i] = 2/(1+e) - 1
	}
}

// LSTMGrad computes dgates [B T 4U], the derivative with respect to the gates before σ and tanh,
// from dy [B T U], the derivative with respect to h, backwards through time. gates and cells are
// the results of [LSTM]; dh and dc [B U] are scratch.
func LSTMGrad(dgates, dh, dc, dy, gates, cells, whh []float32, b, t, u int) {
	check("LSTMGrad", "dgates", len(dgates), b*t*4*u)
	check("LSTMGrad", "dh", len(dh), b*u)
	check("LSTMGrad", "dc", len(dc), b*u)
	check("LSTMGrad", "dy", len(dy), b*t*u)
	check("LSTMGrad", "gates", len(gates), b*t*4*u)
	check("LSTMGrad", "cells", len(cells), b*t*u)
	check("LSTMGrad", "whh", len(whh), 4*u*u)
	for at := t - 1; at >= 0; at-- {
		lstmGradCalls.run(u, lstmGrain(b, u), lstmGradCall{dgates, dh, dc, dy, gates, cells, whh, b, t, u, at})
	}
}

// lstmGradCall is one step back, which depends on the whole step after it.
type lstmGradCall struct {
	dgates, dh, dc, dy, gates, cells, whh []float32
	b, t, u, at                           int
}

var lstmGradCalls calls[lstmGradCall, *lstmGradCall]

// slab does the units [lo,hi).
func (s *lstmGradCall) slab(ws *workspace, lo, hi int) {
	u, at := s.u, s.at
	last := at == s.t-1
	if !last { // dh = dgates[t+1]·W_hh
		d := directCall{gemm{
			m: s.b, n: u, k: 4 * u, a: s.dgates[(at+1)*4*u:], lda: s.t * 4 * u, b: s.whh, ldb: u, c: s.dh, ldc: u,
		}}
		d.combine(ws, lo, hi)
	}
	th := grow(&ws.sums, hi-lo)
	for i := range s.b {
		r := i*s.t + at
		dh, dc := row(s.dh, i, u)[lo:hi], row(s.dc, i, u)[lo:hi]
		if last {
			clear(dh)
			clear(dc)
		}
		simd.Add(dh, dh, row(s.dy, r, u)[lo:hi])
		tanh(th, row(s.cells, r, u)[lo:hi])
		gates, dgates := row(s.gates, r, 4*u), row(s.dgates, r, 4*u)
		in, forget, g, out := gates[lo:hi], gates[u+lo:u+hi], gates[2*u+lo:2*u+hi], gates[3*u+lo:3*u+hi]
		din, dforget, dg, dout := dgates[lo:hi], dgates[u+lo:u+hi], dgates[2*u+lo:2*u+hi], dgates[3*u+lo:3*u+hi]
		clear(dforget) // the cells before the first step are zero
		if at > 0 {
			copy(dforget, row(s.cells, r-1, u)[lo:hi])
		}
		for j, d := range dh {
			dout[j] = d * th[j] * out[j] * (1 - out[j])
			d = dc[j] + d*out[j]*(1-th[j]*th[j])
			din[j] = d * g[j] * in[j] * (1 - in[j])
			dforget[j] *= d * forget[j] * (1 - forget[j])
			dg[j] = d * in[j] * (1 - g[j]*g[j])
			dc[j] = d * forget[j]
		}
	}
}

// LSTMWeightGrad adds to dwhh [4U U] the derivative with respect to W_hh:
// dwhh += Σ dgates[b,t]·h[b,t-1]ᵀ.
func LSTMWeightGrad(dwhh, dgates, h []float32, b, t, u int) {
	check("LSTMWeightGrad", "dwhh", len(dwhh), 4*u*u)
	check("LSTMWeightGrad", "dgates", len(dgates), b*t*4*u)
	check("LSTMWeightGrad", "h", len(h), b*t*u)
	if t < 2 {
		return
	}
	for i := range b {
		Gemm(true, false, 4*u, u, t-1, dgates[(i*t+1)*4*u:], 4*u, h[i*t*u:], u, 1, dwhh, u)
	}
}
