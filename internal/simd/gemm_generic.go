package simd

// tileGeneric computes a 4×4 tile as two halves of 2×4: eight sums and their
// operands fit the registers of every machine, sixteen do not.
func tileGeneric(k int, a, b, c []float32, ldc int, add []float32, ldadd int) {
	for i := 0; i < 4; i += 2 {
		var addRow []float32
		if add != nil {
			addRow = add[i*ldadd:]
		}
		halfTile(k, a[:4*k], b[:4*k], i, c[i*ldc:], ldc, addRow, ldadd)
	}
}

// halfTile computes rows i and i+1 of a tile into the first two rows of c.
func halfTile(k int, a, b []float32, i int, c []float32, ldc int, add []float32, ldadd int) {
	var c00, c01, c02, c03, c10, c11, c12, c13 float32
	for len(a) >= 4 && len(b) >= 4 {
		a0, a1 := a[i&3], a[(i+1)&3]
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
		c00 += a0 * b0
		c01 += a0 * b1
		c02 += a0 * b2
		c03 += a0 * b3
		c10 += a1 * b0
		c11 += a1 * b1
		c12 += a1 * b2
		c13 += a1 * b3
		a, b = a[4:], b[4:]
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
