package kernels

import "gorgpt/internal/simd"

// The tile reads rows of A along k, and B from strips of nr columns, k-major. B
// is therefore copied to a panel of strips. A is copied when it is stored
// transposed, or when its rows lie apart: at strides near powers of two, lines
// drive each other out of the caches. Rows that follow one another are read in
// place.

// stripGap is the floats, a cache line, by which a strip of B starts later than
// it could, for the same reason.
const stripGap = 16

// blockA returns the rows [i,i+mc) of op(A) from k p on, kc long, and their
// stride.
func (g *gemm) blockA(ws *workspace, i, mc, p, kc int) ([]float32, int) {
	if !g.tA && kc == g.lda {
		return g.a[i*g.lda:], g.lda
	}
	dst := grow(&ws.packA, mc*kc)
	if g.tA {
		simd.Transpose(dst, kc, g.a[p*g.lda+i:], g.lda, kc, mc)
	} else {
		simd.Pack(dst, g.a[i*g.lda+p:], g.lda, kc, 1, 0, mc)
	}
	return dst, kc
}

// panelB is columns of op(B) in strips of nr columns, stride apart.
type panelB struct {
	strips []float32
	stride int
}

// panelB copies columns [j,j+nc) and k [p,p+kc) of op(B). Zeros complete the
// last strip.
func (g *gemm) panelB(ws *workspace, p, kc, j, nc int) panelB {
	_, nr := simd.TileSize()
	b := panelB{stride: kc*nr + stripGap}
	b.strips = grow(&ws.packB, ceilDiv(nc, nr)*b.stride)
	if g.w != nil {
		g.w.pack(ws, b, j, nc, p, kc)
		return b
	}
	whole, rest := nc/nr, nc%nr
	if g.tB {
		for s := range whole {
			simd.Transpose(b.strips[s*b.stride:], nr, g.b[(j+s*nr)*g.ldb+p:], g.ldb, nr, kc)
		}
	} else if kc > 0 {
		simd.Pack(b.strips, g.b[p*g.ldb+j:], g.ldb, nr, whole, b.stride, kc)
	}
	if rest > 0 && kc > 0 {
		g.restB(b.strips[whole*b.stride:][:kc*nr], p, kc, j+whole*nr, rest)
	}
	return b
}

// restB copies fewer than nr columns.
func (g *gemm) restB(strip []float32, p, kc, j, cols int) {
	_, nr := simd.TileSize()
	clear(strip)
	if g.tB {
		simd.Transpose(strip, nr, g.b[j*g.ldb+p:], g.ldb, cols, kc)
		return
	}
	for q := range kc {
		copy(strip[q*nr:], g.b[(p+q)*g.ldb+j:][:cols])
	}
}

func ceilDiv(n, by int) int { return (n + by - 1) / by }

func roundUp(n, to int) int { return ceilDiv(n, to) * to }
