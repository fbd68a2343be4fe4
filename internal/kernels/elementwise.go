package kernels

import "gorgpt/internal/simd"

// Add computes dst[i] = a[i] + b[i]. dst may be a or b.
func Add(dst, a, b []float32) {
	check("Add", "a", len(a), len(dst))
	check("Add", "b", len(b), len(dst))
	addCalls.run(len(dst), elementGrain, addCall{dst, a, b})
}

type addCall struct{ dst, a, b []float32 }

var addCalls calls[addCall, *addCall]

func (t *addCall) slab(_ *workspace, lo, hi int) {
	simd.Add(t.dst[lo:hi], t.a[lo:hi], t.b[lo:hi])
}

// Scale computes dst[i] = s·x[i]. dst may be x.
func Scale(dst, x []float32, s float32) {
	check("Scale", "x", len(x), len(dst))
	scaleCalls.run(len(dst), elementGrain, scaleCall{dst, x, s})
}

type scaleCall struct {
	dst, x []float32
	s      float32
}

var scaleCalls calls[scaleCall, *scaleCall]

func (t *scaleCall) slab(_ *workspace, lo, hi int) {
	simd.Scale(t.dst[lo:hi], t.x[lo:hi], t.s)
}
