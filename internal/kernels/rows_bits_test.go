package kernels

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sameBits fails unless two slices agree to the bit.
func sameBits(t *testing.T, what string, want, got []float32) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i, w := range want {
		if math.Float32bits(w) != math.Float32bits(got[i]) {
			require.Failf(t, what, "at %d of %d got %g, want %g", i, len(got), got[i], w)
		}
	}
}

// rowCounts are numbers of rows on both sides of every path's limits.
var rowCounts = []int{1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 64, 195}

// TestRowsHaveTheSameBits multiplies the first rows of a matrix: however many there are, each
// has the bits that it has among all.
func TestRowsHaveTheSameBits(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {5, 3}, {31, 32}, {33, 33}, {70, 383}, {65, 384}, {70, 385}, {33, 800}, {1100, 7}, {130, 70}} {
		n, k := size[0], size[1]
		most := rowCounts[len(rowCounts)-1]
		a, bias := random(1, most*k), random(4, n)
		for _, tB := range []bool{false, true} {
			for name, product := range rowProducts(tB, n, k, a, bias) {
				withProcs(t, func(int) {
					want := make([]float32, most*n)
					product(most, want)
					for _, m := range rowCounts {
						got := make([]float32, m*n)
						product(m, got)
						sameBits(t, fmt.Sprintf("%s tB=%t n=%d k=%d, %d rows", name, tB, n, k, m), want[:m*n], got)
					}
				})
			}
		}
	}
}

// rowProducts are the products with one matrix in each format.
func rowProducts(tB bool, n, k int, a, bias []float32) map[string]func(m int, c []float32) {
	rows, cols := k, n
	if tB {
		rows, cols = n, k
	}
	b := random(2, rows*cols)
	all := map[string]func(m int, c []float32){
		"float32":      func(m int, c []float32) { GemmBias(false, tB, m, n, k, a[:m*k], k, b, cols, bias, c, n) },
		"float32 plus": func(m int, c []float32) { Gemm(false, tB, m, n, k, a[:m*k], k, b, cols, 1, c, n) },
	}
	if !tB { // op(A) is the transpose of a [k m]
		most := len(a) / max(k, 1)
		all["float32 tA"] = func(m int, c []float32) { Gemm(true, false, m, n, k, a, most, b, cols, 0, c, n) }
	}
	for _, format := range []string{BFloat16, Int8} {
		w := Quantize(format, b, rows, cols)
		w.Arrange(tB, nil)
		all[format] = func(m int, c []float32) { GemmCompact(tB, m, n, k, a[:m*k], k, w, bias, c, n) }
		all[format+" plain"] = func(m int, c []float32) { GemmCompact(tB, m, n, k, a[:m*k], k, w, nil, c, n) }
	}
	return all
}

// TestLSTMRowsHaveTheSameBits runs sequences alone and together.
func TestLSTMRowsHaveTheSameBits(t *testing.T) {
	for _, u := range []int{3, 70, 385} {
		const most, steps = 9, 4
		whh, bias, inputs := random(1, 4*u*u), random(2, 4*u), random(3, most*steps*4*u)
		run := func(from, b int) []float32 {
			gates, strips := clone(inputs[from*steps*4*u:(from+b)*steps*4*u]), make([]float32, LSTMStrips(u))
			h, cells := make([]float32, b*steps*u), make([]float32, b*steps*u)
			LSTM(h, cells, gates, whh, bias, strips, b, steps, u)
			return h
		}
		want := run(0, most)
		for _, b := range []int{1, 2, 4, 7} {
			sameBits(t, fmt.Sprintf("%d of %d sequences, %d units", b, most, u), want[2*steps*u:(2+b)*steps*u], run(2, b))
		}
	}
}

// TestGemmCompact compares a product with that of the same weights in float32.
func TestGemmCompact(t *testing.T) {
	for _, size := range [][3]int{{1, 1, 1}, {1, 70, 0}, {3, 33, 40}, {4, 64, 385}, {7, 97, 770}, {8, 300, 33}, {9, 31, 5}, {20, 1105, 401}, {130, 70, 64}} {
		m, n, k := size[0], size[1], size[2]
		for _, format := range []string{BFloat16, Int8} {
			for _, tB := range []bool{false, true} {
				rows, cols := k, n
				if tB {
					rows, cols = n, k
				}
				w := Quantize(format, random(2, rows*cols), rows, cols)
				wide := make([]float32, rows*cols)
				for i := range rows {
					w.Row(i, row(wide, i, cols))
				}
				w.Arrange(tB, nil)
				lda, ldc := k+3, n+5
				a, bias := random(1, m*lda), random(3, n)
				want, got := random(4, m*ldc), random(4, m*ldc) // the columns beyond n must stay
				GemmBias(false, tB, m, n, k, a, lda, wide, cols, bias, want, ldc)
				GemmCompact(tB, m, n, k, a, lda, w, bias, got, ldc)
				what := fmt.Sprintf("%s tB=%t m=%d n=%d k=%d", format, tB, m, n, k)
				sameBits(t, what, want, got)
				Gemm(false, tB, m, n, k, a, lda, wide, cols, 0, want, ldc)
				GemmCompact(tB, m, n, k, a, lda, w, nil, got, ldc)
				sameBits(t, what+" without a bias", want, got)
			}
		}
	}
	w := Quantize(Int8, make([]float32, 6), 2, 3)
	x := make([]float32, 6)
	assert.Panics(t, func() { GemmCompact(false, 2, 3, 2, x, 2, w, nil, x, 3) }, "not arranged")
	w.Arrange(false, nil)
	assert.Panics(t, func() { GemmCompact(true, 2, 2, 3, x, 3, w, nil, x, 2) }, "arranged for the matrix itself")
	assert.Panics(t, func() { GemmCompact(false, 2, 2, 2, x, 2, w, nil, x, 2) }, "another size")
	assert.Panics(t, func() { GemmCompact(false, 2, 3, 2, x, 2, w, x[:2], x, 3) }, "a short bias")
}
