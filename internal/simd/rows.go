package simd

// CombineRows is how many rows [Combine] takes, and [Transposed] takes a multiple of
// TransposedRows.
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

// Transposed computes a row times the transpose of rows that are ld elements apart, a multiple
// of eight, c[j] = Σ_p a[p]·b[j·ld+p], as [Tile] does: p rises, and the sum starts at zero. Each
// time it fetches the eight rows that follow those.
func Transposed(c, a, b []float32, ld int) {
	if len(c)%TransposedRows != 0 || len(c) > 0 && len(a) > 0 && len(b) < (len(c)-1)*ld+len(a) || len(a) > stripMost {
		panic("simd: Transposed: slice too short, or a wrong number of elements")
	}
	most := max(chunk/max(len(a), 1), TransposedRows) &^ (TransposedRows - 1)
	for len(c) > most {
		active.transposed(c[:most], a, b, ld)
		c, b = c[most:], b[most*ld:]
	}
	active.transposed(c, a, b, ld)
}
