package simd

func combineGeneric(dst, x []float32, ld int, s []float32) {
	for r, v := range s[:CombineRows] {
		axpyGeneric(dst, x[r*ld:r*ld+len(dst)], v)
	}
}
