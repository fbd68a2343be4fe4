package kernels

import (
	"fmt"
	"testing"
)

// differences estimates ∂(Σ y·dy)/∂x by central differences: forward computes y
// from the present content of x.
func differences(x, dy []float32, forward func() (y []float32)) []float64 {
	const step = 1.0 / 64 // exact in binary; smaller drowns in float32 rounding
	grad := make([]float64, len(x))
	for i, v := range x {
		for _, sign := range []float32{1, -1} {
			x[i] = v + sign*step
			for j, y := range forward() {
				grad[i] += float64(sign) * float64(y) * float64(dy[j]) / (2 * step)
			}
		}
		x[i] = v
	}
	return grad
}

func TestAttentionGradByDifferences(t *testing.T) {
	for _, s := range [][4]int{{1, 1, 1, 1}, {1, 2, 1, 3}, {2, 5, 2, 3}} {
		b, positions, h, dHead := s[0], s[1], s[2], s[3]
		c := h * dHead
		d, seq := NewDrop(0.3, 1, 2, 3), indices(9, b, 100)
		qkv, dy := random(1, b*positions*3*c), random(2, b*positions*c)
		y, lse, dqkv := make([]float32, len(dy)), make([]float32, b*h*positions), make([]float32, len(qkv))
		forward := func() []float32 {
			Attention(y, lse, qkv, d, seq, b, positions, h, dHead)
			return y
		}
		want := differences(qkv, dy, forward)
		forward()
		AttentionGrad(dqkv, dy, y, lse, qkv, d, seq, b, positions, h, dHead)
		allClose(t, fmt.Sprint("dqkv ", s), dqkv, want, 2e-3)
	}
}

func TestResidualNormGradByDifferences(t *testing.T) {
	const b, positions, c, eps = 2, 5, 9, 1e-5
	const rows, n = b * positions, b * positions * c
	d, seq := NewDrop(0.3, 1, 2, 3), []int32{4, 5}
	x, branch, gain, bias, dy := random(1, n), random(2, n), random(3, c), random(4, c), random(5, n)
	y, norm := make([]float32, n), ResidualNorm{
		Sum: make([]float32, n), Mean: make([]float32, rows), Rstd: make([]float32, rows),
		Gain: gain, Drop: d, Seq: seq, B: b, T: positions, C: c,
	}
	forward := func() []float32 {
		norm.Forward(y, x, branch, bias, eps)
		return y
	}
	forward()
	dx, dbranch, dgain, dbias := make([]float32, n), make([]float32, n), make([]float32, c), make([]float32, c)
	norm.Grad(dx, dbranch, dgain, dbias, dy)
	for _, in := range []struct {
		name    string
		x, grad []float32
	}{{"x", x, dx}, {"branch", branch, dbranch}, {"gain", gain, dgain}, {"bias", bias, dbias}} {
		allClose(t, in.name, in.grad, differences(in.x, dy, forward), 2e-3)
	}
}

func TestSoftmaxGELUGradByDifferences(t *testing.T) {
	const rows, cols = 3, 5
	x, dy := random(1, rows*cols), random(2, rows*cols)
	y, dx := make([]float32, len(x)), make([]float32, len(x))
	softmax := func() []float32 { Softmax(y, x, rows, cols); return y }
	want := differences(x, dy, softmax)
	SoftmaxGrad(dx, dy, softmax(), rows, cols)
	allClose(t, "softmax", dx, want, 2e-3)
	GELUGrad(dx, dy, x)
	allClose(t, "gelu", dx, differences(x, dy, func() []float32 { GELU(y, x); return y }), 2e-3)
}
