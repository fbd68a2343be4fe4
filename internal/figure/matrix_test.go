package figure

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/png"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

// matrix is a matrix of k classes that are mixed up with the next.
func matrix(k int) *Matrix {
	var labels []string
	var counts [][]int
	for i := range k {
		labels = append(labels, fmt.Sprintf("label <%d> & more, with a long description", i))
		row := make([]int, k)
		row[i], row[(i+1)%k] = 1000, 3
		counts = append(counts, row)
	}
	return Confusion("test", labels, counts)
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

func TestLabels(t *testing.T) {
	counts := []Outcomes{{30, 10, 0, 60}, {0, 0, 5, 95}}
	m := Labels("test", []string{"good", "a label with a long description"}, counts, "F1", []string{"0.86 (0.75 to 0.94)", "0.00"})
	require.Equal(t, []Cell{{30, 0.75, true}, {10, 0.25, false}, {0, 0, false}, {60, 1, true}}, m.Cells[0])
	require.Equal(t, []Cell{{0, 0, true}, {0, 0, false}, {5, 0.05, false}, {95, 0.95, true}}, m.Cells[1])
	var b bytes.Buffer
	require.NoError(t, m.Write("svg", &b))
	wellFormed(t, b.String())
	for _, text := range []string{"a label with a long descrip…", "false negative", "0.86 (0.75 to 0.94)", "30", "95"} {
		require.Contains(t, b.String(), ">"+text+"<")
	}
	b.Reset()
	many := Labels("test", slices.Repeat([]string{"good"}, 100), slices.Repeat(counts[:1], 100), "F1", slices.Repeat([]string{"1.00"}, 100))
	require.NoError(t, many.Write("svg", &b))
	require.Equal(t, 100, strings.Count(b.String(), ">30<"), "notes and counts can be read however many labels there are")
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
