package simd

// CombineRows is how many rows [Combine] takes.
const CombineRows = 8

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
