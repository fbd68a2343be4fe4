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

// MoveInto adds x to dst and sets x to zero: dst[i] += x[i], x[i] = 0.
func MoveInto(dst, x []float32) {
	check("MoveInto", "x", len(x), len(dst))
	moveCalls.run(len(dst), elementGrain, moveCall{dst, x})
}

type moveCall struct{ dst, x []float32 }

var moveCalls calls[moveCall, *moveCall]

// slab works in runs that stay in the first-level cache.
func (t *moveCall) slab(_ *workspace, lo, hi int) {
	const run = 1 << 11
	for ; lo < hi; lo += run {
		dst, x := t.dst[lo:min(lo+run, hi)], t.x[lo:min(lo+run, hi)]
		simd.Add(dst, dst, x)
		clear(x)
	}
}
