package gpt1

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/graph"
)

// The need of a sketch equals the memory of the model, to the byte.
func TestNeedIsWhatIsAllocated(t *testing.T) {
	c, err := Preset("tiny")
	require.NoError(t, err)
	c.VocabSize = 301
	for _, train := range []bool{true, false} {
		for _, b := range []int{1, 3} {
			sketch, err := NewSketch(c)
			require.NoError(t, err)
			sketch.Store.AllocateGradients()
			need, err := sketch.DeclareLM(b, 17, train).Need()
			require.NoError(t, err)

			m, err := New(c)
			require.NoError(t, err)
			m.Init(1)
			m.Store.AllocateGradients()
			var arena graph.Arena
			lm, err := m.NewLM(&arena, b, 17, train)
			require.NoError(t, err)
			*lm.Count = 1
			_, err = lm.Run()
			require.NoError(t, err)
			require.Equal(t, arena.Bytes(), need.Logits+need.Activations)
			require.Equal(t, 4*b*17*graph.LogitsStride(301), need.Logits)
			require.NoError(t, lm.Diagnose(), "all values are finite")
		}
	}
}

func TestDiagnose(t *testing.T) {
	c, err := Preset("tiny")
	require.NoError(t, err)
	c.VocabSize = 50
	m, err := New(c)
	require.NoError(t, err)
	m.Init(1)
	m.Store.AllocateGradients()
	var arena graph.Arena
	lm, err := m.NewLM(&arena, 2, 5, true)
	require.NoError(t, err)
	*lm.Count = 10

	bias := m.Store.Param("h.2.mlp.c_fc.bias")
	bias.Value[7] = math.MaxFloat32
	m.Store.Param("h.2.mlp.c_proj.weight").Value[7*128] = math.MaxFloat32
	err = lm.Diagnose()
	require.ErrorContains(t, err, "h.2.")
	require.ErrorContains(t, err, "[2 5 512] × [512 128] × [128] → [2 5 128]: element 0 is ")

	bias.Value[7] = float32(math.NaN())
	require.EqualError(t, lm.Diagnose(), "parameter h.2.mlp.c_fc.bias [512]: element 7 is NaN")
}
