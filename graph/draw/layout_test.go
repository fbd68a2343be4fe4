package draw

import (
	"bytes"
	"encoding/xml"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/graph/draw/drawtest"
)

// pictures returns the pictures of all graphs that the commands draw for a preset.
func pictures(t *testing.T, preset string) map[string]*Picture {
	t.Helper()
	all := map[string]*Picture{}
	for name, g := range drawtest.Graphs(t, preset, 2) {
		nodes, err := g.Nodes()
		require.NoError(t, err)
		for _, l := range []Level{Model, Block, Op} {
			all[preset+" "+name+" "+string(l)] = New(name, nodes, l, &Times{Runs: 1, wall: time.Second})
		}
	}
	return all
}

// allPictures are those of tiny and, if there is time, of gpt1.
func allPictures(t *testing.T) map[string]*Picture {
	t.Helper()
	all := pictures(t, "tiny")
	if !testing.Short() {
		maps.Copy(all, pictures(t, "gpt1"))
	}
	return all
}

type rect struct{ left, top, right, bottom float64 }

func around(x place) rect { return rect{x.x - x.w/2, x.y - x.h/2, x.x + x.w/2, x.y + x.h/2} }

func (a rect) meets(b rect) bool {
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

func TestBoxesDoNotOverlapAndFramesHoldTheirOwn(t *testing.T) {
	for name, p := range allPictures(t) {
		l := p.layout()
		for i := range l.at {
			a := around(l.at[i])
			require.True(t, a.left >= 0 && a.top >= 0 && a.right <= l.w && a.bottom <= l.h, "%s: %s is on the page", name, p.boxes[i].title)
			for j := range i {
				require.False(t, a.meets(around(l.at[j])), "%s: %s and %s", name, p.boxes[i].title, p.boxes[j].title)
			}
			for _, f := range l.frames {
				own := len(p.boxes[i].path) >= len(f.path) && slices.Equal(p.boxes[i].path[:len(f.path)], f.path)
				require.Equal(t, own, a.top > f.top && a.bottom < f.bottom, "%s: %s and the frame %v", name, p.boxes[i].title, f.path)
				require.Equal(t, !own, a.bottom < f.top || a.top > f.bottom, "%s: %s and the frame %v", name, p.boxes[i].title, f.path)
			}
		}
	}
}

func TestArrowsJoinTheirBoxesAndPassTheOthers(t *testing.T) {
	for name, p := range pictures(t, "tiny") {
		l := p.layout()
		require.Len(t, l.routes, len(p.edges), name)
		for _, r := range l.routes {
			for k, i := range []int{r.from, r.to} {
				x, y := l.point(r.ends[k])
				b := around(l.at[i])
				require.True(t, x >= b.left-0.01 && x <= b.right+0.01 && y >= b.top-0.01 && y <= b.bottom+0.01, "%s: %v", name, r)
				if near := math.Min(math.Min(x-b.left, b.right-x), math.Min(y-b.top, b.bottom-y)); near > tip {
					t.Errorf("%s: an arrow ends inside %s", name, p.boxes[i].title)
				}
			}
			if r.channel < 0 {
				continue
			}
			x := l.x(r.channel, r.track)
			c := l.channels[r.channel]
			require.True(t, x > c.left && x < c.left+c.width(), "%s: the track is in its channel", name)
			for i := range l.at {
				b := around(l.at[i])
				require.False(t, b.left < x && x < b.right, "%s: an arrow of %s runs through %s", name, p.boxes[r.from].title, p.boxes[i].title)
			}
		}
	}
}

func TestSVGIsWellFormedCompleteAndTheSameEachTime(t *testing.T) {
	for name, p := range pictures(t, "tiny") {
		var out, again bytes.Buffer
		require.NoError(t, p.WriteSVG(&out))
		require.NoError(t, p.WriteSVG(&again))
		require.Equal(t, out.String(), again.String(), "%s: the output depends on the graph alone", name)
		titles := 0
		for d := xml.NewDecoder(&again); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			require.NoError(t, err, name)
			if start, ok := token.(xml.StartElement); ok && start.Name.Local == "title" {
				titles++
			}
		}
		require.Equal(t, len(p.boxes), titles, "%s: a tooltip for each box", name)
		require.Equal(t, len(p.boxes), strings.Count(out.String(), `<g class="node">`), "%s: a box can be found by its class, as in the pictures of Graphviz", name)
		for _, b := range p.boxes {
			for _, line := range p.lines(b) {
				require.Contains(t, out.String(), ">"+escape(line)+"</text>", name)
			}
		}
		require.NotContains(t, out.String(), "NaN", name)
	}
}

func TestSVGEscapesSpecialCharacters(t *testing.T) {
	p := New("a < b & \"c\"\x00", nil, Model, nil)
	var out strings.Builder
	require.NoError(t, p.WriteSVG(&out), "a picture of nothing")
	require.Contains(t, out.String(), "a &lt; b &amp; &#34;c&#34;\uFFFD")
}

func TestLargestPictureIsDrawnInASecond(t *testing.T) {
	p := pictures(t, "gpt1")["gpt1 step op"]
	from := time.Now()
	require.NoError(t, p.WriteSVG(io.Discard))
	require.Less(t, time.Since(from), 5*time.Second, "on however busy a machine")
	t.Logf("%d boxes in %v", len(p.boxes), time.Since(from))
}
