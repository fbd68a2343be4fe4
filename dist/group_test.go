package dist_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gorgpt/dist"
	"gorgpt/dist/disttest"
)

func TestGroup(t *testing.T) {
	for _, hosts := range [][]string{{"a"}, {"a", "a"}, {"a", "b"}, {"a", "a", "b"}, {"a", "b", "c", "d", "e"}} {
		disttest.RunOn(t, hosts, func(g *dist.Group) error {
			here := 0
			for _, host := range hosts {
				if host == hosts[g.Rank()] {
					here++
				}
			}
			assert.Equal(t, here, g.Neighbours())
			return checkGroup(t, g)
		})
	}
}

// checkGroup checks every method of a group, for any transport.
func checkGroup(t *testing.T, g *dist.Group) error {
	n, rank := g.Size(), g.Rank()
	is := assert.New(t)

	for _, beside := range []bool{true, false} {
		if err := checkAdder(g, beside); err != nil {
			return err
		}
	}

	a, b := 1.0, float64(rank)
	if err := g.Sum(nil, &a, &b); err != nil {
		return err
	}
	is.Equal([]float64{float64(n), float64(n * (n - 1) / 2)}, []float64{a, b})
	var asked error
	if rank == n-1 {
		asked = errors.WithMessage(context.Canceled, "stop")
	}
	is.ErrorIs(g.Sum(asked), context.Canceled, "if one rank is asked to stop, all do")
	is.NoError(g.Sum(nil))
	is.NoError(g.Barrier())

	all, err := g.Gather(fmt.Appendf(nil, "%*d", rank+1, rank))
	if err != nil {
		return err
	}
	for i, data := range all {
		is.Equal(fmt.Sprintf("%*d", i+1, i), string(data))
	}
	done := 0
	data, err := g.Once(func() ([]byte, error) { done++; return []byte("once"), nil })
	is.NoError(err)
	is.Equal("once", string(data))
	is.Equal(g.First(), done == 1)
	for _, want := range []bool{true, false} {
		got, err := g.Decide(func() (bool, error) { return want, nil })
		is.NoError(err)
		is.Equal(want, got)
	}

	// Each rank sends a large message to the next one, in an order without deadlock.
	message := make([]byte, 1<<20)
	message[0] = byte(rank)
	if n > 1 {
		next, before := (rank+1)%n, (rank+n-1)%n
		send := func() error { return g.Send(message, next) }
		receive := func() error {
			got, err := g.Receive(before)
			is.Len(got, len(message))
			is.Equal(byte(before), got[0])
			return err
		}
		steps := []func() error{send, receive}
		if rank == 0 {
			steps = []func() error{receive, send}
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
	}

	is.NoError(g.Same("flags", "-x"))
	type settings struct {
		LR    float64 `json:"lr"`
		Seeds []int   `json:"seeds"`
	}
	is.NoError(g.SameObject("settings", settings{1, []int{2, 3}}))
	err = g.SameObject("settings", settings{1, make([]int, 1+rank/2)})
	if n > 2 {
		is.ErrorContains(err, " has other settings than rank 0: seeds is [0,0] there, [0] on rank 0")
	} else {
		is.NoError(err)
	}
	if n > 1 {
		err := g.Same("flags", fmt.Sprintf("-x %d", rank/2))
		if n > 2 {
			is.ErrorContains(err, fmt.Sprintf("rank 2 of %d on ", n))
			is.ErrorContains(err, " has other flags than rank 0: -x 1 there, -x 0 on rank 0")
		} else {
			is.NoError(err)
		}
	}
	return nil
}

// Every item belongs to one rank, and shares differ by at most one.
func TestShare(t *testing.T) {
	for n := 1; n < 6; n++ {
		for items := range 13 {
			shares := make([][2]int, n)
			disttest.Run(t, n, func(g *dist.Group) error {
				from, to := g.Share(items)
				shares[g.Rank()] = [2]int{from, to}
				return nil
			})
			at := 0
			for _, s := range shares {
				require.Equal(t, at, s[0])
				at = s[1]
				require.Contains(t, []int{items / n, items/n + 1}, s[1]-s[0])
			}
			require.Equal(t, items, at)
		}
	}
}

func TestAlone(t *testing.T) {
	var g *dist.Group
	require.True(t, g.First())
	require.Empty(t, g.String())
	from, to := g.Share(7)
	require.Equal(t, [2]int{0, 7}, [2]int{from, to})
	x := 3.0
	require.NoError(t, g.Sum(nil, &x))
	require.Equal(t, 3.0, x)
	require.Equal(t, context.Canceled, g.Sum(context.Canceled, &x))
	require.NoError(t, g.Same("data", "x"))
	data, err := g.Once(func() ([]byte, error) { return nil, errors.New("no disk") })
	require.EqualError(t, err, "no disk")
	require.Nil(t, data)
	require.NoError(t, g.SumFloats([]float32{1}))
	require.NoError(t, g.Close())
	g.Abort(1)
}

// When a rank fails, the others stop waiting, in any call.
func TestAnErrorEndsTheJob(t *testing.T) {
	errs := disttest.Errors(5, func(g *dist.Group) error {
		var err error
		switch g.Rank() {
		case 0:
			_, err = g.Receive(3)
		case 1:
			_, err = g.Broadcast(nil, 0)
		case 2:
			err = g.Send(nil, 3)
		case 3:
			err = errors.New("no disk")
		case 4:
			err = g.Close()
		}
		return err
	})
	for rank, err := range errs {
		if rank == 3 {
			require.EqualError(t, err, "no disk")
		} else {
			require.ErrorIs(t, err, disttest.ErrEnded)
		}
	}
}

// checkAdder sums values while earlier ones are still being computed.
func checkAdder(g *dist.Group, beside bool) error {
	n, rank := g.Size(), g.Rank()
	x := make([]float32, 1<<20+5)
	sums := g.Add(x, beside)
	for end := len(x); end > 0; {
		from := max(0, end-100_003-rank)
		for i := from; i < end; i++ {
			x[i] = float32(i%7 + rank)
		}
		sums.Ready(from)
		end = from
	}
	if err := sums.Wait(); err != nil {
		return err
	}
	for i, v := range x {
		if v != float32(n*(i%7)+n*(n-1)/2) {
			return errors.Errorf("element %d is %v", i, v)
		}
	}
	return nil
}
