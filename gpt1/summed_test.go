package gpt1_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// WhenSummed reports each gradient once, when it is complete, from the last block to the first.
// Two ops add to the gradient of the embedding.
func TestWhenSummedReportsCompleteGradients(t *testing.T) {
	c := gpt1.Config{NLayer: 2, NHead: 2, NEmbd: 8, NCtx: 6, VocabSize: 13, LayerNormEps: 1e-5, InitRange: 0.1}
	m, err := gpt1.New(c)
	require.NoError(t, err)
	m.Init(1)
	m.Store.AllocateGradients()
	lm, err := m.NewLM(new(graph.Arena), 2, 6, true)
	require.NoError(t, err)
	for i := range lm.B {
		lm.Fill(i, []int32{1, 5, 2, 7, 3, 12, 4})
	}
	*lm.Count = 12
	reported, values := []string{}, map[string][]float32{}
	m.Store.WhenSummed(func(p *graph.Param) {
		reported = append(reported, p.Name)
		values[p.Name] = append([]float32(nil), p.Grad...)
	})
	_, err = lm.Run()
	require.NoError(t, err)
	require.Len(t, reported, len(m.Store.Params()))
	for _, p := range m.Store.Params() {
		require.Equal(t, p.Grad, values[p.Name], p.Name)
		from := p.Offset()
		require.Equal(t, p.Grad, m.Store.Gradients()[from:from+len(p.Grad)], p.Name)
	}
	require.Contains(t, reported[0], "h.1.")
	require.Contains(t, reported[len(reported)-3], "h.0.")

	m.Store.WhenSummed(nil)
	_, err = lm.Run()
	require.NoError(t, err)
	require.Len(t, reported, len(m.Store.Params()), "nil ends the calls")
}
