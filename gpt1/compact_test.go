package gpt1_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// widened returns a float32 model whose weights are those that m's stand for.
func widened(t *testing.T, m *gpt1.Model) *gpt1.Model {
	t.Helper()
	wide, err := gpt1.New(m.Config)
	require.NoError(t, err)
	for _, p := range m.Store.Params() {
		values := wide.Store.Param(p.Name).Value
		if copy(values, p.Value); p.Compact() == nil {
			continue
		}
		for i := range p.Shape[0] {
			p.Compact().Row(i, values[i*p.Shape[1]:(i+1)*p.Shape[1]])
		}
	}
	return wide
}

// TestCompactIsItsWeights compares a compact model with one that has the same weights in float32.
func TestCompactIsItsWeights(t *testing.T) {
	for _, d := range []graph.Dtype{graph.BFloat16, graph.Int8} {
		m := decodeModel(t)
		exact := m.Store.Digest()
		require.NoError(t, m.Compact(d))
		require.Equal(t, d, m.Store.Dtype())
		require.NotEqual(t, exact, m.Store.Digest())
		wide := widened(t, m)
		require.Equal(t, wide.Store.Digest(), m.Store.Digest())
		for _, b := range []int{1, 2, 20} {
			ids := someIDs(20, m.VocabSize)
			require.Equal(t, hidden(t, wide, ids, b), hidden(t, m, ids, b), "%s, %d texts", d, b)
		}
		for _, p := range m.Store.Params() {
			require.Equal(t, gpt1.IsCompact(p.Name), p.Value == nil, p.Name)
		}

		read, err := gpt1.NewCompact(m.Config, d)
		require.NoError(t, err)
		g := graph.New(false)
		in, _ := g.Ints("ids", 1, 1)
		read.Hidden(in)
		require.ErrorContains(t, g.Err(), "tokens_embed.weight: the parameter has no weights yet")
		for _, p := range read.Store.Params() {
			if from := m.Store.Param(p.Name); p.Dtype() == graph.Float32 {
				copy(p.Value, from.Value)
			} else {
				require.NoError(t, p.SetCompact(from.Compact()))
			}
		}
		require.Equal(t, m.Store.Digest(), read.Store.Digest())
		require.ErrorContains(t, read.Store.Param("h.0.ln_1.bias").SetCompact(read.Embed.Tokens.Compact()), "h.0.ln_1.bias is float32 of shape [15]")
	}
}

// TestCompactCannotBeTrained looks for a clear error, and at graphs that have become invalid.
func TestCompactCannotBeTrained(t *testing.T) {
	m := decodeModel(t)
	g := graph.New(false)
	in, _ := g.Ints("ids", 1, 3)
	h := m.Hidden(in)
	machine, err := g.Compile(new(graph.Arena), h)
	require.NoError(t, err)
	require.NoError(t, machine.Run())
	require.NoError(t, m.Compact(graph.Int8))
	require.ErrorContains(t, machine.Run(), "the type of the weights was changed after the graph was declared")

	m.Store.AllocateGradients()
	require.ErrorContains(t, m.DeclareLM(1, 3, true).Graph.Err(), "kept as int8: training needs float32")
	require.NoError(t, m.DeclareLM(1, 3, false).Graph.Err())
	g = graph.New(false)
	in, _ = g.Ints("ids", 1, 3)
	graph.Lookup(in, g.Param(m.Embed.Tokens))
	require.ErrorContains(t, g.Err(), "tokens_embed.weight is kept as int8, which this operation cannot read")
	require.ErrorContains(t, m.Compact(graph.BFloat16), "must be a matrix in float32")

	trained := decodeModel(t)
	trained.Store.AllocateGradients()
	require.ErrorContains(t, trained.Compact(graph.Int8), "they have gradients")

	c, err := gpt1.LSTMPreset("tiny")
	require.NoError(t, err)
	lstm, err := gpt1.New(c)
	require.NoError(t, err)
	require.NoError(t, lstm.Compact(graph.Float32))
	require.ErrorIs(t, lstm.Compact(graph.Int8), gpt1.ErrCompactLSTM)
	_, err = gpt1.NewCompact(c, graph.Int8)
	require.ErrorIs(t, err, gpt1.ErrCompactLSTM)
}
