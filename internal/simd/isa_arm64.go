//go:build arm64 && !noasm

package simd

// assembled returns the tables that this processor can run, the best first.
func assembled() []table { return []table{neon} }

// neon is what every arm64 processor can run.
var neon = table{
	name:          "neon",
	add:           addNEON,
	scale:         scaleNEON,
	axpy:          axpyNEON,
	dot:           dotNEON,
	maximum:       maximumNEON,
	sumSquares:    sumSquaresNEON,
	shiftMul:      shiftMulNEON,
	mulSub:        mulSubNEON,
	combine:       combineNEON,
	transposed:    transposedNEON,
	expSum:        expSumNEON,
	sumExp:        sumExpNEON,
	gelu:          geluNEON,
	geluGrad:      geluGradNEON,
	layerNorm:     layerNormNEON,
	layerNormGrad: layerNormGradNEON,
	dropout:       dropoutNEON,
	adam:          adamNEON,
	operations:    2 * 24 * 4,
	peak:          peakNEON,
	mr:            6,
	nr:            16,
	tile:          tileNEON,
	pack:          packNEON,
	transpose:     transposeNEON,

	stripFloat32:      stripFloat32NEON,
	stripBFloat16:     stripBFloat16NEON,
	stripInt8:         stripInt8NEON,
	stripInt8Columns:  stripInt8ColumnsNEON,
	stripsFloat32:     stripsFloat32NEON,
	stripsBFloat16:    stripsBFloat16NEON,
	stripsInt8:        stripsInt8NEON,
	stripsInt8Columns: stripsInt8ColumnsNEON,
	widenBFloat16:     widenBFloat16NEON,
	widenInt8:         widenInt8NEON,
	widenInt8Columns:  widenInt8ColumnsNEON,
}
