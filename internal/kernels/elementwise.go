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

// Copy computes dst[i] = x[i].
func Copy(dst, x []float32) {
	check("Copy", "x", len(x), len(dst))
	copyCalls.run(len(dst), elementGrain, copyCall{dst, x})
}

type copyCall struct{ dst, x []float32 }

var copyCalls calls[copyCall, *copyCall]

func (t *copyCall) slab(_ *workspace, lo, hi int) { copy(t.dst[lo:hi], t.x[lo:hi]) }

// Zero sets every element of dst to 0.
func Zero(dst []float32) {
	zeroCalls.run(len(dst), elementGrain, zeroCall{dst})
}

type zeroCall struct{ dst []float32 }

var zeroCalls calls[zeroCall, *zeroCall]

func (t *zeroCall) slab(_ *workspace, lo, hi int) { clear(t.dst[lo:hi]) }
