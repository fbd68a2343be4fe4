package kernels

import "gorgpt/internal/simd"

// Softmax normalises each row of x [rows cols] to
// y[j] = exp(x[j] − max) / Σ exp(x − max). y may be x.
func Softmax(y, x []float32, rows, cols int) {
	check("Softmax", "y", len(y), rows*cols)
	check("Softmax", "x", len(x), rows*cols)
	softmaxCalls.run(rows, rowGrain(cols), softmaxCall{y, x, cols})
}

type softmaxCall struct {
	y, x []float32
	cols int
}

var softmaxCalls calls[softmaxCall, *softmaxCall]

func (t *softmaxCall) slab(_ *workspace, lo, hi int) {
	for r := lo; r < hi; r++ {
		y, x := row(t.y, r, t.cols), row(t.x, r, t.cols)
		sum := simd.ExpSum(y, x, 1, simd.Max(x), 1)
		simd.Scale(y, y, 1/sum)
	}
}

// SoftmaxGrad computes dx = y·(dy − Σ dy·y) for each row [rows cols]. dx may be
// dy or y.
func SoftmaxGrad(dx, dy, y []float32, rows, cols int) {
	check("SoftmaxGrad", "dx", len(dx), rows*cols)
	check("SoftmaxGrad", "dy", len(dy), rows*cols)
	check("SoftmaxGrad", "y", len(y), rows*cols)
	softmaxGradCalls.run(rows, rowGrain(cols), softmaxGradCall{dx, dy, y, cols})
}

type softmaxGradCall struct {
	dx, dy, y []float32
	cols      int
}

var softmaxGradCalls calls[softmaxGradCall, *softmaxGradCall]

func (t *softmaxGradCall) slab(_ *workspace, lo, hi int) {
	for r := lo; r < hi; r++ {
		dy, y := row(t.dy, r, t.cols), row(t.y, r, t.cols)
		simd.ShiftMul(row(t.dx, r, t.cols), dy, y, simd.Dot(dy, y), 1)
	}
}

// CausalMask keeps the scores of keys at or before the query: on each of mats
// matrices [T T], y[query key] = x[query key] where key ≤ query, else -1e9. y
// may be x.
func CausalMask(y, x []float32, mats, t int) {
	check("CausalMask", "y", len(y), mats*t*t)
	check("CausalMask", "x", len(x), mats*t*t)
	causalMaskCalls.run(mats*t, rowGrain(t), causalMaskCall{y, x, t})
}

// masked is the score that the paper's implementation gives to a key after its
// query; exp takes it to 0.
const masked = -1e9

type causalMaskCall struct {
	y, x []float32
	t    int
}

var causalMaskCalls calls[causalMaskCall, *causalMaskCall]

func (t *causalMaskCall) slab(_ *workspace, lo, hi int) {
	for r := lo; r < hi; r++ {
		y, seen := row(t.y, r, t.t), r%t.t+1
		copy(y[:seen], row(t.x, r, t.t))
		for key := seen; key < t.t; key++ {
			y[key] = masked
		}
	}
}

// row returns row r of x [rows cols].
func row(x []float32, r, cols int) []float32 { return x[r*cols : (r+1)*cols] }
