package parallel

import (
	"strconv"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

func TestDoCallsEachNumberOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		calls := make([]int, n)
		require.NoError(t, Do(n, func(i int) error { calls[i]++; return nil }))
		for i, c := range calls {
			require.Equal(t, 1, c, "call %d of %d", i, n)
		}
	}
}

func TestDoReturnsTheErrorOfTheSmallestNumber(t *testing.T) {
	calls := make([]int, 100)
	err := Do(len(calls), func(i int) error {
		calls[i]++
		if i >= 40 {
			return errors.New(strconv.Itoa(i))
		}
		return nil
	})
	require.EqualError(t, err, "40")
	require.NotContains(t, calls, 0, "an error does not stop the others")
}
