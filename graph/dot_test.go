package graph_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/graph"
)

func TestDOTDrawsAParameterOnceAndClustersLayers(t *testing.T) {
	store, err := graph.NewStore([]graph.Param{
		{Name: "tokens_embed.weight", Shape: []int{7, 4}},
		{Name: "positions_embed.weight", Shape: []int{3, 4}},
		{Name: "h.0.w", Shape: []int{4, 4}},
		{Name: "h.0.b", Shape: []int{4}},
	})
	require.NoError(t, err)
	store.Train()
	build := func() string {
		g := graph.New(false)
		ids, _ := g.Ints("inputs", 2, 3)
		targets, _ := g.Ints("targets", 2, 3)
		count, _ := g.Scalar("count")
		tok := store.Param("tokens_embed.weight")
		x := graph.Embed(ids, g.Param(tok), g.Param(store.Param("positions_embed.weight")))
		end := g.Scope("h.0")
		x = x.Linear(g.Param(store.Param("h.0.w")), g.Param(store.Param("h.0.b"))).GELU()
		end()
		g.Backward(x.TiedLogits(g.ParamAs(tok, "as output")).CrossEntropy(targets, 7).SumOver(count))
		var b bytes.Buffer
		require.NoError(t, g.WriteDOT(&b))
		return b.String()
	}
	dot := build()
	require.Equal(t, dot, build(), "the output depends on the graph alone")
	require.Equal(t, 1, strings.Count(dot, `"tokens_embed.weight" [`))
	require.Contains(t, dot, `label="h.0"`)
	if path, err := exec.LookPath("dot"); err == nil {
		cmd := exec.Command(path, "-Tsvg")
		cmd.Stdin = strings.NewReader(dot)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
}
