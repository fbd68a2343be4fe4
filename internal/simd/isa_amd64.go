//go:build amd64 && !noasm

package simd

import "golang.org/x/sys/cpu"

// assembled returns the tables that this processor can run, the best first.
func assembled() []table {
	var tables []table
	x := cpu.X86
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
		tables = append(tables, avx512)
	}
	if x.HasAVX2 && x.HasFMA {
		tables = append(tables, avx2)
	}
	return tables
}

var avx2 = table{
	name:          "avx2",
	add:           addGeneric,
	scale:         scaleGeneric,
	axpy:          axpyGeneric,
	dot:           dotGeneric,
	maximum:       maxGeneric,
	sumSquares:    sumSquaresGeneric,
	shiftMul:      shiftMulGeneric,
	expSum:        expSumGeneric,
	sumExp:        sumExpGeneric,
	gelu:          geluGeneric,
	geluGrad:      geluGradGeneric,
	layerNorm:     layerNormGeneric,
	layerNormGrad: layerNormGradGeneric,
	dropout:       dropoutGeneric,
	adam:          adamGeneric,
	mr:            4,
	nr:            24,
	tile:          tileAVX2,
	pack:          packAVX2,
	packT:         packTAVX2,
}

var avx512 = table{
	name:          "avx512",
	add:           addGeneric,
	scale:         scaleGeneric,
	axpy:          axpyGeneric,
	dot:           dotGeneric,
	maximum:       maxGeneric,
	sumSquares:    sumSquaresGeneric,
	shiftMul:      shiftMulGeneric,
	expSum:        expSumGeneric,
	sumExp:        sumExpGeneric,
	gelu:          geluGeneric,
	geluGrad:      geluGradGeneric,
	layerNorm:     layerNormGeneric,
	layerNormGrad: layerNormGradGeneric,
	dropout:       dropoutGeneric,
	adam:          adamGeneric,
	mr:            12,
	nr:            32,
	tile:          tileAVX512,
	pack:          packAVX2,
	packT:         packTAVX2,
}
