package graph_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/graph"
	"gorgpt/graph/graphtest"
)

func TestDtypeIsAFlagValue(t *testing.T) {
	d := graph.Float32
	for _, want := range graph.Dtypes() {
		require.NoError(t, d.Set(string(want)))
		require.Equal(t, want, d)
		require.Equal(t, string(want), d.String())
	}
	require.EqualError(t, d.Set("fp16"), `"fp16" is not a type of weights: must be one of float32, bfloat16, int8`)
	require.Equal(t, graph.Int8, d)
}

// large declares two matrices of 4 MB and a bias.
func large() []graph.Param {
	return []graph.Param{
		{Name: "w", Shape: []int{1024, 1024}, Axes: "I O"},
		{Name: "e", Shape: []int{1024, 1024}, Axes: "V C", Transposed: true},
		{Name: "b", Shape: []int{1024}, Axes: "O"},
	}
}

func isMatrix(p *graph.Param) bool { return len(p.Shape) == 2 }

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestCompactReleasesMemory measures the heap, and what the store and a drawing report.
func TestCompactReleasesMemory(t *testing.T) {
	const rest = 100_000
	for d, want := range map[graph.Dtype]int{graph.BFloat16: 2 * 2 << 20, graph.Int8: 2 * (1<<20 + 1<<17)} {
		before := heap()
		s, err := graph.NewStore(large())
		require.NoError(t, err)
		for i, p := range s.Params() {
			graphtest.Fill(p.Value, uint64(i), 1)
		}
		bias := slices.Clone(s.Param("b").Value)
		require.InDelta(t, 8<<20, heap()-before, rest)
		require.NoError(t, s.Compact(d, isMatrix))
		// A worker may hold on to what it last had until it has something else to do.
		require.Eventually(t, func() bool { return max(heap()-before-want, want-heap()+before) <= rest }, 10*time.Second, time.Millisecond, d)
		values, _, _ := s.Bytes()
		require.Equal(t, want+4*1024, values)
		require.Equal(t, bias, s.Param("b").Value)
		require.Len(t, s.Values(), 1024)

		g := graph.New(false)
		x, _ := g.Floats("x", 1, 1024)
		x.Linear(g.Param(s.Param("w")), g.Param(s.Param("b"))).TiedLogits(g.Param(s.Param("e")))
		nodes, err := g.Nodes()
		require.NoError(t, err)
		for _, n := range nodes {
			switch {
			case n.Name == "w" || n.Name == "e":
				require.Equal(t, want/2, n.Memory, n.Name)
			case n.Name == "linear":
				require.Equal(t, want/2+4*2*1024, n.Read)
			case n.Name == "logits":
				require.Equal(t, want/2+4*1024, n.Read)
			}
		}
		runtime.KeepAlive(s)

		before = heap()
		s, err = graph.NewStoreAs(large(), d, isMatrix)
		require.NoError(t, err)
		require.Less(t, heap()-before, want+rest)
		require.Equal(t, d, s.Dtype())
		runtime.KeepAlive(s)
	}
}

func TestOnlyMatricesAreCompact(t *testing.T) {
	all := func(*graph.Param) bool { return true }
	_, err := graph.NewStoreAs(large(), graph.Int8, all)
	require.EqualError(t, err, "parameter b of shape [1024] cannot be kept as int8: it must be a matrix")
	s, err := graph.NewStore(large())
	require.NoError(t, err)
	require.ErrorContains(t, s.Compact(graph.Int8, all), "parameter b of shape [1024], kept as float32, cannot be converted to int8: it must be a matrix")
	require.Equal(t, graph.Float32, s.Dtype(), "nothing was converted")
	sketch, err := graph.NewSketch(large())
	require.NoError(t, err)
	require.ErrorContains(t, sketch.Compact(graph.Int8, isMatrix), "a sketch without weights")
	s, err = graph.NewStoreAs(large(), graph.Float32, all)
	require.NoError(t, err)
	require.Len(t, s.Values(), 2<<20+1024)
}
