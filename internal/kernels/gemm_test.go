package kernels

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// gemmCase is a product with padded row strides; pad columns of C must stay.
type gemmCase struct {
	tA, tB        bool
	m, n, k       int
	a, b, c, bias []float32
	lda, ldb, ldc int
}

func newGemmCase(tA, tB bool, m, n, k, pad int) gemmCase {
	g := gemmCase{tA: tA, tB: tB, m: m, n: n, k: k, lda: k + pad, ldb: n + pad, ldc: n + pad}
	rowsA, rowsB := m, k
	if tA {
		g.lda, rowsA = m+pad, k
	}
	if tB {
		g.ldb, rowsB = k+pad, n
	}
	g.a, g.b, g.c = random(1, rowsA*g.lda), random(2, rowsB*g.ldb), random(3, m*g.ldc)
	g.bias = random(4, n)
	return g
}

func (g gemmCase) String() string {
	return fmt.Sprintf("tA=%t tB=%t m=%d n=%d k=%d ldc=%d", g.tA, g.tB, g.m, g.n, g.k, g.ldc)
}

// want returns op(A)op(B) + add(i,j) in float64, and C in the pad columns.
func (g gemmCase) want(add func(i, j int) float32) []float64 {
	out := make([]float64, len(g.c))
	for i := range g.m {
		for j := range g.ldc {
			if j >= g.n {
				out[i*g.ldc+j] = float64(g.c[i*g.ldc+j])
				continue
			}
			sum := float64(add(i, j))
			for p := range g.k {
				x, y := i*g.lda+p, p*g.ldb+j
				if g.tA {
					x = p*g.lda + i
				}
				if g.tB {
					y = j*g.ldb + p
				}
				sum += float64(g.a[x]) * float64(g.b[y])
			}
			out[i*g.ldc+j] = sum
		}
	}
	return out
}

func TestGemm(t *testing.T) {
	sizes := [][3]int{
		{1, 1, 1},
		{1, 1, 0},
		{0, 3, 2},
		{3, 0, 2},
		{2, 3, 5},
		{3, 300, 400},
		{8, 900, 100},
		{5, 7, 3},
		{4, 4, 4},
		{12, 32, 8},
		{13, 33, 9},
		{1, 70, 65},
		{70, 1, 65},
		{37, 41, 300},
		{20, 70, 800},
		{9, 1600, 7},
		{200, 40, 390},
		{300, 5, 9},
	}
	for _, tA := range []bool{false, true} {
		for _, tB := range []bool{false, true} {
			for i, s := range sizes {
				g := newGemmCase(tA, tB, s[0], s[1], s[2], i%3)
				c := clone(g.c)
				Gemm(tA, tB, g.m, g.n, g.k, g.a, g.lda, g.b, g.ldb, 0, c, g.ldc)
				allClose(t, "beta 0 "+g.String(), c, g.want(func(int, int) float32 { return 0 }), 1e-4)
				copy(c, g.c)
				Gemm(tA, tB, g.m, g.n, g.k, g.a, g.lda, g.b, g.ldb, 1, c, g.ldc)
				allClose(t, "beta 1 "+g.String(), c, g.want(func(i, j int) float32 { return g.c[i*g.ldc+j] }), 1e-4)
				copy(c, g.c)
				GemmBias(tA, tB, g.m, g.n, g.k, g.a, g.lda, g.b, g.ldb, g.bias, c, g.ldc)
				allClose(t, "bias "+g.String(), c, g.want(func(_, j int) float32 { return g.bias[j] }), 1e-4)
			}
		}
	}
}

func TestGemmRefusesBadSizes(t *testing.T) {
	x := make([]float32, 6)
	assert.Panics(t, func() { Gemm(false, false, 2, 2, 3, x[:5], 3, x, 2, 0, x, 2) })
	assert.Panics(t, func() { Gemm(false, false, 2, 2, 3, x, 2, x, 2, 0, x, 2) })
	assert.Panics(t, func() { Gemm(false, false, 2, 2, 3, x, 3, x, 2, 0.5, x, 2) })
	assert.Panics(t, func() { GemmBias(false, false, 2, 2, 3, x, 3, x, 2, x[:1], x, 2) })
}
