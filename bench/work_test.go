package bench_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/bench"
	"gorgpt/gpt1"
)

func TestWork(t *testing.T) {
	c, err := gpt1.Preset("gpt1")
	require.NoError(t, err)
	require.InEpsilon(t, 32.*(2*12*12*768*768+2*12*32*768), bench.ClassifyingWork(c, 32), 1e-12)
	for dtype, bytes := range map[string]float64{"float32": 464.1e6, "bfloat16": 232.0e6, "int8": 130.5e6} {
		got, err := bench.WritingBytes(c, dtype)
		require.NoError(t, err)
		require.InEpsilon(t, bytes, got, 1e-3, dtype)
	}
	_, err = bench.WritingBytes(c, "int4")
	require.EqualError(t, err, `"int4" is not a type of weights: must be float32, bfloat16 or int8`)
}

func TestScaling(t *testing.T) {
	u := bench.Update{Parts: 8, Part: 10, Sum: 0.5, Serial: 4}
	for cores, seconds := range map[int]float64{
		1: 4 + 8*10.5, 2: 4 + 4*10.5, 3: 4 + 3*10.5, 4: 4 + 2*10.5,
		8:  4 + 10 + 8*0.5, // the sums follow one another
		64: 4 + 10 + 8*0.5,
	} {
		require.InDelta(t, seconds, u.Seconds(cores), 1e-12, "%d cores", cores)
	}
	require.InDelta(t, 88./46, u.Speedup(2), 1e-12)
	require.InDelta(t, 2., bench.Update{Parts: 4, Part: 3}.Speedup(2), 1e-12)
}
