package graph_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/graph"
)

// squares accumulates the gradient of Σ (x·w)² in n parts.
func squares(t *testing.T, lanes *graph.Lanes[int, *squareStep], s *graph.Store, n int) {
	t.Helper()
	require.NoError(t, lanes.Accumulate(context.Background(), s, n, nil, func(part int, lane *graph.ByShape[int, *squareStep]) error {
		step, err := lane.Get(1, func(arena *graph.Arena) (*squareStep, error) {
			_, x, m := square(t, s, arena)
			return &squareStep{x, m}, nil
		})
		if err != nil {
			return err
		}
		step.x[0] = 1 / float32(3+part)
		return step.m.Run()
	}))
}

type squareStep struct {
	x []float32
	m *graph.Machine
}

// The gradients of parts are added in their order, whatever the number of cores and lanes.
func TestLanesAddInOrder(t *testing.T) {
	const parts = 23
	want := float32(0)
	for part := range parts {
		x := 1 / float32(3+part)
		want += 2 * x * x
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 3, 7} {
		for _, limit := range []int{0, 1, 2} {
			runtime.GOMAXPROCS(procs)
			lanes, s := &graph.Lanes[int, *squareStep]{Limit: limit}, squareStore(t)
			for range 5 {
				s.ClearGradients()
				squares(t, lanes, s, parts)
				require.Equal(t, want, s.Param("w").Grad[0], "%d cores, at most %d lanes", procs, limit)
			}
		}
	}
	s := squareStore(t)
	squares(t, &graph.Lanes[int, *squareStep]{Wide: true}, s, parts)
	require.InDelta(t, want, s.Param("w").Grad[0], 1e-6)
}

// No more parts run at once than there are cores, none run after an error, and the error is that
// of the first part that failed.
func TestLanesStopAtAnError(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	var lanes graph.Lanes[int, int]
	var now, most, begun atomic.Int32
	err := lanes.Each(context.Background(), 100, func(part int, _ *graph.ByShape[int, int]) error {
		begun.Add(1)
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if part >= 10 {
			return errors.Errorf("part %d", part)
		}
		return nil
	})
	require.ErrorContains(t, err, "part 1")
	require.LessOrEqual(t, most.Load(), int32(3))
	require.Less(t, begun.Load(), int32(20))

	ctx, cancel := context.WithCancel(context.Background())
	begun.Store(0)
	err = lanes.Each(ctx, 100, func(part int, _ *graph.ByShape[int, int]) error {
		if begun.Add(1) >= 5 { // each lane by itself, for another may stand still before its call
			cancel()
		}
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, begun.Load(), int32(12))
	require.NoError(t, lanes.Each(context.Background(), 0, nil))
}

// last is called once, before the last part of wide lanes and after all parts of others; its error
// is returned.
func TestLanesCallLast(t *testing.T) {
	for _, wide := range []bool{false, true} {
		s, done, at := squareStore(t), 0, -1
		lanes := graph.Lanes[int, int]{Wide: wide, Limit: 1}
		err := lanes.Accumulate(context.Background(), s, 4, func() error { at = done; return errors.New("another rank failed") },
			func(int, *graph.ByShape[int, int]) error { done++; return nil })
		require.EqualError(t, err, "another rank failed")
		require.Equal(t, map[bool]int{false: 4, true: 3}[wide], at)
	}
}

func TestGradientsOfAnotherStoreAreRefused(t *testing.T) {
	s, other := squareStore(t), squareStore(t)
	var lanes graph.Lanes[int, int]
	require.NoError(t, lanes.Accumulate(context.Background(), s, 1, nil, func(_ int, lane *graph.ByShape[int, int]) error {
		g := graph.New(true)
		in, _ := g.Floats("x", 1, 1)
		zero, _ := g.Floats("zero", 1)
		count, _ := g.Scalar("count")
		g.Backward(in.Linear(g.Param(other.Param("w")), g.Param(other.Param("b"))).SquaredError(zero).SumOver(count))
		_, err := g.Compile(&lane.Arena)
		require.ErrorContains(t, err, "another store")
		return nil
	}))
}
