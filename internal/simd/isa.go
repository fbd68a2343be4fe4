package simd

//go:generate go -C _gen run .

// table is the set of primitives of one instruction set. Every function may
// assume that its slices have the lengths the exported wrapper checked.
type table struct {
	name string

	add        func(dst, a, b []float32)
	scale      func(dst, x []float32, s float32)
	axpy       func(dst, x []float32, s float32)
	dot        func(x, y []float32) float32
	maximum    func(x []float32) float32
	sumSquares func(x []float32) float64
	shiftMul   func(dst, x, y []float32, shift, scale float32)
	mulSub     func(dst, x, w, y []float32, shift, scale float32)

	combine    func(dst, x []float32, ld int, s []float32)
	transposed func(c, a, b []float32, ld int)

	expSum func(y, x []float32, scale, shift, gain float32) float32
	sumExp func(x []float32, shift float32) float32

	gelu     func(y, x []float32)
	geluGrad func(dx, dy, x []float32)

	layerNorm     func(y, x, gain, bias []float32, eps float32) (mean, rstd float32)
	layerNormGrad func(dx, dgain, dbias, dy, x, gain []float32, mean, rstd float32)

	dropout func(dst, src []float32, key uint64, block, row, head, seq, threshold uint32, scale float32)
	adam    func(p, g, m, v []float32, lr, b1, c1, b2, c2, eps, l2, scale float32)

	operations int // floating-point operations of a round of peak
	peak       func(rounds int) float32

	// mr and nr are the sides of the GEMM register tile, nr a multiple of 4.
	mr, nr    int
	tile      func(tiles, k int, a []float32, lda int, b, c []float32, ldc int, add []float32, ldadd int)
	pack      func(dst, src []float32, ld, w, strips, stride, k int)
	transpose func(dst []float32, lddst int, src []float32, ldsrc, rows, cols int)

	stripFloat32      func(c, a, w []float32)
	stripBFloat16     func(c, a []float32, w []uint16)
	stripInt8         func(c, a []float32, w []int8, scales []float32)
	stripInt8Columns  func(c, a []float32, w []int8, scales []float32)
	stripsFloat32     func(c, a []float32, ld, k int, w []float32)
	stripsBFloat16    func(c, a []float32, ld, k int, w []uint16)
	stripsInt8        func(c, a []float32, ld, k int, w []int8, scales []float32)
	stripsInt8Columns func(c, a []float32, ld, k int, w []int8, scales []float32)
	widenBFloat16     func(dst []float32, k int, w []uint16)
	widenInt8         func(dst []float32, k int, w []int8, scales []float32)
	widenInt8Columns  func(dst []float32, k int, w []int8, scales []float32)
}

// generic is the plain Go table.
var generic = table{
	name:          "generic",
	add:           addGeneric,
	scale:         scaleGeneric,
	axpy:          axpyGeneric,
	dot:           dotGeneric,
	maximum:       maxGeneric,
	sumSquares:    sumSquaresGeneric,
	shiftMul:      shiftMulGeneric,
	mulSub:        mulSubGeneric,
	combine:       combineGeneric,
	transposed:    transposedGeneric,
	expSum:        expSumGeneric,
	sumExp:        sumExpGeneric,
	gelu:          geluGeneric,
	geluGrad:      geluGradGeneric,
	layerNorm:     layerNormGeneric,
	layerNormGrad: layerNormGradGeneric,
	dropout:       dropoutGeneric,
	adam:          adamGeneric,
	operations:    2 * peakSums,
	peak:          peakGeneric,
	mr:            4,
	nr:            4,
	tile:          tileGeneric,
	pack:          packGeneric,
	transpose:     transposeGeneric,

	stripFloat32:      stripFloat32Generic,
	stripBFloat16:     stripBFloat16Generic,
	stripInt8:         stripInt8Generic,
	stripInt8Columns:  stripInt8ColumnsGeneric,
	stripsFloat32:     stripsFloat32Generic,
	stripsBFloat16:    stripsBFloat16Generic,
	stripsInt8:        stripsInt8Generic,
	stripsInt8Columns: stripsInt8ColumnsGeneric,
	widenBFloat16:     widenBFloat16Generic,
	widenInt8:         widenInt8Generic,
	widenInt8Columns:  widenInt8ColumnsGeneric,
}

// sameLen panics unless a and b, two operands of op, have one length.
func sameLen(op string, a, b int) {
	if a != b {
		panic("simd: " + op + ": slices of different lengths")
	}
}
