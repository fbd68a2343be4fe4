package draw

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// papers are figures with short and long figures, with and without a task.
func papers() map[string]Paper {
	gpt1 := Paper{Title: "gpt1", Layers: 12, B: 4, T: 512, C: 768, F: 3072, H: 12, V: 40478}
	all := map[string]Paper{
		"gpt1": gpt1, "small": {Title: "small", Layers: 1, B: 1, T: 2, C: 2, F: 8, H: 1, V: 3},
		"large": {Title: strings.Repeat("long ", 30), Layers: 96, B: 1024, T: 131072, C: 12288, F: 49152, H: 96, V: 1234567},
	}
	for i, task := range []string{Classification, Entailment, Similarity, MultipleChoice} {
		p := gpt1
		p.Task, p.Outputs, p.Sequences = task, 1000+i, 100
		all[task] = p
	}
	return all
}

func (m mark) rect() rect { return rect{m.x, m.y, m.x + m.w, m.y + m.h} }

func TestTextOfThePaperFitsInTheWidestFontAndNothingCrossesIt(t *testing.T) {
	for name, p := range papers() {
		s := p.sketch()
		page := rect{0, 0, s.w, s.h}
		for i, m := range s.marks {
			r := m.rect()
			require.True(t, r.left >= page.left && r.top >= page.top && r.right <= page.right && r.bottom <= page.bottom, "%s: %v is on the page", name, m)
			for _, line := range m.text {
				require.LessOrEqual(t, textWidth(line, m.points()), m.w, "%s: %q", name, line)
			}
			require.LessOrEqual(t, sketchStep*float64(len(m.text)), max(m.h, sketchStep*1.5), "%s: %v", name, m.text)
			for _, other := range s.marks[:i] {
				o := other.rect()
				switch {
				case other.fill == hollow || m.fill == hollow: // all inside or all outside
					inside := func(a, b rect) bool {
						return a.left > b.left && a.right < b.right && a.top > b.top && a.bottom < b.bottom
					}
					require.True(t, !r.meets(o) || inside(r, o) || inside(o, r), "%s: %v and the frame of %v", name, m, other)
				default:
					require.False(t, rect{r.left + 0.01, r.top + 0.01, r.right - 0.01, r.bottom - 0.01}.meets(o), "%s: %v and %v", name, m, other)
				}
			}
			if m.fill == hollow {
				continue
			}
			for _, l := range s.lines {
				for k := 1; k < len(l.points); k++ {
					a, b := l.points[k-1], l.points[k]
					require.True(t, a[0] == b[0] || math.Abs(a[1]-b[1]) < 1e-6, "%s: a line that is neither upright nor level: %v", name, l)
					way := rect{min(a[0], b[0]) - 0.1, min(a[1], b[1]) - 0.1, max(a[0], b[0]) + 0.1, max(a[1], b[1]) + 0.1}
					require.False(t, way.meets(rect{r.left + 0.5, r.top + 0.5, r.right - 0.5, r.bottom - 0.5}), "%s: a line runs through %v", name, m)
				}
			}
		}
	}
}

// texts are the texts of a drawing in SVG.
func texts(t *testing.T, svg []byte) (all []string) {
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "text" {
			var s string
			require.NoError(t, d.DecodeElement(&s, &start))
			all = append(all, s)
		}
	}
}

func TestPaperHasTheSizesOfTheModel(t *testing.T) {
	var svg, again bytes.Buffer
	p := papers()[Similarity]
	p.Outputs = 3
	require.NoError(t, p.WriteSVG(&svg))
	require.NoError(t, p.WriteSVG(&again))
	require.Equal(t, svg.String(), again.String())
	got := texts(t, svg.Bytes())
	for _, want := range []string{
		"× 12", "heads: H = 12", "each D = C/H = 64", "Q", "K", "V", "mask", "[B H T T] = [4 12 512 512]", "Q, K, V: [B H T D] = [4 12 512 64]",
		"C → F → C: 768 → 3072 → 768", "[B T V] = [4 512 40478]", "[B K] = [4 3]", "tokens: [B T] = [4 512]", "[4 512] → [4 512 768] → [4 768] → [4 K]",
		"2 × [4 512] → 2 × [4 512 768] → 2 × [4 768], added → [4 3]", "N × [4 512] → N × [4 512 768] → N × [4 768] → [4 N], softmax over the answers",
	} {
		require.Contains(t, got, want)
	}
	count := func(s string) int {
		return len(slices.DeleteFunc(slices.Clone(got), func(x string) bool { return x != s }))
	}
	require.Equal(t, 7, count("Transformer"), "1 + 1 + 2 + 3 sequences")
	require.Equal(t, 6, count("Linear"), "similarity adds before it")
	require.Equal(t, 3, count("+"), "2 in a block, 1 of similarity")
}

func TestPaperHasARowForEachOfTwoAnswers(t *testing.T) {
	p := papers()[MultipleChoice]
	p.Outputs, p.Sequences = 1, 2
	var svg bytes.Buffer
	require.NoError(t, p.WriteSVG(&svg))
	got := texts(t, svg.Bytes())
	require.Contains(t, got, "[B N] = [4 2]")
	require.Contains(t, got, "2 × [4 512] → 2 × [4 512 768] → 2 × [4 768] → [4 2], softmax over the answers")
	require.Equal(t, 1, strings.Count(strings.Join(got, "|"), "Answer 2"))
	require.NotContains(t, got, "Answer N")
}

// The picture in Graphviz's language is the same: all texts, at places in the same order.
func TestPaperInDOTHasAllTextsAndPlaces(t *testing.T) {
	label := regexp.MustCompile(`\[label="((?:[^"\\]|\\.)*)", pos="[0-9.]+,[0-9.]+!"`)
	for name, p := range papers() {
		var dot, svg bytes.Buffer
		require.NoError(t, p.WriteDOT(&dot))
		require.NoError(t, p.WriteSVG(&svg))
		var got []string
		for _, m := range label.FindAllStringSubmatch(dot.String(), -1) {
			if m[1] != "" {
				got = append(got, strings.Split(m[1], `\n`)...)
			}
		}
		require.Equal(t, texts(t, svg.Bytes()), got, name)
		if path, err := exec.LookPath("dot"); err == nil {
			cmd := exec.Command(path, "-Tsvg")
			cmd.Stdin = &dot
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
			require.NotContains(t, string(out), "Warning")
		}
	}
}
