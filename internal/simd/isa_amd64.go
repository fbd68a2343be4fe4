//go:build amd64 && !noasm

package simd

import "golang.org/x/sys/cpu"

// assembled returns the tables that this processor can run, the best first.
func assembled() []table {
	var tables []table
	x := cpu.X86
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasBMI2 {
		tables = append(tables, avx512)
	}
	if x.HasAVX2 && x.HasFMA {
		tables = append(tables, avx2)
	}
	return tables
}

var avx2 = table{
	name:          "avx2",
	add:           addAVX2,
	scale:         scaleAVX2,
	axpy:          axpyAVX2,
	dot:           dotAVX2,
	maximum:       maximumAVX2,
	sumSquares:    sumSquaresAVX2,
	shiftMul:      shiftMulAVX2,
	mulSub:        mulSubAVX2,
	combine:       combineAVX2,
	transposed:    transposedAVX2,
	expSum:        expSumAVX2,
	sumExp:        sumExpAVX2,
	gelu:          geluAVX2,
	geluGrad:      geluGradAVX2,
	layerNorm:     layerNormAVX2,
	layerNormGrad: layerNormGradAVX2,
	dropout:       dropoutAVX2,
	adam:          adamAVX2,
	operations:    2 * peakSums * 8,
	peak:          peakAVX2,
	mr:            6,
	nr:            16,
	tile:          tileAVX2,
	pack:          packAVX2,
	transpose:     transposeAVX2,

	stripFloat32:      stripFloat32AVX2,
	stripBFloat16:     stripBFloat16AVX2,
	stripInt8:         stripInt8AVX2,
	stripInt8Columns:  stripInt8ColumnsAVX2,
	stripsFloat32:     stripsFloat32AVX2,
	stripsBFloat16:    stripsBFloat16AVX2,
	stripsInt8:        stripsInt8AVX2,
	stripsInt8Columns: stripsInt8ColumnsAVX2,
	widenBFloat16:     widenBFloat16AVX2,
	widenInt8:         widenInt8AVX2,
	widenInt8Columns:  widenInt8ColumnsAVX2,
}

var avx512 = table{
	name:          "avx512",
	add:           addAVX512,
	scale:         scaleAVX512,
	axpy:          axpyAVX512,
	dot:           dotAVX512,
	maximum:       maximumAVX512,
	sumSquares:    sumSquaresAVX512,
	shiftMul:      shiftMulAVX512,
	mulSub:        mulSubAVX512,
	combine:       combineAVX512,
	transposed:    transposedAVX2,
	expSum:        expSumAVX512,
	sumExp:        sumExpAVX512,
	gelu:          geluAVX512,
	geluGrad:      geluGradAVX512,
	layerNorm:     layerNormAVX512,
	layerNormGrad: layerNormGradAVX512,
	dropout:       dropoutAVX512,
	adam:          adamAVX512,
	operations:    2 * peakSums * 16,
	peak:          peakAVX512,
	mr:            12,
	nr:            32,
	tile:          tileAVX512,
	pack:          packAVX2,
	transpose:     transposeAVX2,

	stripFloat32:      stripFloat32AVX512,
	stripBFloat16:     stripBFloat16AVX512,
	stripInt8:         stripInt8AVX512,
	stripInt8Columns:  stripInt8ColumnsAVX512,
	stripsFloat32:     stripsFloat32AVX512,
	stripsBFloat16:    stripsBFloat16AVX512,
	stripsInt8:        stripsInt8AVX512,
	stripsInt8Columns: stripsInt8ColumnsAVX512,
	widenBFloat16:     widenBFloat16AVX512,
	widenInt8:         widenInt8AVX512,
	widenInt8Columns:  widenInt8ColumnsAVX512,
}
