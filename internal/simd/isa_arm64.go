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
	dropout:       dropoutGeneric,
	adam:          adamNEON,
	operations:    2 * 24 * 4,
	peak:          peakNEON,
	mr:            6,
	nr:            16,
	tile:          tileNEON,
	pack:          packNEON,
	transpose:     transposeNEON,

	stripFloat32:      stripFloat32NEON,
	stripBFloat16:     stripBFloat16Generic,
	stripInt8:         stripInt8Generic,
	stripInt8Columns:  stripInt8ColumnsGeneric,
	stripsFloat32:     stripsFloat32NEON,
	stripsBFloat16:    stripsBFloat16Generic,
	stripsInt8:        stripsInt8Generic,
	stripsInt8Columns: stripsInt8ColumnsGeneric,
	widenBFloat16:     widenBFloat16Generic,
	widenInt8:         widenInt8Generic,
	widenInt8Columns:  widenInt8ColumnsGeneric,
}
