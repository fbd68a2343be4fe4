package heads

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/graph/graphtest"
)

func TestBalanced(t *testing.T) {
	of := func(labels ...int32) (all []Target) {
		for _, l := range labels {
			all = append(all, Target{Label: l})
		}
		return all
	}
	s := Space{Labels: []string{"a", "b", "c"}}
	require.Equal(t, []float32{4. / 6, 2, 1}, classes{}.Balanced(s, of(0, 0, 1, 0)), "nothing is known of class c")
	require.Equal(t, []float32{1, 1, 1}, classes{}.Balanced(s, of(0, 1, 2)))
}

// L2 is linear in the weights of the classes, so the gradients with weights 1 and 2 are the sum of those
// with weights 1 and 1, and 0 and 1. An evaluation has no weights.
func TestClassWeights(t *testing.T) {
	batch := examples(9, 1, 2)
	gradients := func(weights ...float32) (Losses, *Tuner) {
		tu := newTuner(t, Classification, 2, 2, 0)
		tu.Head.ClassWeights = weights
		l, err := tu.Accumulate(context.Background(), 3, batch, nil)
		require.NoError(t, err)
		return l, tu
	}
	none, plain := gradients()
	both, equal := gradients(1, 1)
	second, only := gradients(0, 1)
	double, weighted := gradients(1, 2)
	require.Equal(t, none, both)
	require.Equal(t, plain.Model.Store.Gradients(), equal.Model.Store.Gradients())
	require.InDelta(t, none.Task+second.Task, double.Task, 1e-6)
	require.Greater(t, second.Task, 0.1)
	sum := make([]float32, len(plain.Model.Store.Gradients()))
	for i, g := range plain.Model.Store.Gradients() {
		sum[i] = g + only.Model.Store.Gradients()[i]
	}
	graphtest.AllClose(t, sum, weighted.Model.Store.Gradients(), 1e-6, 1e-4, "gradients")

	want, _, err := plain.Evaluate(context.Background(), batch)
	require.NoError(t, err)
	got, _, err := weighted.Evaluate(context.Background(), batch)
	require.NoError(t, err)
	require.Equal(t, want, got)
}
