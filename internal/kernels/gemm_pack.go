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
	packStrips(dst, g.b, g.ldb, nr, j, nc, p, kc, g.tB)
}

// packStrips packs the lines [i,i+n) at k [p,p+kc) to strips of w lines. A line
// is a row of src when byRow, else a column.
func packStrips(dst, src []float32, ld, w, i, n, p, kc int, byRow bool) {
	for s := 0; s < n; s += w {
		strip := dst[s*kc : (s+w)*kc]
		lines := min(w, n-s)
		switch {
		case lines < w:
			packEdge(strip, src, ld, w, i+s, lines, p, kc, byRow)
		case byRow:
			simd.PackT(strip, src[min((i+s)*ld+p, len(src)):], ld, w, kc)
		default:
			simd.Pack(strip, src[min(p*ld+i+s, len(src)):], ld, w, kc)
		}
	}
}

// packEdge packs a strip of fewer than w lines.
func packEdge(strip, src []float32, ld, w, i, lines, p, kc int, byRow bool) {
	clear(strip)
	lineStep, kStep := 1, ld
	if byRow {
		lineStep, kStep = ld, 1
	}
	for l := range lines {
		for q := range kc {
			strip[q*w+l] = src[(i+l)*lineStep+(p+q)*kStep]
		}
	}
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }
