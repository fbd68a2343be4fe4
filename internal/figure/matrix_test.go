package figure

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/png"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

// matrix is a matrix of k classes that are mixed up with the next.
func matrix(k int) *Matrix {
	m := &Matrix{Title: "test", Rows: "gold", Columns: "predicted"}
	for i := range k {
		m.Labels = append(m.Labels, fmt.Sprintf("label <%d> & more, with a long description", i))
		row := make([]int, k)
		row[i], row[(i+1)%k] = 1000, 3
		m.Counts = append(m.Counts, row)
	}
	return m
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else {
			require.NoError(t, err)
		}
	}
}

func TestMatrix(t *testing.T) {
	for k, counts := range map[int]bool{2: true, 20: true, 150: false} {
		var b bytes.Buffer
		require.NoError(t, matrix(k).Write("svg", &b))
		wellFormed(t, b.String())
		require.True(t, strings.Contains(b.String(), ">label &lt;0&gt; &amp; more, with a lo…<"))
		require.Equal(t, counts, strings.Contains(b.String(), ">1000<"), "%d classes", k)
		require.Equal(t, 2*k+1, strings.Count(b.String(), "<polygon"), "a cell for each count, and the background")
	}
	var b bytes.Buffer
	require.NoError(t, matrix(30).Write("png", &b))
	if path := os.Getenv("GORGPT_FIGURE"); path != "" { // to look at it
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	}
	_, err := png.Decode(&b)
	require.NoError(t, err)
}

func TestScatter(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Scatter("dev", "gold", "predicted", []Point{{X: 1, Y: 1.5}, {X: 4, Y: 3}}).Write("svg", &b))
	wellFormed(t, b.String())
	require.NotContains(t, b.String(), "NaN")
	require.NotContains(t, b.String(), `stroke-width="0"`, "the dots are not connected")
	require.NoError(t, Scatter("dev", "gold", "predicted", []Point{{X: 2, Y: 2}}).Write("svg", io.Discard))
	require.NoError(t, Scatter("dev", "gold", "predicted", nil).Write("svg", io.Discard))
}
