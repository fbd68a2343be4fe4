package graphtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/graph"
)

// Fill writes reproducible normal values of the given deviation.
func Fill(dst []float32, seed uint64, deviation float64) {
	r := rand.New(rand.NewPCG(seed, 7))
	for i := range dst {
		dst[i] = float32(deviation * r.NormFloat64())
	}
}

// AllClose fails unless |got − want| ≤ atol + rtol·|want| element by element,
// and prints the worst element.
func AllClose(t testing.TB, want, got []float32, atol, rtol float64, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	worst, at, bad := 0.0, -1, 0
	for i := range want {
		w, g := float64(want[i]), float64(got[i])
		excess := math.Abs(g-w) / (atol + rtol*math.Abs(w))
		if math.IsNaN(excess) {
			excess = math.Inf(1)
		}
		if excess > 1 {
			bad++
		}
		if excess > worst {
			worst, at = excess, i
		}
	}
	if bad > 0 {
		t.Errorf("%s: %d of %d outside; worst at %d: got %v, want %v, %.3g × the bound", what, bad, len(want), at, got[at], want[at], worst)
	}
}

// Case is a builder whose gradients are to be checked.
type Case struct {
	Shapes [][]int // of the differentiable inputs
	// Build adds the op under test and fills further inputs that it declares. It returns a
	// tensor of any shape, or a scalar.
	Build func(g *graph.Graph, in []graph.Node) graph.Node
	// Train asks for dropout.
	Train bool
	// Sequences is the number of sequences for dropout; 0: no random inputs.
	Sequences int
}

// Gradients compares the symbolic gradients of c with central differences of the
// cost Σ w·output, w random.
func Gradients(t *testing.T, c Case) {
	t.Helper()
	params := make([]graph.Param, len(c.Shapes))
	for i, s := range c.Shapes {
		params[i] = graph.Param{Name: fmt.Sprintf("in%d", i), Shape: s}
	}
	store, err := graph.NewStore(params)
	require.NoError(t, err)
	store.AllocateGradients()
	for i, p := range store.Params() {
		Fill(p.Value, uint64(i+1), 0.8)
	}
	g := graph.New(c.Train)
	if c.Sequences > 0 {
		r := g.Random(c.Sequences)
		*r.Seed, *r.Step = 11, 3
	}
	in := make([]graph.Node, len(params))
	for i, p := range store.Params() {
		in[i] = g.Param(p)
	}
	cost := Cost(g, c.Build(g, in))
	grads := g.Grad(cost, in...)
	require.NoError(t, g.Err())
	m, err := g.Compile(new(graph.Arena), grads...)
	require.NoError(t, err)
	defer func() { require.NoError(t, m.Close()) }()
	require.NoError(t, m.Run())
	symbolic := make([][]float32, len(grads))
	for i, d := range grads {
		symbolic[i] = append([]float32(nil), d.Values()...)
	}
	const h = 1e-2
	for i, p := range store.Params() {
		numeric := make([]float32, len(p.Value))
		for k, v := range p.Value {
			at := func(x float32) float64 {
				p.Value[k] = x
				require.NoError(t, m.Run())
				return float64(cost.Value())
			}
			numeric[k] = float32((at(v+h) - at(v-h)) / (2 * h))
			p.Value[k] = v
		}
		AllClose(t, numeric, symbolic[i], 3e-3, 3e-3, fmt.Sprintf("gradient of input %d %v", i, p.Shape))
	}
}

// Cost reduces a node to the scalar Σ w·x with fixed random weights.
func Cost(g *graph.Graph, x graph.Node) graph.Node {
	if len(x.Shape()) == 0 {
		return x
	}
	weights, w := g.Floats("cost.weights", x.Shape()...)
	count, n := g.Scalar("cost.count")
	Fill(w, 99, 1)
	*n = 1
	return x.WeightedSumOver(weights, count)
}
