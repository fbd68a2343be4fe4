package heads

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
)

func TestAttach(t *testing.T) {
	c := gpt1.Config{NLayer: 1, NHead: 2, NEmbd: 4, NCtx: 5, VocabSize: 7, LayerNormEps: 1e-5, InitRange: 0.02}
	pre, err := gpt1.New(c)
	require.NoError(t, err)
	pre.Init(1)

	m, err := Attach(pre, AttachOptions{Rows: 10, Outputs: 3, Blocks: pre.NLayer, Seed: 2})
	require.NoError(t, err)
	require.Equal(t, 10, m.VocabSize)
	for _, p := range pre.Store.Params() {
		require.Equal(t, p.Value, m.Store.Param(p.Name).Value[:len(p.Value)], p.Name)
	}
	for _, v := range m.Store.Param("tokens_embed.weight").Value[7*4:] {
		require.NotZero(t, v, "the new rows are random")
	}
	require.Equal(t, []int{4, 3}, m.Store.Param("head.weight").Shape)

	other, err := Attach(m, AttachOptions{Rows: 10, Outputs: 2, Blocks: m.NLayer, Seed: 3}) // the old head has another shape
	require.NoError(t, err)
	require.Equal(t, []int{4, 2}, other.Store.Param("head.weight").Shape)
	require.ErrorContains(t, KeepHead(other, m), "no head.weight of shape [4 2]")
	require.ErrorContains(t, KeepHead(other, pre), "no head.weight of shape [4 2]")

	same, err := Attach(m, AttachOptions{Rows: 10, Outputs: 3, Blocks: m.NLayer, Seed: 3})
	require.NoError(t, err)
	require.NotEqual(t, m.Store.Param("head.weight").Value, same.Store.Param("head.weight").Value, "a new head")
	require.NoError(t, KeepHead(same, m))
	require.Equal(t, m.Store.Param("head.weight").Value, same.Store.Param("head.weight").Value)

	_, err = Attach(pre, AttachOptions{Rows: 6, Outputs: 3, Blocks: pre.NLayer, Seed: 1})
	require.EqualError(t, err, "6 token embeddings requested, but the model already has 7")
}

func TestNewRowsAreAroundTheMean(t *testing.T) {
	c := gpt1.Config{NLayer: 1, NHead: 2, NEmbd: 4, NCtx: 5, VocabSize: 3, LayerNormEps: 1e-5, InitRange: 0.02}
	pre, err := gpt1.New(c)
	require.NoError(t, err)
	copy(pre.Store.Param("tokens_embed.weight").Value, []float32{1, 10, 0, -3, 2, 20, 0, -3, 3, 30, 0, -3})
	m, err := Attach(pre, AttachOptions{Rows: 103, Outputs: 2, Blocks: pre.NLayer, Seed: 1})
	require.NoError(t, err)
	rows := m.Store.Param("tokens_embed.weight").Value[3*4:]
	for j, mean := range []float64{2, 20, 0, -3} {
		var sum, squares float64
		for i := range 100 {
			d := float64(rows[i*4+j]) - mean
			sum, squares = sum+d, squares+d*d
		}
		require.InDelta(t, 0, sum/100, 4*0.02/10, "column %d", j)
		require.InDelta(t, 0.02, math.Sqrt(squares/100), 0.006, "column %d", j)
	}
}
