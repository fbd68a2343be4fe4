package simd

// tileGeneric computes a 4×4 tile as two halves of 2×4: eight sums and their
// operands fit the registers of every machine, sixteen do not.
func tileGeneric(k int, a, b, c []float32, ldc int, add []float32, ldadd int) {
	b = b[:4*k]
	halfTile(a[:4*k], b, c, ldc, add, ldadd)
	if k > 0 {
		a = a[2 : 4*k]
	}
	if add != nil {
		add = add[2*ldadd:]
	}
	halfTile(a, b, c[2*ldc:], ldc, add, ldadd)
}

// halfTile computes two rows of a tile, the first two of each column of a.
func halfTile(a, b, c []float32, ldc int, add []float32, ldadd int) {
	var c00, c01, c02, c03, c10, c11, c12, c13 float32
	// The plain indices keep the loop free of bounds checks and of spills.
	for p := 0; p+1 < len(a) && p+3 < len(b); p += 4 {
		a0, a1 := a[p], a[p+1]
		c00 += a0 * b[p]
		c10 += a1 * b[p]
		c01 += a0 * b[p+1]
		c11 += a1 * b[p+1]
		c02 += a0 * b[p+2]
		c12 += a1 * b[p+2]
		c03 += a0 * b[p+3]
		c13 += a1 * b[p+3]
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

func packGeneric(dst, src []float32, ld, w, stride, k int) {
	for p := range k {
		copy(dst[p*stride:p*stride+w], src[p*ld:])
	}
}

// packTGeneric reads four rows at once, so that each line of dst is written in
// runs of four.
func packTGeneric(dst, src []float32, ld, w, stride, k int) {
	for i := 0; i < w; i += 4 {
		r0, r1 := src[i*ld:i*ld+k], src[(i+1)*ld:(i+1)*ld+k]
		r2, r3 := src[(i+2)*ld:(i+2)*ld+k], src[(i+3)*ld:(i+3)*ld+k]
		for p := range k {
			out := dst[p*stride+i : p*stride+i+4]
			out[0], out[1], out[2], out[3] = r0[p], r1[p], r2[p], r3[p]
		}
	}
}
