package simd

// CombineRows and TransposedRows are how many rows [Combine] and [Transposed] take.
const (
	CombineRows    = 8
	TransposedRows = 8
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

// Transposed computes a row times the transpose of eight rows, c[j] = Σ_p a[p]·b[j·ld+p] for
// j < 8, as [Tile] does: p rises, and the sum starts at zero. It fetches the eight rows that
// follow those, ahead of the next call.
func Transposed(c, a, b []float32, ld int) {
	if len(c) < TransposedRows || len(a) > 0 && len(b) < (TransposedRows-1)*ld+len(a) || len(a) > stripMost {
		panic("simd: Transposed: slice too short, or too many elements")
	}
	active.transposed(c, a, b, ld)
}
