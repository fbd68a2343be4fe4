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
	lanes:         1,
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
