package graph

import (
	"testing"

	"github.com/stretchr/testify/require"
	_ "go4.org/unsafe/assume-no-moving-gc" // keeps the requirement in go.mod direct
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestGorgoniaStarts fails when go.mod loses the assume-no-moving-gc release
// that knows today's Go: the process then panics before any test runs.
func TestGorgoniaStarts(t *testing.T) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, tensor.Float32, gorgonia.WithShape(2), gorgonia.WithName("x"))
	sum := gorgonia.Must(gorgonia.Sum(x))
	vm := gorgonia.NewTapeMachine(g)
	defer vm.Close()
	require.NoError(t, gorgonia.Let(x, tensor.New(tensor.WithBacking([]float32{1, 2}))))
	require.NoError(t, vm.RunAll())
	require.Equal(t, float32(3), sum.Value().Data())
}
