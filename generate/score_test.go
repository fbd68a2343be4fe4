package generate

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLogProbs compares every token with the full pass over what it should be seen with.
func TestLogProbs(t *testing.T) {
	m := testModel(t)
	s := NewScorer(m)
	for _, n := range []int{0, 1, 2, 5, 12, 13, 14, 19, 20, 50} {
		ids := make([]int32, n)
		for i := range ids {
			ids[i] = int32((i*i + 3*i + n) % m.VocabSize)
		}
		got, err := s.LogProbs(context.Background(), ids)
		require.NoError(t, err)
		require.Len(t, got, max(0, n-1))
		from := 0
		for i, p := range got {
			if i-from == m.NCtx { // the window moves by half
				from = i - m.NCtx/2
			}
			require.InDelta(t, logProbs(t, m, ids[from:i+1])[ids[i+1]], p, 1e-4, "token %d of %d", i+1, n)
		}
	}
	_, err := s.LogProbs(context.Background(), []int32{29})
	require.ErrorContains(t, err, "which are 0 to 28")
	damaged := testModel(t)
	damaged.Embed.Tokens.Value[0] = float32(math.NaN())
	_, err = NewScorer(damaged).LogProbs(context.Background(), []int32{1, 2, 3})
	require.ErrorContains(t, err, "its weights are damaged")
	ended, end := context.WithCancel(context.Background())
	end()
	_, err = s.LogProbs(ended, []int32{1, 2, 3})
	require.ErrorIs(t, err, context.Canceled)
}

// TestAttentionWeights looks at a model of one head by hand: softmax(q·k/√D) of the first layer.
func TestAttentionWeights(t *testing.T) {
	m := testModel(t)
	ids := []int32{3, 1, 4, 1, 5}
	layers, err := AttentionWeights(m, ids)
	require.NoError(t, err)
	require.Len(t, layers, m.NLayer)
	width, heads, n := m.NEmbd, m.NHead, len(ids)
	w, b := m.Store.Param("h.0.attn.c_attn.weight").Value, m.Store.Param("h.0.attn.c_attn.bias").Value
	qkv := make([][]float64, n)
	for i, id := range ids {
		qkv[i] = make([]float64, 3*width)
		for j := range qkv[i] {
			qkv[i][j] = float64(b[j])
			for k := range width {
				x := m.Embed.Tokens.Value[int(id)*width+k] + m.Embed.Positions.Value[i*width+k]
				qkv[i][j] += float64(x) * float64(w[k*3*width+j])
			}
		}
	}
	d := width / heads
	for h := range heads {
		for i := range n {
			p, total := make([]float64, n), 0.0
			for j := range i + 1 {
				dot := 0.0
				for k := range d {
					dot += qkv[i][h*d+k] * qkv[j][width+h*d+k]
				}
				p[j] = math.Exp(dot / math.Sqrt(float64(d)))
				total += p[j]
			}
			for j := range n {
				require.InDelta(t, p[j]/total, layers[0][(h*n+i)*n+j], 1e-5, "head %d, query %d, key %d", h, i, j)
			}
		}
	}
	for _, n := range []int{0, 13} {
		_, err = AttentionWeights(m, make([]int32, n))
		require.ErrorContains(t, err, "it must have 1 to 12")
	}
}
