package simd

// tileGeneric computes tiles of 4×4, each as two halves of 2×4: eight sums and
// their operands fit the registers of every machine, sixteen do not.
func tileGeneric(tiles, k int, a []float32, lda int, b, c []float32, ldc int, add []float32, ldadd int) {
	for i := 0; i < 4*tiles; i += 2 {
		var from []float32
		if add != nil {
			from = add[i*ldadd:]
		}
		halfTile(k, a[i*lda:], lda, b, c[i*ldc:], ldc, from, ldadd)
	}
}

// halfTile computes two rows of a tile.
func halfTile(k int, a []float32, lda int, b, c []float32, ldc int, add []float32, ldadd int) {
	var c00, c01, c02, c03, c10, c11, c12, c13 float32
	upper, lower, b := a[:k], a[lda:lda+k], b[:4*k]
	// The plain indices keep the loop free of bounds checks and of spills.
	for p := 0; p < len(upper) && p < len(lower) && len(b) >= 4; p++ {
		x, y := upper[p], lower[p]
		c00 += x * b[0]
		c10 += y * b[0]
		c01 += x * b[1]
		c11 += y * b[1]
		c02 += x * b[2]
		c12 += y * b[2]
		c03 += x * b[3]
		c13 += y * b[3]
		b = b[4:]
	}
	if add != nil {
		top, low := add[:4], add[ldadd:ldadd+4]
		c00, c01, c02, c03 = c00+top[0], c01+top[1], c02+top[2], c03+top[3]
		c10, c11, c12, c13 = c10+low[0], c11+low[1], c12+low[2], c13+low[3]
	}
	top, low := c[:4], c[ldc:ldc+4]
	top[0], top[1], top[2], top[3] = c00, c01, c02, c03
	low[0], low[1], low[2], low[3] = c10, c11, c12, c13
}

func packGeneric(dst, src []float32, ld, w, strips, stride, k int) {
	for p := range k {
		for s := range strips {
			copy(dst[s*stride+p*w:s*stride+(p+1)*w], src[p*ld+s*w:])
		}
	}
}

func transposeGeneric(dst []float32, lddst int, src []float32, ldsrc, rows, cols int) {
	for i := range rows {
		for j, v := range src[i*ldsrc : i*ldsrc+cols] {
			dst[j*lddst+i] = v
		}
	}
}
