package simd

// MaxTile is the largest number of elements that a register tile of any
// instruction set holds.
const MaxTile = 12 * 32

// TileSize returns the sides of the register tile: [Tile] computes mr rows and
// nr columns of C. Both are multiples of 4.
func TileSize() (mr, nr int) { return active.mr, active.nr }

// Tile computes one register tile of a matrix product,
//
//	c[i·ldc+j] = Σ_p a[p·mr+i]·b[p·nr+j] + add[i·ldadd+j]
//
// for i < mr, j < nr and p < k in rising order. a and b are packed panels. A
// nil add counts as zero; it may be c itself (accumulate) or one row with
// ldadd 0 (a bias).
func Tile(k int, a, b, c []float32, ldc int, add []float32, ldadd int) {
	mr, nr := active.mr, active.nr
	if len(a) < k*mr || len(b) < k*nr || len(c) < (mr-1)*ldc+nr {
		panic("simd: Tile: slice too short")
	}
	if add != nil && len(add) < (mr-1)*ldadd+nr {
		panic("simd: Tile: add too short")
	}
	active.tile(k, a, b, c, ldc, add, ldadd)
}

// Pack copies a strip that lies k-major, dst[p·stride+i] = src[p·ld+i] for i < w
// and p < k. w is a multiple of 4.
func Pack(dst, src []float32, ld, w, stride, k int) {
	if k == 0 || w == 0 {
		return
	}
	if len(dst) < (k-1)*stride+w || len(src) < (k-1)*ld+w {
		panic("simd: Pack: slice too short")
	}
	active.pack(dst, src, ld, w, stride, k)
}

// PackT copies and transposes a strip, dst[p·stride+i] = src[i·ld+p] for i < w
// and p < k. w is a multiple of 4.
func PackT(dst, src []float32, ld, w, stride, k int) {
	if k == 0 || w == 0 {
		return
	}
	if len(dst) < (k-1)*stride+w || len(src) < (w-1)*ld+k {
		panic("simd: PackT: slice too short")
	}
	active.packT(dst, src, ld, w, stride, k)
}
