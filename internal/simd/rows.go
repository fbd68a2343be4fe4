package simd

// CombineRows and DotsRows are how many rows [Combine] and [Dots] take.
const (
	CombineRows = 8
	DotsRows    = 4
)

// Combine adds multiples of eight rows, dst[j] += Σ_r s[r]·x[r·ld+j] for r < 8 in
// rising order: part of a vector times a matrix whose rows are read as they lie. It
// fetches the eight rows that follow those, ahead of the next call.
func Combine(dst, x []float32, ld int, s []float32) {
	if len(s) < CombineRows || len(dst) > 0 && len(x) < (CombineRows-1)*ld+len(dst) {
		panic("simd: Combine: slice too short")
	}
	const most = chunk / CombineRows
	for len(dst) > most {
		active.combine(dst[:most], x, ld, s)
		dst, x = dst[most:], x[most:]
	}
	active.combine(dst, x, ld, s)
}

// Dots returns the scalar products of y with four rows of x that are ld elements apart.
func Dots(x []float32, ld int, y []float32) (s0, s1, s2, s3 float32) {
	if len(y) > 0 && len(x) < (DotsRows-1)*ld+len(y) {
		panic("simd: Dots: slice too short")
	}
	const most = chunk / DotsRows
	for len(y) > most {
		t0, t1, t2, t3 := active.dots(x, ld, y[:most])
		s0, s1, s2, s3 = s0+t0, s1+t1, s2+t2, s3+t3
		x, y = x[most:], y[most:]
	}
	t0, t1, t2, t3 := active.dots(x, ld, y)
	return s0 + t0, s1 + t1, s2 + t2, s3 + t3
}
