package draw

import (
	"bytes"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/graph/draw/drawtest"
)

// Each fault is found.
func TestFaultsOfADrawing(t *testing.T) {
	for _, c := range []struct{ svg, want string }{
		{`<text x="10" y="20" text-anchor="start" font-size="10">free</text><rect x="5" y="5" width="40" height="30" stroke="black"/>`, ""},
		{`<text x="90" y="20" text-anchor="start" font-size="10">wide</text>`, `"wide" at 90, 12 leaves the page`},
		{`<text x="50" y="20" text-anchor="middle" font-size="10">one</text><g transform="translate(0,5)"><text x="50" y="20" text-anchor="end" font-size="10">two</text></g>`, `"two" at 32, 17 covers "one"`},
		{`<text x="10" y="20" text-anchor="start" font-size="10">wide</text><rect x="5" y="5" width="20" height="30" stroke="black"/>`, `"wide" at 10, 12 is crossed by a line`},
		{`<text x="10" y="20" text-anchor="start" font-size="10">wide</text><polygon points="0,0 9,0 9,90 0,90"/>`, ""},
		{`<text x="10" y="20" text-anchor="start" font-size="10">wide</text><polygon points="0,0 90,10 90,90"/>`, `"wide" at 10, 12 is crossed by a line`},
		{`<text x="10" y="20" text-anchor="start" font-size="10">wide</text><ellipse cx="50" cy="18" rx="38" ry="30"/>`, `"wide" at 10, 12 is crossed by a line`},
		{`<text x="10" y="20" text-anchor="start" font-size="10">wide</text><path d="M0,0V40A20,6 0 0 0 40,40V0"/>`, ""},
		{`<text x="10" y="47" text-anchor="start" font-size="10">wide</text><path d="M0,0V40A20,6 0 0 0 40,40V0"/>`, `"wide" at 10, 39 is crossed by a line`},
		{`<text x="10" y="47" text-anchor="start" font-size="10">wide</text><path d="M0,50A20,6 0 0 1 40,50"/>`, `"wide" at 10, 39 is crossed by a line`},
		{`<text x="10" y="20" text-anchor="start" font-size="10">wide</text><path d="M0,40C20,0 20,0 40,40"/>`, `"wide" at 10, 12 is crossed by a line`},
		{`<text x="10" y="20" text-anchor="start" font-size="10">wide</text><path d="M0,20L9,20Q30,20 30,0L30,-9"/>`, `"wide" at 10, 12 is crossed by a line`},
	} {
		var want []string
		if c.want != "" {
			want = append(want, c.want)
		}
		require.Equal(t, want, drawtest.Read(t, []byte(`<svg width="100pt" height="100pt">`+c.svg+`</svg>`), textWidth).Faults(), c.svg)
	}
}

func TestNothingCrossesATextInTheWidestFont(t *testing.T) {
	for name, p := range allPictures(t) {
		var svg bytes.Buffer
		require.NoError(t, p.WriteSVG(&svg))
		s := drawtest.Read(t, svg.Bytes(), textWidth)
		require.Empty(t, s.Faults(), name)
		require.LessOrEqual(t, s.LegendDistance(), 3*gap, "%s: the legend is near", name)
	}
	for name, p := range papers() {
		var svg bytes.Buffer
		require.NoError(t, p.WriteSVG(&svg))
		require.Empty(t, drawtest.Read(t, svg.Bytes(), textWidth).Faults(), "figure 1: %s", name)
	}
}

// Graphviz of Debian draws each graph in less than 10 s. It places the labels of arrows, the small texts, where
// arrows may cross them; other texts are clear in the widest font, too, whichever it has.
func TestGraphvizDrawsAllLevels(t *testing.T) {
	path, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("dot is not installed (Debian: graphviz)")
	}
	for name, p := range allPictures(t) {
		var stderr, dot bytes.Buffer
		require.NoError(t, p.WriteDOT(&dot))
		cmd := exec.Command(path, "-Tsvg")
		cmd.Stdin, cmd.Stderr = &dot, &stderr
		out, err := cmd.Output()
		require.NoError(t, err, stderr.String())
		require.Empty(t, stderr.String(), name)
		require.Less(t, cmd.ProcessState.UserTime(), 10*time.Second, "%s, on however busy a machine", name)
		s := drawtest.Read(t, out, textWidth)
		s.Texts = slices.DeleteFunc(s.Texts, func(i drawtest.Text) bool { return i.Size == smallSize })
		require.NotEmpty(t, s.Texts, name)
		require.Empty(t, s.Faults(), name)
	}
}
