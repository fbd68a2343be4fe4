package kernels

import "gorgpt/internal/simd"

// Packing copies a block of A to strips of mr rows and a panel of B to strips
// of nr columns, each k-major: the tile then reads memory in order. A strip that
// the matrix fills only in part is completed with zeros.

// packA packs rows [i,i+mc) and k [p,p+kc) of op(A).
func (g *gemm) packA(ws *workspace, i, mc, p, kc int) {
	mr, _ := simd.TileSize()
	dst := grow(&ws.packA, roundUp(mc, mr)*kc)
	packStrips(dst, g.a, g.lda, mr, i, mc, p, kc, !g.tA)
}

// packB packs columns [j,j+nc) and k [p,p+kc) of op(B).
func (g *gemm) packB(ws *workspace, p, kc, j, nc int) {
	_, nr := simd.TileSize()
	dst := grow(&ws.packB, roundUp(nc, nr)*kc)
	if g.w != nil {
		g.w.pack(ws, dst, nr, j, nc, p, kc)
		return
	}
	packStrips(dst, g.b, g.ldb, nr, j, nc, p, kc, g.tB)
}

// packStrips packs the lines [i,i+n) at k [p,p+kc) to strips of w lines. A line
// is a row of src when byRow, else a column.
func packStrips(dst, src []float32, ld, w, i, n, p, kc int, byRow bool) {
	for s := 0; s < n; s += w {
		strip := dst[s*kc : (s+w)*kc]
		lines := min(w, n-s)
		whole := lines &^ 3 // the primitives do four at a time
		if lines < w {
			clear(strip)
			packLines(strip, src, ld, w, i+s, whole, lines, p, kc, byRow)
		}
		if whole == 0 || kc == 0 {
			continue
		}
		if byRow {
			simd.PackT(strip, src[(i+s)*ld+p:], ld, whole, w, kc)
		} else {
			simd.Pack(strip, src[p*ld+i+s:], ld, whole, w, kc)
		}
	}
}

// packLines packs the lines [from,to) of a strip that starts at line i.
func packLines(strip, src []float32, ld, w, i, from, to, p, kc int, byRow bool) {
	lineStep, kStep := 1, ld
	if byRow {
		lineStep, kStep = ld, 1
	}
	for l := from; l < to; l++ {
		for q := range kc {
			strip[q*w+l] = src[(i+l)*lineStep+(p+q)*kStep]
		}
	}
}

func ceilDiv(n, by int) int { return (n + by - 1) / by }

func roundUp(n, to int) int { return ceilDiv(n, to) * to }
