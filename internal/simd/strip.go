package simd

// A strip is 32 columns of a matrix [k 32], line after line: float32, bfloat16 (the upper
// half of a float32), or int8 with scales. An int8 weight is the float32 product of its
// scale and its integer, rounded, whoever computes it.
//
// The scales of a strip are one for each line, or one for each column of every 32 lines
// ([StripInt8Columns]).
const (
	StripWidth = 32 // columns
	StripLines = 32 // lines that share the scales of their columns
	StripRows  = 4  // rows that a function takes whose name begins with Strips
)

// stripMost bounds the lines of one call; see chunk.
const stripMost = chunk / StripWidth

func checkStrip(c, a, w, columns int) {
	if c < StripWidth || w < a*columns || a > stripMost {
		panic("simd: strip: slice too short, or too many lines")
	}
}

// checkStrips checks four rows and returns their length.
func checkStrips(c, a, ld, k, w, columns int) {
	checkStrip(c/StripRows, k, w, columns)
	if k > 0 && a < (StripRows-1)*ld+k {
		panic("simd: strips: rows too short")
	}
}

// StripFloat32 computes a row times a strip, c[j] = Σ_p a[p]·w[32p+j] for j < 32, as
// [Tile] does: p rises, and the sum starts at zero.
func StripFloat32(c, a, w []float32) {
	checkStrip(len(c), len(a), len(w), StripWidth)
	active.stripFloat32(c, a, w)
}

// StripBFloat16 is [StripFloat32] of weights in bfloat16.
func StripBFloat16(c, a []float32, w []uint16) {
	checkStrip(len(c), len(a), len(w), StripWidth)
	active.stripBFloat16(c, a, w)
}

// StripInt8 is [StripFloat32] of int8 weights with a scale for each line.
func StripInt8(c, a []float32, w []int8, scales []float32) {
	checkStrip(len(c), len(a), len(w), StripWidth)
	checkStrip(len(c), len(a), len(scales), 1)
	active.stripInt8(c, a, w, scales)
}

// StripInt8Columns is [StripFloat32] of int8 weights with 32 scales for each 32 lines.
func StripInt8Columns(c, a []float32, w []int8, scales []float32) {
	checkStrip(len(c), len(a), len(w), StripWidth)
	checkScales(len(a), len(scales))
	active.stripInt8Columns(c, a, w, scales)
}

func checkScales(k, scales int) {
	if scales < (k+StripLines-1)/StripLines*StripWidth {
		panic("simd: strip: too few scales")
	}
}

// StripsFloat32 is [StripFloat32] for four rows of a, k long and ld apart, and of c, 32 apart.
func StripsFloat32(c, a []float32, ld, k int, w []float32) {
	checkStrips(len(c), len(a), ld, k, len(w), StripWidth)
	active.stripsFloat32(c, a, ld, k, w)
}

// StripsBFloat16 is [StripBFloat16] for four rows, as in [StripsFloat32].
func StripsBFloat16(c, a []float32, ld, k int, w []uint16) {
	checkStrips(len(c), len(a), ld, k, len(w), StripWidth)
	active.stripsBFloat16(c, a, ld, k, w)
}

// StripsInt8 is [StripInt8] for four rows, as in [StripsFloat32].
func StripsInt8(c, a []float32, ld, k int, w []int8, scales []float32) {
	checkStrips(len(c), len(a), ld, k, len(w), StripWidth)
	checkStrip(len(c), k, len(scales), 1)
	active.stripsInt8(c, a, ld, k, w, scales)
}

// StripsInt8Columns is [StripInt8Columns] for four rows, as in [StripsFloat32].
func StripsInt8Columns(c, a []float32, ld, k int, w []int8, scales []float32) {
	checkStrips(len(c), len(a), ld, k, len(w), StripWidth)
	checkScales(k, len(scales))
	active.stripsInt8Columns(c, a, ld, k, w, scales)
}

// WidenBFloat16 computes the float32 weights of k lines of a strip. dst is [k 32].
func WidenBFloat16(dst []float32, k int, w []uint16) {
	checkStrip(StripWidth, k, min(len(dst), len(w)), StripWidth)
	active.widenBFloat16(dst, k, w)
}

// WidenInt8 is [WidenBFloat16] of the weights of [StripInt8].
func WidenInt8(dst []float32, k int, w []int8, scales []float32) {
	checkStrip(StripWidth, k, min(len(dst), len(w)), StripWidth)
	checkStrip(StripWidth, k, len(scales), 1)
	active.widenInt8(dst, k, w, scales)
}

// WidenInt8Columns is [WidenBFloat16] of the weights of [StripInt8Columns].
func WidenInt8Columns(dst []float32, k int, w []int8, scales []float32) {
	checkStrip(StripWidth, k, min(len(dst), len(w)), StripWidth)
	checkScales(k, len(scales))
	active.widenInt8Columns(dst, k, w, scales)
}
