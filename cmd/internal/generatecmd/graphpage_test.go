package generatecmd

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// -html is a page of what is drawn if something is, and of alternatives otherwise.
func TestPageOfTheGraph(t *testing.T) {
	dir, page := modelFolder(t), filepath.Join(t.TempDir(), "graph.html")
	require.Contains(t, good(t, "", "-model", dir, "-dot-graph", "decode", "-html", page), "wrote the decode graph to "+page)
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(data), `"name":"lm.logits"`)
	require.Contains(t, string(data), "attention.cached")
	status, _, errs := invoke(t, "", "-model", dir, "-dot-graph", "decode", "-html", page, "-tokens", "3")
	require.Equal(t, 2, status)
	require.Contains(t, errs, "-tokens cannot be combined with")
}
