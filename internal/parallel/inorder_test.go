package parallel

import (
	"errors"
	"iter"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInOrder(t *testing.T) {
	numbers := func(n int, err error) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
			if err != nil {
				yield(0, err)
			}
		}
	}
	for _, c := range [][2]int{{1, 0}, {1, 5}, {2, 1}, {9, 0}, {9, 5}} {
		workers, ahead := c[0], c[1]
		var running, most atomic.Int32
		double := func(i int) (int, error) {
			if n := running.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer running.Add(-1)
			if i == 40 {
				return 0, errors.New("forty")
			}
			return 2 * i, nil
		}
		collect := func(items iter.Seq2[int, error], limit int) (got []int, err error) {
			for v, err := range InOrder(items, workers, ahead, double) {
				if err != nil {
					return got, err
				}
				if got = append(got, v); len(got) == limit {
					break
				}
			}
			return got, nil
		}
		got, err := collect(numbers(5, nil), -1)
		require.NoError(t, err)
		require.Equal(t, []int{0, 2, 4, 6, 8}, got)
		got, err = collect(numbers(100, nil), -1)
		require.EqualError(t, err, "forty")
		require.Len(t, got, 40)
		got, err = collect(numbers(7, errors.New("no more")), -1)
		require.EqualError(t, err, "no more")
		require.Len(t, got, 7)
		got, err = collect(numbers(1000, nil), 3)
		require.NoError(t, err)
		require.Equal(t, []int{0, 2, 4}, got)
		require.Zero(t, running.Load(), "nothing runs on")
		require.LessOrEqual(t, most.Load(), int32(min(workers, ahead+2)))
	}
}
