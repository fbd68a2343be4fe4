package heads

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func upTo(n int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(i)
	}
	return ids
}

// Windows are the fewest that cover a text, and as long as allowed.
func TestWindow(t *testing.T) {
	for n := 1; n <= 7; n++ {
		for length := range 40 {
			parts, next := Window(upTo(length), n), int32(0)
			require.Len(t, parts, max(1, (length+n-1)/n))
			for _, p := range parts {
				require.Len(t, p, min(n, length))
				if len(p) > 0 {
					require.LessOrEqual(t, p[0], next, "no gap")
					next = p[len(p)-1] + 1
				}
			}
			require.Equal(t, length, int(next), "all of the text")
		}
	}
	require.Equal(t, [][]int32{{0, 1}}, Window([]int32{0, 1}, 0), "a model without room fails elsewhere")
}

func TestLong(t *testing.T) {
	text := upTo(10)
	for _, c := range []struct {
		long Long
		kind Kind
		e    Example
		want [][]int32
		lost int
	}{
		{"", Classification, Example{A: text}, [][]int32{{90, 0, 1, 2, 3, 4, 92}}, 5},
		{HeadTail, Classification, Example{A: text}, [][]int32{{90, 0, 1, 2, 8, 9, 92}}, 5},
		{HeadTail, Classification, Example{A: text[:5]}, [][]int32{{90, 0, 1, 2, 3, 4, 92}}, 0},
		{HeadTail, Entailment, Example{A: text, B: text}, [][]int32{{90, 0, 9, 91, 0, 9, 92}}, 16},
		{HeadTail, Entailment, Example{A: text, B: text[:1]}, [][]int32{{90, 0, 1, 9, 91, 0, 92}}, 7},
		{HeadTail, MultipleChoice, Example{A: text, B: text[:1], Answers: [][]int32{{7}, {7, 7}}}, [][]int32{{90, 0, 9, 0, 91, 7, 92}, {90, 0, 0, 91, 7, 7, 92}}, 9},
	} {
		f := Formatter{Kind: c.kind, Specials: Specials{90, 91, 92}, NCtx: 7, Long: c.long}
		got, err := f.Sequences(c.e)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
		require.Equal(t, c.lost, f.Lost)
	}
	require.Equal(t, upTo(10), text, "the text is not changed")
	require.ErrorContains(t, Long("middle").Check(), `must be cut-end, head-tail or windows, not "middle"`)
}
