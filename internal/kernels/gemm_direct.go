package kernels

import "gorgpt/internal/simd"

// directRows is the number of rows of C up to which packing B, to be read once
// or twice, costs more than it saves. Generation works on such products.
const directRows = 8

// fewRows reports whether the product is faster without packing.
func (g *gemm) fewRows() bool { return g.m <= directRows && !(g.tA && g.tB) }

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

func (g *directCall) slab(ws *workspace, lo, hi int) {
	if g.tB {
		g.dots(lo, hi)
	} else {
		g.combine(ws, lo, hi)
	}
}

// dots takes the columns [lo,hi) of C as products of rows: C[i,j] = A[i]·B[j].
func (g *directCall) dots(lo, hi int) {
	for j := lo; j < hi; j++ {
		b := g.b[j*g.ldb : j*g.ldb+g.k]
		i := 0
		for ; i+simd.DotsRows <= g.m; i += simd.DotsRows {
			s0, s1, s2, s3 := simd.Dots(g.a[i*g.lda:], g.lda, b)
			g.set(i, j, s0)
			g.set(i+1, j, s1)
			g.set(i+2, j, s2)
			g.set(i+3, j, s3)
		}
		for ; i < g.m; i++ {
			g.set(i, j, simd.Dot(g.a[i*g.lda:i*g.lda+g.k], b))
		}
	}
}

// set stores a product plus the addend.
func (g *directCall) set(i, j int, v float32) {
	if g.add != nil {
		v += g.add[i*g.ldadd+j]
	}
	g.c[i*g.ldc+j] = v
}

// combine takes the columns [lo,hi) of C as sums of rows: C[i] = Σ_p A[i,p]·B[p].
func (g *directCall) combine(ws *workspace, lo, hi int) {
	for i := range g.m {
		c := g.c[i*g.ldc+lo : i*g.ldc+hi]
		if g.add == nil {
			clear(c)
		} else {
			copy(c, g.add[i*g.ldadd+lo:])
		}
	}
	p := 0
	for ; p+simd.CombineRows <= g.k; p += simd.CombineRows {
		b := g.b[p*g.ldb+lo:]
		for i := range g.m {
			simd.Combine(g.c[i*g.ldc+lo:i*g.ldc+hi], b, g.ldb, g.factors(ws, i, p))
		}
	}
	for ; p < g.k; p++ {
		b := g.b[p*g.ldb+lo : p*g.ldb+hi]
		for i := range g.m {
			simd.Axpy(g.c[i*g.ldc+lo:i*g.ldc+hi], b, g.at(i, p))
		}
	}
}

// at is the element op(A)[i,p].
func (g *directCall) at(i, p int) float32 {
	if g.tA {
		return g.a[p*g.lda+i]
	}
	return g.a[i*g.lda+p]
}

// factors are the elements op(A)[i,p:p+CombineRows].
func (g *directCall) factors(ws *workspace, i, p int) []float32 {
	if !g.tA {
		return g.a[i*g.lda+p : i*g.lda+p+simd.CombineRows]
	}
	s := grow(&ws.tile, simd.CombineRows)
	for r := range s {
		s[r] = g.at(i, p+r)
	}
	return s
}
