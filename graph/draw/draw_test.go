package draw_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/graph"
	"gorgpt/graph/draw"
	"gorgpt/graph/draw/drawtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func dot(t *testing.T, title string, g *graph.Graph, l draw.Level) []byte {
	t.Helper()
	nodes, err := g.Nodes()
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, draw.New(title, nodes, l, nil).WriteDOT(&out))
	return out.Bytes()
}

var levels = []draw.Level{draw.Model, draw.Block, draw.Op}

func TestGoldenPictures(t *testing.T) {
	first, second := drawtest.Graphs(t, "tiny", 2), drawtest.Graphs(t, "tiny", 2)
	for _, name := range []string{"forward", "step", "update"} {
		for _, l := range levels {
			t.Run(name+"-"+string(l), func(t *testing.T) {
				got := dot(t, "tiny: "+name, first[name], l)
				require.Equal(t, string(got), string(dot(t, "tiny: "+name, second[name], l)), "the output depends on the graph alone")
				path := filepath.Join("testdata", "tiny-"+name+"-"+string(l)+".dot")
				if *update {
					require.NoError(t, os.WriteFile(path, got, 0o644))
				}
				want, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Equal(t, string(want), string(got), "go test ./graph/draw -update writes the file anew")
			})
		}
	}
}

func TestTiedEmbeddingIsOneNode(t *testing.T) {
	for _, l := range levels {
		text := string(dot(t, "", drawtest.Graphs(t, "tiny", 1)["step"], l))
		require.Equal(t, 1, bytes.Count([]byte(text), []byte(`label="tokens_embed.weight`)), l)
	}
}
