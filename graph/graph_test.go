package graph_test

import (
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/graph"
	"gorgpt/graph/graphtest"
)

func TestMistakesAreKeptWithScopeAndShapes(t *testing.T) {
	w, err := graph.NewStore([]graph.Param{{Name: "w", Shape: []int{8, 8}}, {Name: "b", Shape: []int{8}}})
	require.NoError(t, err)
	cases := map[string]struct {
		build func(g *graph.Graph, x graph.Node) graph.Node
		want  string
	}{
		"linear": {func(g *graph.Graph, x graph.Node) graph.Node {
			return x.Linear(g.Param(w.Param("w")), g.Param(w.Param("b")))
		}, "h.3.attn.linear: [8 64 9] × [8 8] + [8]: want [… I] × [I O] + [O]"},
		"matmul": {func(g *graph.Graph, x graph.Node) graph.Node { return x.MatMul(x) }, "h.3.attn.matmul: [8 64 9] × [8 64 9]: inner dimensions differ"},
		"squared error of integers": {func(g *graph.Graph, x graph.Node) graph.Node {
			ids, _ := g.Ints("ids", 8, 64, 9)
			return x.SquaredError(ids)
		}, "h.3.attn.squared_error: [8 64 9] against [8 64 9] of int32: want equal sizes, and float32"},
		"attention": {func(_ *graph.Graph, x graph.Node) graph.Node { return x.Attention(2, graph.Drop{}) }, "h.3.attn.attention: [8 64 9] with 2 heads"},
		"norm": {func(g *graph.Graph, x graph.Node) graph.Node {
			return x.LayerNorm(g.Param(w.Param("b")), g.Param(w.Param("b")), 1e-5)
		}, "h.3.attn.layer_norm: [8 64 9] with gain [8]"},
		"dropout": {func(_ *graph.Graph, x graph.Node) graph.Node { return x.Dropout(graph.Drop{Name: "d", P: 0.1}) }, "h.3.attn.d: dropout needs Graph.Random"},
		"dropout of a scalar": {func(g *graph.Graph, _ graph.Node) graph.Node {
			x, _ := g.Scalar("scalar")
			return x.Dropout(graph.Drop{Name: "d", P: 0.1})
		}, "h.3.attn.dropout: []: want [B C], [B T C] or [B H T T]"},
		"cross-entropy of a scalar": {func(g *graph.Graph, _ graph.Node) graph.Node {
			x, _ := g.Scalar("scalar")
			ids, _ := g.Ints("ids", 1)
			return x.CrossEntropy(ids, 1)
		}, "h.3.attn.cross_entropy: the logits are a scalar: want [… V']"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := graph.New(true)
			x, _ := g.Floats("x", 8, 64, 9)
			end := g.Scope("h.3")
			endAttn := g.Scope("attn")
			y := c.build(g, x)
			endAttn()
			end()
			y = y.GELU().Add(y).Softmax() // all later calls do nothing
			_, err := g.Compile(new(graph.Arena), y)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// Panics in an op must not end the process, and the graph must run again.
func TestRunReportsWhichOpFailed(t *testing.T) {
	store, err := graph.NewStore([]graph.Param{{Name: "tok", Shape: []int{5, 2}}, {Name: "pos", Shape: []int{3, 2}}})
	require.NoError(t, err)
	g := graph.New(false)
	ids, v := g.Ints("ids", 1, 3)
	y := graph.Embed(ids, g.Param(store.Param("tok")), g.Param(store.Param("pos")))
	m, err := g.Compile(new(graph.Arena), y)
	require.NoError(t, err)
	copy(v, []int32{0, 99, 1})
	require.ErrorContains(t, m.Run(), "embed [1 3] × [5 2] × [3 2] → [1 3 2]")
	v[1] = 4
	require.NoError(t, m.Run())
}

func TestGradientsAccumulateUntilUpdated(t *testing.T) {
	store, err := graph.NewStore([]graph.Param{{Name: "w", Shape: []int{3, 2}}, {Name: "b", Shape: []int{2}}})
	require.NoError(t, err)
	store.AllocateGradients()
	g := graph.New(true)
	x, in := g.Floats("x", 4, 3)
	graphtest.Fill(in, 1, 1)
	w, b := store.Param("w"), store.Param("b")
	g.Backward(graphtest.Cost(g, x.Linear(g.Param(w), g.Param(b))))
	m, err := g.Compile(new(graph.Arena))
	require.NoError(t, err)
	require.NoError(t, m.Run())
	once := append([]float32(nil), w.Grad...)
	require.NoError(t, m.Run())
	for i, v := range once {
		require.InDelta(t, 2*v, w.Grad[i], 1e-5)
	}
}

func TestGraphsOfDifferentShapesShareOneArena(t *testing.T) {
	store, err := graph.NewStore([]graph.Param{{Name: "w", Shape: []int{3, 3}}, {Name: "b", Shape: []int{3}}})
	require.NoError(t, err)
	graphtest.Fill(store.Param("w").Value, 1, 1)
	var graphs graph.ByShape[int, func() float32]
	built := 0
	run := func(rows int) float32 {
		f, err := graphs.Get(rows, func(arena *graph.Arena) (func() float32, error) {
			built++
			g := graph.New(false)
			x, in := g.Floats("x", rows, 3)
			graphtest.Fill(in, 1, 1)
			cost := graphtest.Cost(g, x.Linear(g.Param(store.Param("w")), g.Param(store.Param("b"))).GELU())
			m, err := g.Compile(arena)
			return func() float32 {
				require.NoError(t, m.Run())
				return cost.Value()
			}, err
		})
		require.NoError(t, err)
		return f()
	}
	small := run(2)
	size := graphs.Arena.Bytes()
	large := run(50)
	require.Greater(t, graphs.Arena.Bytes(), size, "the arena grows to the largest graph")
	require.Equal(t, small, run(2), "a graph bound before the arena grew still works")
	require.Equal(t, large, run(50))
	run(7)
	require.Equal(t, 3, built, "one graph a shape")
}

func TestShapesDoNotKeepAFailedGraph(t *testing.T) {
	var graphs graph.ByShape[int, int]
	_, err := graphs.Get(1, func(*graph.Arena) (int, error) { return 5, errors.New("no memory") })
	require.EqualError(t, err, "no memory")
	got, err := graphs.Get(1, func(*graph.Arena) (int, error) { return 6, nil })
	require.NoError(t, err)
	require.Equal(t, 6, got)
}

// The planner must give two values that are alive together separate memory, and
// reuse memory otherwise.
func TestPlanReusesMemory(t *testing.T) {
	g := graph.New(false)
	x, _ := g.Floats("x", 64, 64)
	y := x
	for range 10 {
		y = y.GELU()
	}
	var arena graph.Arena
	m, err := g.Compile(&arena, y)
	require.NoError(t, err)
	require.NoError(t, m.Run())
	require.Equal(t, 2*64*64*4, arena.Bytes(), "a chain needs an input and an output at a time")
}

func TestOpsDoNotAllocate(t *testing.T) {
	per := func(layers int) float64 {
		g := graph.New(false)
		x, _ := g.Floats("x", 4, 16)
		y := x
		for range layers {
			y = y.GELU()
		}
		m, err := g.Compile(new(graph.Arena), y)
		require.NoError(t, err)
		require.NoError(t, m.Run())
		return testing.AllocsPerRun(20, func() { _ = m.Run() })
	}
	// Gorgonia's machine makes a few small slices a node; the op adds nothing.
	require.LessOrEqual(t, (per(40)-per(20))/20, 4.0)
}

func TestStoreRefusesBadDeclarations(t *testing.T) {
	_, err := graph.NewStore([]graph.Param{{Name: "w", Shape: []int{2}}, {Name: "w", Shape: []int{2}}})
	require.ErrorContains(t, err, "parameter w is declared twice")
	_, err = graph.NewStore([]graph.Param{{Name: "w", Shape: []int{2, 0}}})
	require.ErrorContains(t, err, "parameter w has the empty shape [2 0]")
}

func TestBackwardRefusesAParameterUsedTwiceThroughOneNode(t *testing.T) {
	store, err := graph.NewStore([]graph.Param{{Name: "w", Shape: []int{3, 3}}, {Name: "b", Shape: []int{3}}})
	require.NoError(t, err)
	store.AllocateGradients()
	g := graph.New(true)
	x, _ := g.Floats("x", 2, 3)
	w, b := g.Param(store.Param("w")), g.Param(store.Param("b"))
	g.Backward(graphtest.Cost(g, x.Linear(w, b).Linear(w, b)))
	require.EqualError(t, g.Err(), "backward: parameter w is used by an op whose gradient does not accumulate into the store, or twice through one node")
}

// A side buffer must keep its memory for as long as a node that reads it is alive,
// even if further ops follow.
func TestPartsKeepTheirMemory(t *testing.T) {
	store, err := graph.NewStore([]graph.Param{
		{Name: "x", Shape: []int{2, 3, 8}},
		{Name: "branch", Shape: []int{2, 3, 8}},
		{Name: "gain", Shape: []int{8}},
		{Name: "bias", Shape: []int{8}},
	})
	require.NoError(t, err)
	store.AllocateGradients()
	for i, p := range store.Params() {
		graphtest.Fill(p.Value, uint64(i), 1)
	}
	branchGradient := func(later int) []float32 {
		g := graph.New(true)
		x, branch := g.Param(store.Param("x")), g.Param(store.Param("branch"))
		y := x.ResidualLayerNorm(branch, g.Param(store.Param("gain")), g.Param(store.Param("bias")), 1e-5, graph.Drop{})
		d := g.Grad(graphtest.Cost(g, y), x, branch)
		keep := []graph.Node{d[1]}
		z := d[0] // what comes later has to depend on the op, or else it runs before
		for range later {
			z = z.GELU()
			keep = append(keep, z) // so that each takes memory of its own
		}
		m, err := g.Compile(new(graph.Arena), keep...)
		require.NoError(t, err)
		require.NoError(t, m.Run())
		return append([]float32(nil), d[1].Values()...)
	}
	require.Equal(t, branchGradient(0), branchGradient(12))
}

// A mask depends on the seed, the step, the place and the number of the sequence,
// and on nothing else.
func TestDropoutMasksDependOnTheirKey(t *testing.T) {
	const b, n, c = 2, 3, 40
	mask := func(name string, seed, step int64, seq ...int32) []float32 {
		g := graph.New(true)
		r := g.Random(b)
		*r.Seed, *r.Step = seed, step
		copy(r.Seq, seq)
		x, ones := g.Floats("x", b, n, c)
		for i := range ones {
			ones[i] = 1
		}
		y := x.Dropout(graph.Drop{Name: name, P: 0.5})
		m, err := g.Compile(new(graph.Arena), y)
		require.NoError(t, err)
		require.NoError(t, m.Run())
		return append([]float32(nil), y.Values()...)
	}
	first := mask("a", 1, 1, 0, 1)
	require.Equal(t, first, mask("a", 1, 1, 0, 1))
	require.NotEqual(t, first, mask("b", 1, 1, 0, 1), "place")
	require.NotEqual(t, first, mask("a", 2, 1, 0, 1), "seed")
	require.NotEqual(t, first, mask("a", 1, 2, 0, 1), "step")
	swapped := mask("a", 1, 1, 1, 0)
	require.Equal(t, first[:n*c], swapped[n*c:], "a sequence keeps its mask wherever it stands")
	require.Equal(t, first[n*c:], swapped[:n*c])
	require.NotEqual(t, first[:n*c], first[n*c:], "sequence")
}

// Derivatives are those of scalars with respect to inputs.
func TestGradRefuses(t *testing.T) {
	g := graph.New(true)
	x, _ := g.Floats("x", 2, 3)
	g.Grad(x, x)
	require.EqualError(t, g.Err(), "backward: the cost x has shape [2 3]: want a scalar")

	g = graph.New(true)
	x, _ = g.Floats("x", 2, 3)
	y := x.GELU()
	g.Grad(graphtest.Cost(g, y), y)
	require.EqualError(t, g.Err(), "backward: gelu is not an input: derivatives are those with respect to inputs")
}
