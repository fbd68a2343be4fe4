package simd

// MaxTile is the largest number of elements that a register tile of any
// instruction set holds.
const MaxTile = 12 * 32

// TileSize returns the sides of the register tile: [Tile] computes mr rows and
// nr columns of C. nr is a multiple of 4.
func TileSize() (mr, nr int) { return active.mr, active.nr }

// Tile computes register tiles of a matrix product, one below the other,
//
//	c[i·ldc+j] = Σ_p a[i·lda+p]·b[p·nr+j] + add[i·ldadd+j]
//
// for i < tiles·mr, j < nr and p < k in rising order. b is a packed strip. A nil
// add counts as zero; it may be c itself (accumulate) or one row with ldadd 0 (a
// bias).
func Tile(tiles, k int, a []float32, lda int, b, c []float32, ldc int, add []float32, ldadd int) {
	if tiles <= 0 {
		return
	}
	last, nr := tiles*active.mr-1, active.nr
	if len(a) < last*lda+k || len(b) < k*nr || len(c) < last*ldc+nr {
		panic("simd: Tile: slice too short")
	}
	if add != nil && len(add) < last*ldadd+nr {
		panic("simd: Tile: add too short")
	}
	active.tile(tiles, k, a, lda, b, c, ldc, add, ldadd)
}

// Pack copies k rows to strips of w columns, fastest with w a multiple of 16,
//
//	dst[s·stride+p·w+i] = src[p·ld+s·w+i]
//
// for s < strips, i < w and p < k.
func Pack(dst, src []float32, ld, w, strips, stride, k int) {
	if k <= 0 || strips <= 0 || w <= 0 {
		return
	}
	if len(dst) < (strips-1)*stride+k*w || len(src) < (k-1)*ld+strips*w {
		panic("simd: Pack: slice too short")
	}
	if w%16 != 0 {
		packGeneric(dst, src, ld, w, strips, stride, k)
		return
	}
	active.pack(dst, src, ld, w, strips, stride, k)
}

// Transpose copies dst[j·lddst+i] = src[i·ldsrc+j] for i < rows and j < cols.
func Transpose(dst []float32, lddst int, src []float32, ldsrc, rows, cols int) {
	if rows <= 0 || cols <= 0 {
		return
	}
	if len(dst) < (cols-1)*lddst+rows || len(src) < (rows-1)*ldsrc+cols {
		panic("simd: Transpose: slice too short")
	}
	r, c := rows&^7, cols&^7
	if r == 0 || c == 0 {
		r, c = 0, 0
	} else {
		active.transpose(dst, lddst, src, ldsrc, r, c)
	}
	if c < cols {
		transposeGeneric(dst[c*lddst:], lddst, src[c:], ldsrc, r, cols-c)
	}
	if r < rows {
		transposeGeneric(dst[r:], lddst, src[r*ldsrc:], ldsrc, rows-r, cols)
	}
}
