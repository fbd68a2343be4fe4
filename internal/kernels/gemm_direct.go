package kernels

import "gorgpt/internal/simd"

// directRows is the number of rows of C up to which packing B, to be read once
// or twice, costs more than it saves. Generation works on such products. A compact
// B must also be widened to be packed.
const (
	directRows        = 8
	directRowsCompact = 16
)

// fewRows reports whether the product is faster without packing.
func (g *gemm) fewRows() bool {
	if g.w != nil {
		return g.m <= directRowsCompact
	}
	return g.m <= directRows && !(g.tA && g.tB)
}

// directCall is a product of few rows that reads B in place. Its sums over k have the order of
// gemm: runs of gemmKC from zero, the first added to the addend, the others to C.
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
	switch {
	case g.w != nil:
		g.compact(ws, lo, hi)
	case g.tB:
		g.transpose(ws, lo, hi)
	default:
		g.combine(ws, lo, hi)
	}
}

// compact takes the columns [lo,hi) of C strip by strip, as they lie in memory.
func (g *directCall) compact(ws *workspace, lo, hi int) {
	sums := grow(&ws.tile, simd.MaxTile)
	for j := lo; j < hi; j += simd.StripWidth {
		cols := min(simd.StripWidth, hi-j)
		for p := 0; p == 0 || p < g.k; p += gemmKC {
			kc := min(gemmKC, g.k-p)
			s := g.w.strip(j/simd.StripWidth, p, kc)
			i := 0
			for ; i+simd.StripRows <= g.m; i += simd.StripRows {
				s.times4(sums, g.a[i*g.lda+p:], g.lda)
				for r := range simd.StripRows {
					g.put(p, i+r, j, sums[r*simd.StripWidth:r*simd.StripWidth+cols])
				}
			}
			for ; i < g.m; i++ {
				s.times(sums, g.a[i*g.lda+p:i*g.lda+p+kc])
				g.put(p, i, j, sums[:cols])
			}
		}
	}
}

// transpose takes the columns [lo,hi) of C, which are rows of B: of one or two rows as they lie,
// else strip by strip through a transposed copy.
func (g *directCall) transpose(ws *workspace, lo, hi int) {
	if g.m > 2 || hi-lo < simd.TransposedRows {
		g.strips(ws, lo, hi)
		return
	}
	sums := grow(&ws.tile, simd.MaxTile)
	for from := lo; from < hi; {
		// The last columns are computed together with some of those before.
		n := min((hi-from)&^(simd.TransposedRows-1), 8*simd.TransposedRows)
		at, skip := from, 0
		if n == 0 {
			n = simd.TransposedRows
			at = hi - n
			skip = from - at
		}
		for p := 0; p == 0 || p < g.k; p += gemmKC {
			kc := min(gemmKC, g.k-p)
			for i := range g.m {
				simd.Transposed(sums[:n], g.a[i*g.lda+p:i*g.lda+p+kc], g.b[at*g.ldb+p:], g.ldb)
				g.put(p, i, from, sums[skip:n])
			}
		}
		from = at + n
	}
}

// strips is transpose through a copy.
func (g *directCall) strips(ws *workspace, lo, hi int) {
	for j := lo; j < hi; j += simd.StripWidth {
		cols := min(simd.StripWidth, hi-j)
		for p := 0; p == 0 || p < g.k; p += gemmKC {
			kc := min(gemmKC, g.k-p)
			strip := grow(&ws.packB, simd.StripWidth*kc)
			transposeStrip(strip, g.b[j*g.ldb+p:], g.ldb, cols, kc)
			g.strip(ws, strip, p, kc, j, cols)
		}
	}
}

// transposeStrip writes rows of b as columns of a strip of k lines, which zeros complete.
func transposeStrip(strip, b []float32, ldb, rows, k int) {
	if rows < simd.StripWidth {
		clear(strip)
	}
	simd.Transpose(strip, simd.StripWidth, b, ldb, rows, k)
}

// strip takes the columns [j,j+cols) of C over the run of k [p,p+kc), of which strip holds op(B).
func (g *directCall) strip(ws *workspace, strip []float32, p, kc, j, cols int) {
	sums := grow(&ws.tile, simd.MaxTile)
	i := 0
	for ; i+simd.StripRows <= g.m; i += simd.StripRows {
		simd.StripsFloat32(sums, g.a[i*g.lda+p:], g.lda, kc, strip)
		for r := range simd.StripRows {
			g.put(p, i+r, j, sums[r*simd.StripWidth:r*simd.StripWidth+cols])
		}
	}
	for ; i < g.m; i++ {
		simd.StripFloat32(sums, g.a[i*g.lda+p:i*g.lda+p+kc], strip)
		g.put(p, i, j, sums[:cols])
	}
}

// put stores the sums over the run of k that begins at p, in row i from column j on.
func (g *directCall) put(p, i, j int, sums []float32) {
	c := g.c[i*g.ldc+j : i*g.ldc+j+len(sums)]
	switch {
	case p > 0:
		simd.Add(c, sums, c)
	case g.add != nil:
		simd.Add(c, sums, g.add[i*g.ldadd+j:i*g.ldadd+j+len(sums)])
	default:
		copy(c, sums)
	}
}

// combine takes the columns [lo,hi) of C as sums of rows: C[i] = Σ_p A[i,p]·B[p].
func (g *directCall) combine(ws *workspace, lo, hi int) {
	cols := hi - lo
	sums := grow(&ws.packB, g.m*cols)
	for p := 0; p == 0 || p < g.k; p += gemmKC {
		clear(sums)
		g.combineRun(ws, sums, p, min(p+gemmKC, g.k), lo, hi)
		for i := range g.m {
			g.put(p, i, lo, row(sums, i, cols))
		}
	}
}

// combineRun adds the rows [p,end) of B, columns [lo,hi), to sums [m hi−lo].
func (g *directCall) combineRun(ws *workspace, sums []float32, p, end, lo, hi int) {
	cols := hi - lo
	for ; p+simd.CombineRows <= end; p += simd.CombineRows {
		b := g.b[p*g.ldb+lo:]
		for i := range g.m {
			simd.Combine(row(sums, i, cols), b, g.ldb, g.factors(ws, i, p))
		}
	}
	for ; p < end; p++ {
		b := g.b[p*g.ldb+lo : p*g.ldb+hi]
		for i := range g.m {
			simd.Axpy(row(sums, i, cols), b, g.at(i, p))
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
