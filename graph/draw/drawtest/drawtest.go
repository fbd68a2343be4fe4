// Package drawtest has the graphs that the commands draw, for tests of drawings.
package drawtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/optim"
)

// Graphs returns the graphs of a preset by name: those of a run on b windows (forward, step and update),
// decode, and training with the head of each task, under the name of its kind.
func Graphs(t *testing.T, preset string, b int) map[string]*graph.Graph {
	t.Helper()
	c, err := gpt1.Preset(preset)
	require.NoError(t, err)
	trained, err := gpt1.New(c)
	require.NoError(t, err)
	o, err := optim.New(trained.Store, optim.Defaults())
	require.NoError(t, err)
	m, err := gpt1.NewSketch(c)
	require.NoError(t, err)
	m.Store.AllocateGradients()
	all := map[string]*graph.Graph{
		"forward": m.DeclareLM(b, c.NCtx, false).Graph, "step": m.DeclareLM(b, c.NCtx, true).Graph, "update": o.Graph(),
	}
	all["decode"], _ = generate.Declare(m, 1)
	for kind, size := range map[heads.Kind]struct{ outputs, sequences int }{
		heads.Classification: {2, 1}, heads.MultiLabel: {3, 1}, heads.Entailment: {3, 1},
		heads.Similarity: {2, 2}, heads.Regression: {1, 2}, heads.MultipleChoice: {1, 3},
	} {
		m, err := gpt1.NewSketch(c, heads.Params(c.NEmbd, size.outputs)...)
		require.NoError(t, err)
		m.Store.AllocateGradients()
		head, err := heads.New(kind, m, 0.1)
		require.NoError(t, err)
		tuner := &heads.Tuner{Model: m, Head: head, Lambda: 0.5, Micro: b}
		all[string(kind)], _ = tuner.Declare(size.sequences, true)
	}
	return all
}
