package generate

import (
	"context"
	"runtime"
	"slices"
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

// written is what a model writes and how it scores that.
type written struct {
	alone, sampled [][]int32
	best           []Hypothesis
	scores         []float64
}

func write(t *testing.T, m *gpt1.Model, samples int) (w written) {
	t.Helper()
	ctx, g, prompt, err := context.Background(), New(m), []int32{4, 7, 1, 22, 3}, error(nil)
	w.alone, err = g.Sample(ctx, prompt, Options{Tokens: 30, Temperature: 1, TopK: 9, Seed: 3}, nil)
	require.NoError(t, err)
	w.sampled, err = g.Sample(ctx, prompt, Options{Tokens: 30, Temperature: 1, TopK: 9, Seed: 3, Samples: samples}, nil)
	require.NoError(t, err)
	w.best, err = g.Search(ctx, prompt, Options{Tokens: 9, Beams: 3, Samples: 3}, nil)
	require.NoError(t, err)
	w.scores, err = NewScorer(m).LogProbs(ctx, slices.Concat(w.sampled...))
	require.NoError(t, err)
	return w
}

// TestCompactModelWrites compares samples, beams and scores of a compact model, exactly, with those
// of its weights in float32, and a text with the same one beside others, on any number of cores.
func TestCompactModelWrites(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, d := range graph.Dtypes() {
		m := testModel(t)
		require.NoError(t, m.Compact(d))
		wide := widened(t, m)
		for _, procs := range []int{1, 2, 3} {
			runtime.GOMAXPROCS(procs)
			for _, samples := range []int{2, 9} {
				want, got := write(t, wide, samples), write(t, m, samples)
				require.Equal(t, want, got, "%s, %d cores", d, procs)
				require.Equal(t, want.alone[0], want.sampled[0], "%s, beside %d others", d, samples-1)
			}
		}
	}
}
