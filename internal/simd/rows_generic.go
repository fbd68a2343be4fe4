package simd

func combineGeneric(dst, x []float32, ld int, s []float32) {
	for r, v := range s[:CombineRows] {
		axpyGeneric(dst, x[r*ld:r*ld+len(dst)], v)
	}
}

func dotsGeneric(x []float32, ld int, y []float32) (s0, s1, s2, s3 float32) {
	n := len(y)
	return dotGeneric(x[:n], y), dotGeneric(x[ld:ld+n], y), dotGeneric(x[2*ld:2*ld+n], y), dotGeneric(x[3*ld:3*ld+n], y)
}
