package gorgpt_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/checkpoint"
	"gorgpt/generate"
	"gorgpt/graph"
	"gorgpt/graph/draw"
	"gorgpt/pretrain"
)

const base = "testdata/stability/c3479e4/base"

func TestLook(t *testing.T) {
	m, err := gorgpt.Open(base)
	require.NoError(t, err)
	inner, _, err := checkpoint.ReadFolder(base, 0)
	require.NoError(t, err)
	require.Equal(t, inner.Config, m.Config())
	tok, err := m.Tokenizer()
	require.NoError(t, err)
	ids := tok.Encode("the boy was glad")
	want, err := generate.Look(context.Background(), inner, ids, 4)
	require.NoError(t, err)
	got, err := m.Look(context.Background(), ids, 4)
	require.NoError(t, err)
	require.Equal(t, want, got)
	alike, err := m.AlikePositions()
	require.NoError(t, err)
	require.Equal(t, inner.AlikePositions(), alike)

	require.NoError(t, m.Close())
	_, err = m.Look(context.Background(), ids, 4)
	require.ErrorIs(t, err, gorgpt.ErrClosed)
	_, err = m.AlikePositions()
	require.ErrorIs(t, err, gorgpt.ErrClosed)
	_, err = m.Graph("step")
	require.ErrorIs(t, err, gorgpt.ErrClosed)
	_, err = m.RunnableGraph("step")
	require.ErrorIs(t, err, gorgpt.ErrClosed)
	require.Zero(t, m.Config())
}

// The graphs of a sketch have the nodes of those that gorgpt train draws.
func TestGraphs(t *testing.T) {
	m, err := gorgpt.Open(base)
	require.NoError(t, err)
	inner, _, err := checkpoint.ReadFolder(base, 0)
	require.NoError(t, err)
	o := pretrain.Options{}
	o.Micro, o.Clip = 1, 1
	for _, name := range []string{"forward", "step", "update"} {
		g, _, err := o.Declare(inner, name)
		require.NoError(t, err)
		want, err := g.Nodes()
		require.NoError(t, err)
		require.Equal(t, want, nodesOf(t, m, name), name)
	}
	g, _ := generate.Declare(inner, 1)
	want, err := g.Nodes()
	require.NoError(t, err)
	require.Equal(t, want, nodesOf(t, m, "decode"))
	require.Equal(t, []string{"forward", "step", "update", "decode", "classification", "entailment", "similarity", "regression", "qa", "multilabel"}, m.Graphs())
	for _, name := range m.Graphs() {
		d, err := m.RunnableGraph(name)
		require.NoError(t, err, name)
		require.Contains(t, d.Title, name)
		times, err := draw.Measure(context.Background(), draw.Subject{Graph: d.Graph, Fill: d.Fill}, 1)
		require.NoError(t, err, name)
		require.Positive(t, times.Milliseconds())
		nodes, err := d.Graph.Nodes()
		require.NoError(t, err)
		ran := 0
		for i, n := range nodes {
			ran += n.Calls
			nodes[i].Calls, nodes[i].Time = 0, 0
		}
		require.Positive(t, ran, name)
		require.Equal(t, nodesOf(t, m, name), nodes, "the nodes of the sketch")
	}
	_, err = m.Graph("backward")
	require.ErrorContains(t, err, "it must be one of forward, step")

	tuned := open(t)
	require.Equal(t, []string{"forward", "step", "update", "decode"}, tuned.Graphs())
	d, err := tuned.Graph("step")
	require.NoError(t, err)
	require.Equal(t, "classification: step on B = 1 example of S = 1 sequences of T = 32 tokens", d.Title)
}

// nodesOf are the nodes of a graph of a model.
func nodesOf(t *testing.T, m *gorgpt.Model, name string) []graph.Info {
	t.Helper()
	d, err := m.Graph(name)
	require.NoError(t, err)
	nodes, err := d.Graph.Nodes()
	require.NoError(t, err)
	return nodes
}
