package kernels

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestResidualNormEqualsComposed(t *testing.T) {
	const eps = 1e-5
	for _, s := range [][3]int{{1, 1, 1}, {2, 5, 3}, {2, 40, 100}} {
		b, positions, c := s[0], s[1], s[2]
		rows, n := b*positions, b*positions*c
		seq := indices(9, b, 100)
		d := NewDrop(0.3, 1, 2, 3)
		x, branch, gain, bias, dy := random(1, n), random(2, n), random(3, c), random(4, c), random(5, n)

		y, sum, mean, rstd := make([]float32, n), make([]float32, n), make([]float32, rows), make([]float32, rows)
		norm := ResidualNorm{Sum: sum, Mean: mean, Rstd: rstd, Gain: gain, Drop: d, Seq: seq, B: b, T: positions, C: c}
		norm.Forward(y, x, branch, bias, eps)
		wantY, wantSum, wantMean, wantRstd := make([]float32, n), make([]float32, n), make([]float32, rows), make([]float32, rows)
		d.Rows(wantSum, branch, seq, b, positions, c)
		Add(wantSum, wantSum, x)
		LayerNorm(wantY, wantMean, wantRstd, wantSum, gain, bias, rows, c, eps)
		allClose(t, "y", y, wantY, 1e-6)
		allClose(t, "sum", sum, wantSum, 1e-6)
		allClose(t, "mean", mean, wantMean, 1e-6)
		allClose(t, "rstd", rstd, wantRstd, 1e-6)

		dx, dbranch, dgain, dbias := make([]float32, n), make([]float32, n), random(6, c), random(7, c)
		wantDx, wantDbranch, wantDgain, wantDbias := make([]float32, n), make([]float32, n), clone(dgain), clone(dbias)
		norm.Grad(dx, dbranch, dgain, dbias, dy)
		LayerNormGrad(wantDx, wantDgain, wantDbias, dy, sum, mean, rstd, gain, rows, c)
		d.Rows(wantDbranch, wantDx, seq, b, positions, c)
		allClose(t, "dx", dx, wantDx, 1e-6)
		allClose(t, "dbranch", dbranch, wantDbranch, 1e-6)
		allClose(t, "dgain", dgain, wantDgain, 1e-6)
		allClose(t, "dbias", dbias, wantDbias, 1e-6)
	}
}

// composedAttention is attention and its gradient from the plain kernels, with
// all weights [B H T T] in memory.
func composedAttention(qkv, dy []float32, d Drop, seq []int32, b, t, h, dHead int) (y, dqkv []float32) {
	c := h * dHead
	scale := float32(1 / math.Sqrt(float64(dHead)))
	mats := b * h
	s, p, w := make([]float32, mats*t*t), make([]float32, mats*t*t), make([]float32, mats*t*t)
	y, dqkv = make([]float32, b*t*c), make([]float32, b*t*3*c)
	at := func(x []float32, stride, unit, part int) []float32 {
		return x[unit/h*t*stride+part*c+unit%h*dHead:]
	}
	for i := range mats {
		Gemm(false, true, t, t, dHead, at(qkv, 3*c, i, 0), 3*c, at(qkv, 3*c, i, 1), 3*c, 0, s[i*t*t:], t)
	}
	Scale(s, s, scale)
	CausalMask(s, s, mats, t)
	Softmax(p, s, mats*t, t)
	d.Weights(w, p, seq, b, h, t)
	dw := make([]float32, mats*t*t)
	for i := range mats {
		Gemm(false, false, t, dHead, t, w[i*t*t:], t, at(qkv, 3*c, i, 2), 3*c, 0, at(y, c, i, 0), c)
		Gemm(false, true, t, t, dHead, at(dy, c, i, 0), c, at(qkv, 3*c, i, 2), 3*c, 0, dw[i*t*t:], t)
		Gemm(true, false, t, dHead, t, w[i*t*t:], t, at(dy, c, i, 0), c, 0, at(dqkv, 3*c, i, 2), 3*c)
	}
	d.Weights(dw, dw, seq, b, h, t)
	SoftmaxGrad(dw, dw, p, mats*t, t)
	Scale(dw, dw, scale)
	for i := range mats {
		Gemm(false, false, t, dHead, t, dw[i*t*t:], t, at(qkv, 3*c, i, 1), 3*c, 0, at(dqkv, 3*c, i, 0), 3*c)
		Gemm(true, false, t, dHead, t, dw[i*t*t:], t, at(qkv, 3*c, i, 0), 3*c, 0, at(dqkv, 3*c, i, 1), 3*c)
	}
	return y, dqkv
}

func TestAttentionEqualsComposed(t *testing.T) {
	for _, s := range [][4]int{{1, 1, 1, 1}, {2, 5, 2, 3}, {1, 96, 1, 8}, {2, 97, 3, 5}, {1, 200, 2, 16}} {
		b, positions, h, dHead := s[0], s[1], s[2], s[3]
		c := h * dHead
		for _, p := range []float32{0, 0.2} {
			seq, d := indices(9, b, 100), NewDrop(p, 1, 2, 3)
			qkv, dy := random(1, b*positions*3*c), random(2, b*positions*c)
			wantY, wantDqkv := composedAttention(qkv, dy, d, seq, b, positions, h, dHead)
			y, lse, dqkv := make([]float32, len(dy)), make([]float32, b*h*positions), random(3, len(qkv))
			Attention(y, lse, qkv, d, seq, b, positions, h, dHead)
			AttentionGrad(dqkv, dy, y, lse, qkv, d, seq, b, positions, h, dHead)
			what := fmt.Sprint(" ", s, p)
			allClose(t, "y"+what, y, wantY, 1e-5)
			allClose(t, "dqkv"+what, dqkv, wantDqkv, 1e-5)
		}
	}
}

// TestCachedAttentionEqualsAttention takes the positions in parts, of lengths on both sides of
// every block and run of k, in sequences that are fewer than the cache has room for.
func TestCachedAttentionEqualsAttention(t *testing.T) {
	const b, positions, h, dHead, room = 2, 393, 3, 5, 400
	const c = h * dHead
	qkv := random(1, b*positions*3*c)
	want, lse := make([]float32, b*positions*c), make([]float32, b*h*positions)
	Attention(want, lse, qkv, Drop{}, make([]int32, b), b, positions, h, dHead)
	for name, parts := range map[string][]int{
		"at once": {393}, "one by one": slices.Repeat([]int{1}, positions), "mixed": {1, 100, 9, 2, 272, 9}, "short": {8, 8, 8, 369},
	} {
		keys, values := random(2, (b+1)*room*c), random(3, (b+1)*room*c)
		at := 0
		for _, n := range parts {
			part, y := make([]float32, b*n*3*c), make([]float32, b*n*c)
			for i := range b {
				copy(part[i*n*3*c:(i+1)*n*3*c], qkv[(i*positions+at)*3*c:])
			}
			CachedAttention(y, keys, values, part, []int32{int32(at), int32(at)}, []int32{2, 0}, n, h, room, dHead)
			for i := range b {
				sameBits(t, fmt.Sprintf("%s, sequence %d from %d", name, i, at), want[(i*positions+at)*c:(i*positions+at+n)*c], y[i*n*c:(i+1)*n*c])
			}
			at += n
		}
	}
	keys := make([]float32, b*room*c)
	for _, wrong := range [][2][]int32{{{0, room - positions + 1}, {0, 1}}, {{0, -1}, {0, 1}}, {{0, 0}, {0, 2}}, {{0, 0}, {0}}} {
		assert.Panics(t, func() { CachedAttention(want, keys, keys, qkv, wrong[0], wrong[1], positions, h, room, dHead) })
	}
}
