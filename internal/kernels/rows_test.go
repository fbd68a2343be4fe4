package kernels

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// sizes are odd on purpose: one element, fewer than a vector, whole vectors,
// and more than one slab.
var sizes = [][2]int{{0, 3}, {1, 1}, {1, 5}, {3, 3}, {5, 16}, {7, 31}, {40, 768}}

func TestGELU(t *testing.T) {
	for _, n := range []int{0, 1, 5, 1000, 20000} {
		x, dy := random(1, n), random(2, n)
		y, dx := make([]float32, n), make([]float32, n)
		GELU(y, x)
		GELUGrad(dx, dy, x)
		want, wantGrad := make([]float64, n), make([]float64, n)
		for i, v := range x {
			v := float64(v)
			k := math.Sqrt(2 / math.Pi)
			th := math.Tanh(k * (v + 0.044715*v*v*v))
			want[i] = 0.5 * v * (1 + th)
			wantGrad[i] = float64(dy[i]) * (0.5*(1+th) + 0.5*v*(1-th*th)*k*(1+3*0.044715*v*v))
		}
		allClose(t, "y", y, want, 1e-6)
		allClose(t, "dx", dx, wantGrad, 1e-6)
	}
}

func TestSoftmax(t *testing.T) {
	for _, s := range sizes {
		rows, cols := s[0], s[1]
		x, dy := random(1, rows*cols), random(2, rows*cols)
		y, dx := make([]float32, rows*cols), make([]float32, rows*cols)
		want, wantGrad := make([]float64, rows*cols), make([]float64, rows*cols)
		for r := range rows {
			var sum, dot float64
			for j := range cols {
				want[r*cols+j] = math.Exp(float64(x[r*cols+j]))
				sum += want[r*cols+j]
			}
			for j := range cols {
				want[r*cols+j] /= sum
				dot += want[r*cols+j] * float64(dy[r*cols+j])
			}
			for j := range cols {
				wantGrad[r*cols+j] = want[r*cols+j] * (float64(dy[r*cols+j]) - dot)
			}
		}
		Softmax(y, x, rows, cols)
		SoftmaxGrad(dx, dy, y, rows, cols)
		allClose(t, fmt.Sprint("y ", s), y, want, 1e-6)
		allClose(t, fmt.Sprint("dx ", s), dx, wantGrad, 1e-6)
	}
}

func TestCausalMask(t *testing.T) {
	x := random(1, 2*3*3)
	y := make([]float32, len(x))
	CausalMask(y, x, 2, 3)
	for i := range x {
		query, key := i/3%3, i%3
		if key <= query {
			assert.Equal(t, x[i], y[i])
		} else {
			assert.Equal(t, float32(-1e9), y[i])
		}
	}
}

func TestLayerNorm(t *testing.T) {
	const eps = 1e-5
	for _, s := range sizes {
		rows, c := s[0], s[1]
		x, dy, gain, bias := random(1, rows*c), random(2, rows*c), random(3, c), random(4, c)
		y, dx := make([]float32, rows*c), make([]float32, rows*c)
		mean, rstd := make([]float32, rows), make([]float32, rows)
		dgain, dbias := random(5, c), random(6, c)
		wantY, wantDx := make([]float64, rows*c), make([]float64, rows*c)
		wantDgain, wantDbias := widen(dgain), widen(dbias)
		for r := range rows {
			refLayerNorm(wantY[r*c:], wantDx[r*c:], wantDgain, wantDbias, widen(x[r*c:(r+1)*c]), widen(dy[r*c:(r+1)*c]), gain, bias, eps)
		}
		LayerNorm(y, mean, rstd, x, gain, bias, rows, c, eps)
		LayerNormGrad(dx, dgain, dbias, dy, x, mean, rstd, gain, rows, c)
		what := fmt.Sprint(" ", s)
		allClose(t, "y"+what, y, wantY, 1e-5)
		allClose(t, "dx"+what, dx, wantDx, 1e-4)
		allClose(t, "dgain"+what, dgain, wantDgain, 1e-5)
		allClose(t, "dbias"+what, dbias, wantDbias, 1e-5)
	}
}

func widen(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// refLayerNorm is one row forward and back.
func refLayerNorm(y, dx, dgain, dbias, x, dy []float64, gain, bias []float32, eps float64) {
	n := float64(len(x))
	var mean, variance, avgH, avgHN float64
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / n
	}
	rstd := 1 / math.Sqrt(variance+eps)
	for i, v := range x {
		norm := (v - mean) * rstd
		y[i] = norm*float64(gain[i]) + float64(bias[i])
		dgain[i] += dy[i] * norm
		dbias[i] += dy[i]
		avgH += dy[i] * float64(gain[i]) / n
		avgHN += dy[i] * float64(gain[i]) * norm / n
	}
	for i, v := range x {
		dx[i] = rstd * (dy[i]*float64(gain[i]) - avgH - (v-mean)*rstd*avgHN)
	}
}

func TestCrossEntropy(t *testing.T) {
	for _, s := range [][3]int{{0, 3, 3}, {1, 1, 1}, {3, 5, 8}, {4, 3000, 3008}} {
		rows, v, stride := s[0], s[1], s[2]
		logits, dloss, targets := random(1, rows*stride), random(2, rows), indices(3, rows, v)
		loss, lse := make([]float32, rows), make([]float32, rows)
		wantLoss, want := make([]float64, rows), make([]float64, rows*stride)
		for i := range rows {
			var sum float64
			for j := range v {
				sum += math.Exp(float64(logits[i*stride+j]))
			}
			wantLoss[i] = math.Log(sum) - float64(logits[i*stride+int(targets[i])])
			for j := range v {
				p := math.Exp(float64(logits[i*stride+j])) / sum
				if j == int(targets[i]) {
					p--
				}
				want[i*stride+j] = float64(dloss[i]) * p
			}
		}
		CrossEntropy(loss, lse, logits, targets, rows, v, stride)
		allClose(t, "loss", loss, wantLoss, 1e-6)
		CrossEntropyGrad(logits, logits, lse, dloss, targets, rows, v, stride)
		allClose(t, "dlogits", logits, want, 1e-6)
	}
	assert.Panics(t, func() {
		one := []float32{0}
		CrossEntropy(one, []float32{0}, []float32{0}, []int32{1}, 1, 1, 1)
	}, "a target outside the vocabulary")
}

func TestBiasGradAndElementwise(t *testing.T) {
	rows, cols := 5, 131
	dy, db := random(1, rows*cols), random(2, cols)
	want := widen(db)
	for i, v := range dy {
		want[i%cols] += float64(v)
	}
	BiasGrad(db, dy, rows, cols)
	allClose(t, "db", db, want, 1e-6)

	a, b := random(3, 20001), random(4, 20001)
	sum, scaled := make([]float32, len(a)), make([]float32, len(a))
	Add(sum, a, b)
	Scale(scaled, a, 3)
	squares := 0.0
	for i := range a {
		assert.Equal(t, a[i]+b[i], sum[i])
		assert.Equal(t, a[i]*3, scaled[i])
		squares += float64(a[i]) * float64(a[i])
	}
	assert.InEpsilon(t, squares, SumSquares(a), 1e-12)
	assert.Zero(t, SumSquares(nil))
}

func TestEmbed(t *testing.T) {
	const b, positions, c, v = 2, 5, 3, 7
	tok, pos, ids := random(1, v*c), random(2, (positions+1)*c), indices(3, b*positions, v)
	y := make([]float32, b*positions*c)
	Embed(y, tok, pos, ids, make([]int32, b), positions, c)
	dy, dtok, dpos := random(4, len(y)), random(5, v*c), random(6, (positions+1)*c)
	wantTok, wantPos := widen(dtok), widen(dpos)
	for r, id := range ids {
		for j := range c {
			assert.Equal(t, tok[int(id)*c+j]+pos[r%positions*c+j], y[r*c+j])
			wantTok[int(id)*c+j] += float64(dy[r*c+j])
			wantPos[r%positions*c+j] += float64(dy[r*c+j])
		}
	}
	EmbedTokGrad(dtok, dy, ids, b*positions, c)
	EmbedPosGrad(dpos, dy, b, positions, c)
	allClose(t, "dtok", dtok, wantTok, 1e-6)
	allClose(t, "dpos", dpos, wantPos, 1e-6)
	from, moved := []int32{1, 0}, make([]float32, len(y))
	Embed(moved, tok, pos, ids, from, positions, c)
	for r, id := range ids {
		at := r%positions + int(from[r/positions])
		for j := range c {
			assert.Equal(t, tok[int(id)*c+j]+pos[at*c+j], moved[r*c+j])
		}
	}
	for _, wrong := range []int32{-1, 2} {
		assert.Panics(t, func() { Embed(y, tok, pos, ids, []int32{0, wrong}, positions, c) })
	}
	ids[4] = v
	assert.Panics(t, func() { Embed(y, tok, pos, ids, make([]int32, b), positions, c) })
}

func TestAdam(t *testing.T) {
	const n = 1001
	a := AdamStep{LR: 0.01, B1: 0.9, B2: 0.999, Eps: 1e-8, L2: 0.1, Scale: 0.5}
	p, g, m, v := random(1, n), random(2, n), random(3, n), random(4, n)
	wantP, wantM, wantV := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range p {
		v[i] *= v[i]
		b1, b2, grad := float64(a.B1), float64(a.B2), float64(a.Scale)*float64(g[i])
		wantM[i] = b1*float64(m[i]) + (1-b1)*grad
		wantV[i] = b2*float64(v[i]) + (1-b2)*grad*grad
		wantP[i] = float64(p[i]) - 0.01*(wantM[i]/(math.Sqrt(wantV[i])+1e-8)+0.1*float64(p[i]))
	}
	Adam(p, g, m, v, a)
	allClose(t, "p", p, wantP, 1e-6)
	allClose(t, "m", m, wantM, 1e-6)
	allClose(t, "v", v, wantV, 1e-6)
	assert.Equal(t, make([]float32, n), g)
}
