package generate

import (
	"cmp"
	"context"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
)

// logProbs is log softmax of what the full forward pass says of the next token.
func logProbs(t testing.TB, m *gpt1.Model, ids []int32) []float64 {
	scores := full(t, m, ids)
	total := 0.0
	for _, s := range scores {
		total += math.Exp(float64(s))
	}
	p := make([]float64, len(scores))
	for i, s := range scores {
		p[i] = float64(s) - math.Log(total)
	}
	return p
}

// TestSearchOfAll has as many beams as there are tokens: two tokens long, it finds the best of
// all texts.
func TestSearchOfAll(t *testing.T) {
	m := testModel(t)
	prompt := []int32{3, 7}
	var all []Hypothesis
	for a, p := range logProbs(t, m, prompt) {
		for b, q := range logProbs(t, m, append(slices.Clone(prompt), int32(a))) {
			all = append(all, Hypothesis{[]int32{int32(a), int32(b)}, p + q})
		}
	}
	slices.SortFunc(all, func(a, b Hypothesis) int { return cmp.Compare(b.LogProb, a.LogProb) })
	got, err := New(m).Search(context.Background(), prompt, Options{Tokens: 2, Beams: m.VocabSize, Samples: 10}, nil)
	require.NoError(t, err)
	require.Len(t, got, 10)
	for i, h := range got {
		require.Equal(t, all[i].IDs, h.IDs)
		require.InDelta(t, all[i].LogProb, h.LogProb, 1e-4)
	}
}

// reference is beam search by its definition, with a full pass for each text.
func reference(t *testing.T, m *gpt1.Model, prompt []int32, beams, tokens int) []Hypothesis {
	live := []Hypothesis{{}}
	for range tokens {
		var next []Hypothesis
		for _, h := range live {
			text := append(slices.Clone(prompt), h.IDs...)
			for id, p := range logProbs(t, m, text[max(0, len(text)-m.NCtx):]) {
				next = append(next, Hypothesis{append(slices.Clone(h.IDs), int32(id)), h.LogProb + p})
			}
		}
		slices.SortFunc(next, func(a, b Hypothesis) int { return cmp.Compare(b.LogProb, a.LogProb) })
		live = next[:beams]
	}
	return live
}

// TestSearch equals the definition, also where the context slides.
func TestSearch(t *testing.T) {
	m := testModel(t)
	for _, beams := range []int{1, 2, 5} {
		for _, prompt := range [][]int32{{1}, {5, 6, 7, 8, 9, 10, 11}} {
			want := reference(t, m, prompt, beams, 9)
			got, err := New(m).Search(context.Background(), prompt, Options{Tokens: 9, Beams: beams, Samples: beams, Slide: 1}, nil)
			require.NoError(t, err)
			require.Len(t, got, beams)
			for i, h := range got {
				require.Equal(t, want[i].IDs, h.IDs, "%d beams, text %d", beams, i)
				require.InDelta(t, want[i].LogProb, h.LogProb, 1e-3)
			}
		}
	}
	greedy, err := New(m).Continue(context.Background(), []int32{1}, Options{Tokens: 9})
	require.NoError(t, err)
	one, err := New(m).Search(context.Background(), []int32{1}, Options{Tokens: 9, Beams: 1}, nil)
	require.NoError(t, err)
	require.Equal(t, greedy, one[0].IDs)
}

// TestSearchEnds at complete texts, which are compared by their mean.
func TestSearchEnds(t *testing.T) {
	m := testModel(t)
	prompt := []int32{1}
	best := reference(t, m, prompt, 3, 1)
	stop := best[1].IDs[0] // the second-best first token ends a text
	done := func(ids []int32) bool { return ids[len(ids)-1] == stop }
	got, err := New(m).Search(context.Background(), prompt, Options{Tokens: 6, Beams: 3, Samples: 3}, done)
	require.NoError(t, err)
	require.NotEmpty(t, got)
	complete := 0
	for i, h := range got {
		if at := slices.Index(h.IDs, stop); at >= 0 {
			complete++
			require.Equal(t, len(h.IDs)-1, at, "nothing follows")
		} else {
			require.Len(t, h.IDs, 6)
		}
		if i > 0 {
			require.LessOrEqual(t, h.Mean(), got[i-1].Mean())
		}
	}
	require.Positive(t, complete)

	all, err := New(m).Search(context.Background(), prompt, Options{Tokens: 6, Beams: 2, Samples: 2}, func([]int32) bool { return true })
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, best[0].IDs, all[0].IDs)

	none, err := New(m).Search(context.Background(), prompt, Options{Beams: 2}, nil)
	require.NoError(t, err)
	require.Equal(t, 0.0, none[0].LogProb)

	ctx, cancel := context.WithCancel(context.Background())
	rounds := 0
	part, err := New(m).Search(ctx, prompt, Options{Tokens: 6, Beams: 1}, func([]int32) bool {
		if rounds++; rounds == 4 { // two candidates a round
			cancel()
		}
		return false
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, part[0].IDs, 2)
}
