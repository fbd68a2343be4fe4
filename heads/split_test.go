package heads

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRoundUpKeepsLeadingBits(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 15: 15, 16: 16, 17: 18, 31: 32, 33: 36, 100: 104, 511: 512} {
		require.Equal(t, want, roundUp(n, 4), n)
	}
}

func TestSplit(t *testing.T) {
	cases := map[string]struct {
		lengths          []int
		s, limit, budget int
		want             []int
	}{
		"equal lengths go together": {[]int{8, 8, 8, 8}, 1, 512, 1000, []int{4}},
		"a long one stands alone":   {[]int{8, 8, 8, 200}, 1, 512, 1000, []int{3, 1}},
		"within the budget":         {[]int{8, 8, 8, 8}, 2, 512, 32, []int{2, 2}},
		"one beyond the budget":     {[]int{90, 100}, 1, 512, 32, []int{1, 1}},
		"never above the limit":     {[]int{17, 17}, 1, 17, 34, []int{2}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, split(c.lengths, c.s, c.limit, c.budget)) })
	}
}

// sentenceLengths draws lengths as those of SST-2: 12 words on average, 60 at most,
// and the two special tokens.
func sentenceLengths(r *rand.Rand, n int) []int {
	lengths := make([]int, n)
	for i := range lengths {
		x := 0.0
		for range 2 { // a gamma distribution of shape 2 is the sum of two exponential ones
			x += 6 * r.ExpFloat64()
		}
		lengths[i] = min(60, max(2, int(math.Round(x)))) + 2
	}
	slices.Sort(lengths)
	return lengths
}

// Of a batch of 32 sentences less than 15 % of what is computed is padding.
func TestLittlePadding(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	computed, real := 0, 0
	for range 200 {
		lengths := sentenceLengths(r, 32)
		for _, n := range lengths {
			real += n
		}
		for _, b := range split(lengths, 1, 512, 4*512) {
			computed += b * paddedLength(lengths[b-1], 512)
			lengths = lengths[b:]
		}
	}
	padding := 1 - float64(real)/float64(computed)
	t.Logf("padding %.1f %%", 100*padding)
	require.Less(t, padding, 0.15)
	require.Greater(t, padding, 0.0)
}
