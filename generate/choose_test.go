package generate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// frequencies draws many tokens and returns the share of each.
func frequencies(t *testing.T, o Options, logits []float32, text ...int32) []float64 {
	t.Helper()
	const n = 40_000
	c := newChooser(o, 0, len(logits), text)
	share := make([]float64, len(logits))
	for range n {
		scores, best, err := c.weigh(logits)
		require.NoError(t, err)
		share[c.draw(scores, scores[best])]++
	}
	for i := range share {
		share[i] /= n
	}
	return share
}

// logs returns logits whose softmax is p.
func logs(p ...float64) []float32 {
	l := make([]float32, len(p))
	for i, v := range p {
		l[i] = float32(math.Log(v)) + 3
	}
	return l
}

// TestDraw compares what is drawn with the distribution that it should have.
func TestDraw(t *testing.T) {
	p := logs(0.1, 0.4, 0.2, 0.25, 0.05)
	for name, c := range map[string]struct {
		o    Options
		text []int32
		want []float64
	}{
		"plain":                         {Options{Temperature: 1}, nil, []float64{0.1, 0.4, 0.2, 0.25, 0.05}},
		"temperature":                   {Options{Temperature: 0.5}, nil, []float64{0.01 / 0.275, 0.16 / 0.275, 0.04 / 0.275, 0.0625 / 0.275, 0.0025 / 0.275}},
		"a temperature of next to none": {Options{Temperature: 1e-30}, nil, []float64{0, 1, 0, 0, 0}},
		"top-k":                         {Options{Temperature: 1, TopK: 2}, nil, []float64{0, 0.4 / 0.65, 0, 0.25 / 0.65, 0}},
		"top-k of all":                  {Options{Temperature: 1, TopK: 9}, nil, []float64{0.1, 0.4, 0.2, 0.25, 0.05}},
		"top-p":                         {Options{Temperature: 1, TopP: 0.7}, nil, []float64{0, 0.4 / 0.85, 0.2 / 0.85, 0.25 / 0.85, 0}},
		"top-p of one":                  {Options{Temperature: 1, TopP: 1e-9}, nil, []float64{0, 1, 0, 0, 0}},
		"top-p of the top k":            {Options{Temperature: 1, TopK: 3, TopP: 0.7}, nil, []float64{0, 0.4 / 0.65, 0, 0.25 / 0.65, 0}},
		"a ban":                         {Options{Temperature: 1, Ban: []int32{1, 3}}, nil, []float64{0.1 / 0.35, 0, 0.2 / 0.35, 0, 0.05 / 0.35}},
	} {
		t.Run(name, func(t *testing.T) {
			got := frequencies(t, c.o, p, c.text...)
			for i, want := range c.want {
				// Four standard deviations of a share; what is impossible never comes.
				require.InDelta(t, want, got[i], 4*math.Sqrt(want*(1-want)/40_000), "token %d", i)
			}
		})
	}
}

// TestPenalty lowers scores of both signs, once for each token that the text has.
func TestPenalty(t *testing.T) {
	c := newChooser(Options{Penalty: 2}, 0, 4, []int32{1, 2, 1})
	scores, best, err := c.weigh([]float32{1, 3, -1, -3})
	require.NoError(t, err)
	require.Equal(t, []float32{1, 1.5, -2, -3}, scores)
	require.EqualValues(t, 1, best)
	for _, want := range []int32{0, 1, 1} { // 0 is penalised from then on
		id, err := c.next([]float32{1.6, 3, -1, -3})
		require.NoError(t, err)
		require.Equal(t, want, id)
	}
}

func TestTieTakesTheLowestID(t *testing.T) {
	id, err := newChooser(Options{}, 0, 4, nil).next([]float32{1, 2, 2, 2})
	require.NoError(t, err)
	require.EqualValues(t, 1, id)
}

// TestKthLargest and TestNucleus compare with a full sort.
func TestKthLargest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := 1; n < 60; n++ {
		scores := make([]float32, n)
		for i := range scores {
			scores[i] = float32(r.IntN(20))
		}
		sorted := slices.Sorted(slices.Values(scores))
		for k := 1; k <= n; k++ {
			require.Equal(t, sorted[n-k], new(chooser).kthLargest(scores, k), "%d of %v", k, scores)
		}
	}
}

func TestNucleus(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for n := 1; n < 60; n++ {
		all, total := make([]candidate, n), float32(0)
		for i := range all {
			all[i] = candidate{int32(i), float32(math.Pow(r.Float64(), 6)) + 1e-6}
			total += all[i].p
		}
		for i := range all {
			all[i].p /= total
		}
		for _, p := range []float64{0.01, 0.5, 0.9, 0.999} {
			want := slices.Clone(all)
			slices.SortFunc(want, func(a, b candidate) int { return int(math.Copysign(1, float64(b.p-a.p))) })
			sum, k := 0.0, 0
			for sum < p && k < n {
				sum += float64(want[k].p)
				k++
			}
			require.Equal(t, want[:k], nucleus(slices.Clone(all), p))
		}
	}
}
