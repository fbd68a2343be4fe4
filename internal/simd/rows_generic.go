package simd

func combineGeneric(dst, x []float32, ld int, s []float32) {
	for r, v := range s[:CombineRows] {
		axpyGeneric(dst, x[r*ld:r*ld+len(dst)], v)
	}
}

func transposedGeneric(c, a, b []float32, ld int) {
	for j := range c {
		sum := float32(0)
		for p, w := range b[j*ld : j*ld+len(a)] {
			sum += a[p] * w
		}
		c[j] = sum
	}
}
