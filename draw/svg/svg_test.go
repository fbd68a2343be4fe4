package svg_test

import (
	"context"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/draw/svg"
)

func TestRender(t *testing.T) {
	out, err := svg.Render(context.Background(), []byte(`digraph { a [label="h.0 × 12", tooltip="what a is"]; a -> b }`))
	require.NoError(t, err)
	require.Contains(t, string(out), `xlink:title="what a is"`)
	require.Contains(t, string(out), "h.0 × 12")
	for d := xml.NewDecoder(strings.NewReader(string(out))); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
	}
}

func TestRenderRefusesWhatIsNoGraph(t *testing.T) {
	_, err := svg.Render(context.Background(), []byte("digraph { a ->"))
	require.ErrorContains(t, err, "reading the graph")
}
