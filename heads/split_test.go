package heads

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRoundUpKeepsLeadingBits(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 15: 15, 16: 16, 17: 18, 31: 32, 33: 36, 100: 104, 511: 512} {
		require.Equal(t, want, roundUp(n, 4), n)
	}
}

func TestMicroBatches(t *testing.T) {
	cases := map[string]struct {
		lengths          []int
		s, limit, budget int
		want             []Micro
	}{
		"equal lengths go together": {[]int{8, 8, 8, 8}, 1, 512, 1000, []Micro{{4, 8}}},
		"a long one stands alone":   {[]int{8, 8, 8, 200}, 1, 512, 1000, []Micro{{3, 8}, {1, 208}}},
		"within the budget":         {[]int{8, 8, 8, 8}, 2, 512, 32, []Micro{{2, 8}, {2, 8}}},
		"one beyond the budget":     {[]int{90, 100}, 1, 512, 32, []Micro{{1, 96}, {1, 104}}},
		"never above the limit":     {[]int{17, 17}, 1, 17, 34, []Micro{{2, 17}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, MicroBatches(c.lengths, c.s, c.limit, c.budget)) })
	}
}

func TestDeal(t *testing.T) {
	require.Equal(t, []int{0, 3, 4, 7}, deal([]int{0, 1, 2, 3, 4, 5, 6, 7}, 0, 2))
	require.Equal(t, []int{1, 2, 5, 6}, deal([]int{0, 1, 2, 3, 4, 5, 6, 7}, 1, 2))
	require.Equal(t, []int{6, 3}, deal([]int{9, 8, 7, 6, 5, 4, 3}, 3, 5))
	for ranks := 1; ranks < 7; ranks++ {
		var all []int
		for rank := range ranks {
			all = append(all, deal([]int{0, 1, 2, 3, 4}, rank, ranks)...)
		}
		require.ElementsMatch(t, []int{0, 1, 2, 3, 4}, all)
	}
}
