package generate

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSampleRanked compares the probabilities with those of a full pass over the text, and the texts
// with those of Sample.
func TestSampleRanked(t *testing.T) {
	m := testModel(t)
	prompt := []int32{3, 7, 1}
	for name, o := range map[string]Options{
		"plain":            {Tokens: 8, Samples: 2, Temperature: 1, Seed: 5},
		"cool, with top-k": {Tokens: 8, Samples: 3, Temperature: 0.5, TopK: 3, TopP: 0.9, Seed: 5, Ban: []int32{0, 11, 12}},
		"cold":             {Tokens: 8, Samples: 1, Temperature: 1e-45},
		"greedy":           {Tokens: 8, Samples: 1},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := New(m).Sample(context.Background(), prompt, o, nil)
			require.NoError(t, err)
			choices := make([][]Choice, o.Samples)
			got, err := New(m).SampleRanked(context.Background(), prompt, o, 4, func(i int, c Choice) bool {
				choices[i] = append(choices[i], c)
				return true
			})
			require.NoError(t, err)
			require.Equal(t, want, got, "the texts are the same")
			for i, text := range got {
				require.Len(t, choices[i], len(text))
				for k, c := range choices[i] {
					require.Equal(t, text[k], c.ID)
					p := powered(full(t, m, slices.Concat(prompt, text[:k])), o)
					require.InDelta(t, p[c.ID], math.Exp(c.LogProb), 1e-4)
					order := make([]int32, len(p))
					for id := range order {
						order[id] = int32(id)
					}
					slices.SortStableFunc(order, func(a, b int32) int {
						switch {
						case p[a] > p[b]:
							return -1
						case p[a] < p[b]:
							return 1
						}
						return 0
					})
					if o.Temperature == 1e-45 {
						require.Equal(t, []Ranked{{c.ID, 0}}, c.Best, "the others cannot be drawn")
						continue
					}
					require.Len(t, c.Best, 4)
					for j, r := range c.Best {
						require.Equal(t, order[j], r.ID)
						require.InDelta(t, p[r.ID], math.Exp(r.LogProb), 1e-4)
						require.NotContains(t, o.Ban, r.ID)
					}
				}
			}
		})
	}
	for _, n := range []int{0, 30} {
		_, err := New(m).SampleRanked(context.Background(), prompt, Options{Tokens: 1}, n, func(int, Choice) bool { return true })
		require.ErrorContains(t, err, "the number must be from 1 to 29")
	}
	_, err := New(m).SampleRanked(context.Background(), prompt, Options{Tokens: 9}, 1, func(int, Choice) bool { return false })
	require.NoError(t, err)
}

// powered is softmax(logits/temperature) over the tokens that are allowed, at temperature 1 if there
// is none.
func powered(logits []float32, o Options) []float64 {
	t := o.Temperature
	if t == 0 {
		t = 1
	}
	top := math.Inf(-1)
	for id, z := range logits {
		if !slices.Contains(o.Ban, int32(id)) {
			top = max(top, float64(z))
		}
	}
	p, total := make([]float64, len(logits)), 0.0
	for id, z := range logits {
		if !slices.Contains(o.Ban, int32(id)) {
			p[id] = math.Exp((float64(z) - top) / t)
			total += p[id]
		}
	}
	for id := range p {
		p[id] /= total
	}
	return p
}
