package kernels

import "gorgpt/internal/simd"

// directRows is the number of rows of C up to which packing B, to be read once
// or twice, costs more than it saves. Generation works on such products.
const directRows = 8

// directCall is a product of few rows that reads B in place.
type directCall struct{ gemm }

var directCalls calls[directCall, *directCall]

// direct computes C by columns, which are many where rows are few.
func (g *gemm) direct() {
	grain := columnGrain
	if g.m*g.n*g.k < gemmSerial {
		grain = max(g.n, 1)
	}
	directCalls.run(g.n, grain, directCall{*g})
}

func (g *directCall) slab(_ *workspace, lo, hi int) {
	if g.tB {
		g.dots(lo, hi)
	} else {
		g.combine(lo, hi)
	}
}

// dots takes the columns [lo,hi) of C as products of rows: C[i,j] = A[i]·B[j].
func (g *directCall) dots(lo, hi int) {
	for j := lo; j < hi; j++ {
		b := g.b[j*g.ldb : j*g.ldb+g.k]
		for i := range g.m {
			sum := simd.Dot(g.a[i*g.lda:i*g.lda+g.k], b)
			if g.add != nil {
				sum += g.add[i*g.ldadd+j]
			}
			g.c[i*g.ldc+j] = sum
		}
	}
}

// combine takes the columns [lo,hi) of C as sums of rows: C[i] = Σ_p A[i,p]·B[p].
func (g *directCall) combine(lo, hi int) {
	for i := range g.m {
		c := g.c[i*g.ldc+lo : i*g.ldc+hi]
		if g.add == nil {
			clear(c)
		} else {
			copy(c, g.add[i*g.ldadd+lo:])
		}
	}
	rowStep, kStep := g.lda, 1
	if g.tA {
		rowStep, kStep = 1, g.lda
	}
	for p := range g.k {
		b := g.b[p*g.ldb+lo : p*g.ldb+hi]
		for i := range g.m {
			simd.Axpy(g.c[i*g.ldc+lo:i*g.ldc+hi], b, g.a[i*rowStep+p*kStep])
		}
	}
}
