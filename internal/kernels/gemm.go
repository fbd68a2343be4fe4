package kernels

import (
	"math"

	"gorgpt/internal/simd"
)

// Block sizes: a block of A [MC KC] stays in the second-level cache while it
// meets every strip of the panel of B [KC NC], each of which stays in the first
// for all its tiles. MC (gemmMC) and NC hold whole tiles of every instruction
// set. KC decides the order of sums, so it is the same everywhere.
const (
	gemmKC = 384
	gemmNC = 1536

	// gemmSerial is the number of multiply-adds below which waking another core
	// costs more than it saves.
	gemmSerial = 1 << 18
)

// Gemm computes C = op(A)·op(B) + beta·C in row-major order, beta 0 or 1. C is
// [m n] with row stride ldc. op(A) is [m k]: A itself, or with tA the transpose
// of A [k m]; op(B) is [k n]: B itself, or with tB the transpose of B [n k]. lda
// and ldb are the row strides of A and B as stored. With beta 0, C is not read.
//
// It is fastest when C starts on a cache line and ldc is a multiple of 16: other
// tiles write two lines for one.
func Gemm(tA, tB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	g := gemm{tA: tA, tB: tB, m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc}
	switch beta {
	case 0:
	case 1:
		g.add, g.ldadd = c, ldc
	default:
		panic("kernels: Gemm: beta is neither 0 nor 1")
	}
	g.parallel()
}

// GemmBias computes C = op(A)·op(B) + 1·biasᵀ, that is [Gemm] with bias [n]
// added to every row.
func GemmBias(tA, tB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, bias []float32, c []float32, ldc int) {
	check("GemmBias", "bias", len(bias), n)
	g := gemm{tA: tA, tB: tB, m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc, add: bias}
	g.parallel()
}

// gemm is one product C = op(A)·op(B) + add, where add is nil, C itself, or a
// row for all rows (ldadd 0).
//
// Every element of C sums over k in rising order, in runs of gemmKC that are
// added up in memory; neither the slab nor the place in a tile matters.
type gemm struct {
	tA, tB  bool
	m, n, k int
	a       []float32
	lda     int
	b       []float32
	ldb     int
	w       *Compact // in place of b
	c       []float32
	ldc     int
	add     []float32
	ldadd   int

	slabRows, slabCols int // size of the part of C that one worker does
}

var gemmCalls calls[gemm, *gemm]

// parallel splits C over the workers. Each packs its own blocks: the double work
// is small beside a barrier at each block.
func (g *gemm) parallel() {
	g.check()
	if g.fewRows() {
		g.direct()
		return
	}
	if g.m == 0 || g.n == 0 {
		return
	}
	workers := cores()
	if g.m*g.n*g.k < gemmSerial {
		workers = 1
	}
	g.plan(workers)
	slabs := ceilDiv(g.m, g.slabRows) * ceilDiv(g.n, g.slabCols)
	gemmCalls.run(slabs, 1, *g)
}

// plan cuts C into a grid of at most workers slabs with tile-aligned borders,
// such that the largest slab costs least. Its cost is its multiply-adds and the
// packing of its rows of A and columns of B, one element of which takes as long
// as packCost multiply-adds.
func (g *gemm) plan(workers int) {
	const packCost = 16
	mr, nr := simd.TileSize()
	least := math.MaxInt
	for down := 1; down <= workers; down++ {
		rows := roundUp(ceilDiv(g.m, down), mr)
		cols := roundUp(ceilDiv(g.n, workers/down), nr)
		if cost := rows*cols + packCost*(rows+cols); cost < least {
			least, g.slabRows, g.slabCols = cost, rows, cols
		}
	}
}

// slab does the slabs [lo,hi), counted along the rows of the grid.
func (g *gemm) slab(ws *workspace, lo, hi int) {
	across := ceilDiv(g.n, g.slabCols)
	for s := lo; s < hi; s++ {
		i, j := s/across*g.slabRows, s%across*g.slabCols
		g.block(ws, i, min(i+g.slabRows, g.m), j, min(j+g.slabCols, g.n))
	}
}

// serial runs the product on the caller's goroutine, for kernels that are
// parallel themselves.
func (g *gemm) serial(ws *workspace) {
	g.check()
	if g.fewRows() {
		d := directCall{*g}
		d.slab(ws, 0, g.n)
		return
	}
	g.block(ws, 0, g.m, 0, g.n)
}

// block computes the rows [i0,i1) and columns [j0,j1) of C.
func (g *gemm) block(ws *workspace, i0, i1, j0, j1 int) {
	rows := gemmMC()
	for j := j0; j < j1; j += gemmNC {
		nc := min(gemmNC, j1-j)
		// With k = 0 one pass still writes add.
		for p := 0; p == 0 || p < g.k; p += gemmKC {
			kc := min(gemmKC, g.k-p)
			b := g.panelB(ws, p, kc, j, nc)
			for i := i0; i < i1; i += rows {
				mc := min(rows, i1-i)
				a, lda := g.blockA(ws, i, mc, p, kc)
				g.tiles(ws, i, mc, j, nc, p, kc, a, lda, b)
			}
		}
	}
}

// tiles multiplies a block of A with a panel of B.
func (g *gemm) tiles(ws *workspace, i0, mc, j0, nc, p, kc int, a []float32, lda int, b panelB) {
	mr, nr := simd.TileSize()
	add, ldadd := g.add, g.ldadd
	if p > 0 {
		add, ldadd = g.c, g.ldc
	}
	whole := mc / mr
	edge := g.edgeRows(ws, a, lda, whole*mr, mc, kc)
	for j := 0; j < nc; j += nr {
		strip := b.strips[j/nr*b.stride:]
		c := g.c[i0*g.ldc+j0+j:]
		var from []float32
		if add != nil {
			from = add[i0*ldadd+j0+j:]
		}
		if j+nr <= nc {
			simd.Tile(whole, kc, a, lda, strip, c, g.ldc, from, ldadd)
		} else {
			edgeTiles(ws, whole, kc, a, lda, strip, c, g.ldc, from, ldadd, whole*mr, nc-j)
		}
		if rows := mc - whole*mr; rows > 0 {
			if add != nil {
				from = from[whole*mr*ldadd:]
			}
			edgeTiles(ws, 1, kc, edge, kc, strip, c[whole*mr*g.ldc:], g.ldc, from, ldadd, rows, min(nr, nc-j))
		}
	}
}

// edgeRows copies the rows [from,mc) of a block of A, too few for a tile, to one
// that zeros complete.
func (g *gemm) edgeRows(ws *workspace, a []float32, lda, from, mc, kc int) []float32 {
	if from == mc {
		return nil
	}
	mr, _ := simd.TileSize()
	edge := grow(&ws.edge, mr*kc)
	for i := range mr {
		line := edge[i*kc : (i+1)*kc]
		if from+i < mc {
			copy(line, a[(from+i)*lda:])
		} else {
			clear(line)
		}
	}
	return edge
}

// edgeTiles computes whole tiles in scratch memory and keeps rows × cols of them.
func edgeTiles(ws *workspace, tiles, kc int, a []float32, lda int, b, c []float32, ldc int, add []float32, ldadd int, rows, cols int) {
	mr, nr := simd.TileSize()
	scratch := grow(&ws.tile, tiles*mr*nr)
	simd.Tile(tiles, kc, a, lda, b, scratch, nr, nil, 0)
	for i := range rows {
		src, dst := scratch[i*nr:i*nr+cols], c[i*ldc:i*ldc+cols]
		if add == nil {
			copy(dst, src)
			continue
		}
		from := add[i*ldadd : i*ldadd+cols]
		for j, v := range src {
			dst[j] = v + from[j]
		}
	}
}

// check panics when a slice is too short for its matrix.
func (g *gemm) check() {
	checkMatrix("A", len(g.a), g.m, g.k, g.lda, g.tA)
	if g.w != nil {
		g.w.check(g)
	} else {
		checkMatrix("B", len(g.b), g.k, g.n, g.ldb, g.tB)
	}
	checkMatrix("C", len(g.c), g.m, g.n, g.ldc, false)
}

// checkMatrix checks one operand [rows cols], or if transposed [cols rows].
func checkMatrix(name string, size, rows, cols, stride int, transposed bool) {
	if transposed {
		rows, cols = cols, rows
	}
	if rows == 0 || cols == 0 {
		return
	}
	if stride < cols {
		panic("kernels: Gemm: row stride of " + name + " is less than its width")
	}
	if size < (rows-1)*stride+cols {
		panic("kernels: Gemm: " + name + " is too short for its sizes")
	}
}
