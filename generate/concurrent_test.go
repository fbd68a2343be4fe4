package generate

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
)

// Generators and scorers of one model that work at the same time give what they give alone.
func TestGeneratorsOfOneModelWorkSideBySide(t *testing.T) {
	const workers = 6
	ctx, m := context.Background(), testModel(t)
	work := func(i int, s *Scorer) (ids []int32, best []Hypothesis, scores []float64) {
		prompt, g := []int32{int32(i), 3, 5}, New(m)
		ids, err := g.Continue(ctx, prompt, Options{Tokens: 20, Temperature: 1, Seed: uint64(i)})
		if err != nil {
			t.Error(err)
		}
		if best, err = g.Search(ctx, prompt, Options{Tokens: 6, Beams: 3}, nil); err != nil {
			t.Error(err)
		}
		if scores, err = s.LogProbs(context.Background(), append(prompt, ids...)); err != nil {
			t.Error(err)
		}
		return ids, best, scores
	}
	type result struct {
		ids    []int32
		best   []Hypothesis
		scores []float64
	}
	var want, got [workers]result
	for i := range want {
		want[i].ids, want[i].best, want[i].scores = work(i, NewScorer(m))
	}
	shared := NewScorer(m)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i].ids, got[i].best, got[i].scores = work(i, shared) })
	}
	all.Wait()
	require.Equal(t, want, got)
}

func TestSecondCallOfABusyGeneratorIsAnError(t *testing.T) {
	ctx, g, o := context.Background(), New(testModel(t)), Options{Tokens: 3}
	calls := 0
	_, err := g.Sample(ctx, []int32{1}, o, func(int, int32) bool {
		calls++
		_, err := g.Continue(ctx, []int32{2}, o)
		require.ErrorContains(t, err, "the generator is in use")
		_, err = g.Search(ctx, []int32{2}, o, nil)
		require.ErrorContains(t, err, "the generator is in use")
		return true
	})
	require.NoError(t, err)
	require.Equal(t, 3, calls)
	_, err = g.Continue(ctx, []int32{2}, o)
	require.NoError(t, err)
}

func TestLSTMIsRefusedWhereATransformerIsNeeded(t *testing.T) {
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NEmbd: 4, NCtx: 8, VocabSize: 9, LayerNormEps: 1e-5, InitRange: 0.1, NUnits: 4})
	require.NoError(t, err)
	m.Init(1)
	_, err = New(m).Continue(context.Background(), []int32{1}, Options{Tokens: 3})
	require.ErrorIs(t, err, ErrLSTM)
	_, err = New(m).Search(context.Background(), []int32{1}, Options{Tokens: 3}, nil)
	require.ErrorIs(t, err, ErrLSTM)
	_, err = AttentionWeights(m, []int32{1, 2})
	require.ErrorIs(t, err, ErrLSTM)
	_, err = NewScorer(m).LogProbs(context.Background(), []int32{1, 2})
	require.NoError(t, err)
}
