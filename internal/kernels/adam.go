package kernels

import "gorgpt/internal/simd"

// AdamStep holds the constants of one step of Adam.
type AdamStep struct {
	LR     float32 // corrected for bias: lr·√(1−b2^t)/(1−b1^t)
	B1, B2 float64 // decay of the first and second moment; float64 for the sake of 1−B2
	Eps    float32
	L2     float32 // decoupled weight decay; 0 for gains and biases
	Scale  float32 // multiplies the gradient: clipping and averaging
}

// Adam updates the parameters p and moments m and v with the gradient g, and
// clears g:
//
//	g ← Scale·g
//	m ← B1·m + (1−B1)·g
//	v ← B2·v + (1−B2)·g²
//	p ← p − LR·(m/(√v + Eps) + L2·p)
//	g ← 0
func Adam(p, g, m, v []float32, a AdamStep) {
	check("Adam", "g", len(g), len(p))
	check("Adam", "m", len(m), len(p))
	check("Adam", "v", len(v), len(p))
	adamCalls.run(len(p), elementGrain, adamCall{p, g, m, v, a})
}

type adamCall struct {
	p, g, m, v []float32
	a          AdamStep
}

var adamCalls calls[adamCall, *adamCall]

func (t *adamCall) slab(_ *workspace, lo, hi int) {
	a := t.a
	simd.Adam(t.p[lo:hi], t.g[lo:hi], t.m[lo:hi], t.v[lo:hi], a.LR,
		float32(a.B1), float32(1-a.B1), float32(a.B2), float32(1-a.B2), a.Eps, a.L2, a.Scale)
}
