package graph_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/graph"
)

// square is the step graph of Σ (x·w)² over a store with one weight.
func square(t *testing.T, s *graph.Store, arena *graph.Arena) (loss graph.Node, x []float32, m *graph.Machine) {
	t.Helper()
	g := graph.New(true)
	in, x := g.Floats("x", 1, 1)
	zero, _ := g.Floats("zero", 1)
	count, n := g.Scalar("count")
	*n = 1
	loss = in.Linear(g.Param(s.Param("w")), g.Param(s.Param("b"))).SquaredError(zero).SumOver(count)
	g.Backward(loss)
	m, err := g.Compile(arena)
	require.NoError(t, err)
	return loss, x, m
}

func squareStore(t *testing.T) *graph.Store {
	t.Helper()
	s, err := graph.NewStore([]graph.Param{{Name: "w", Shape: []int{1, 1}}, {Name: "b", Shape: []int{1}}})
	require.NoError(t, err)
	s.AllocateGradients()
	s.Param("w").Value[0] = 1
	return s
}

// Gradients of runs at the same time, in arenas of their own, all add up.
func TestConcurrentRunsAddUpTheirGradients(t *testing.T) {
	const machines, runs = 4, 50
	s := squareStore(t)
	var all sync.WaitGroup
	for i := range machines {
		_, x, m := square(t, s, new(graph.Arena))
		x[0] = float32(i)
		all.Go(func() {
			for range runs {
				if err := m.Run(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, float32(runs*2*(0+1+4+9)), s.Param("w").Grad[0])
}

func TestSecondRunInABusyArenaIsAnError(t *testing.T) {
	s, arena := squareStore(t), new(graph.Arena)
	_, _, first := square(t, s, arena)
	_, _, second := square(t, s, arena)
	var err error
	s.WhenSummed(func(*graph.Param) { err = second.Run() })
	require.NoError(t, first.Run())
	require.ErrorIs(t, err, graph.ErrBusy)
	s.WhenSummed(nil)
	require.NoError(t, second.Run())
}

// Graphs of several goroutines may be declared and compiled at the same time.
func TestGraphsAreBuiltAtTheSameTime(t *testing.T) {
	s := squareStore(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { square(t, s, new(graph.Arena)) })
	}
	all.Wait()
}
