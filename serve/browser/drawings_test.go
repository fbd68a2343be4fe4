package browser_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"gorgpt/graph/draw"
	"gorgpt/graph/draw/drawtest"
)

// drawings returns SVG of all graphs at all levels and of figure 1.
func drawings(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	add := func(name string, p interface{ WriteSVG(w io.Writer) error }) {
		var svg bytes.Buffer
		require.NoError(t, p.WriteSVG(&svg))
		all[name] = svg.Bytes()
	}
	for _, preset := range []string{"tiny", "gpt1"} {
		if preset == "gpt1" && testing.Short() {
			break
		}
		for name, g := range drawtest.Graphs(t, preset, 2) {
			nodes, err := g.Nodes()
			require.NoError(t, err)
			for _, l := range []draw.Level{draw.Model, draw.Block, draw.Op} {
				add(preset+"-"+name+"-"+string(l), draw.New(preset+": "+name, nodes, l, nil))
			}
		}
	}
	add("paper", draw.Paper{Title: "gpt1", Layers: 12, B: 4, T: 512, C: 768, F: 3072, H: 12, V: 40478, Task: draw.Similarity, Outputs: 2})
	return all
}

// onlyDejaVu returns the environment of a program that has DejaVu Sans and no other font. It is the widest of the common
// ones, unless hinting rounds its widths to pixels.
func onlyDejaVu(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"DejaVu Sans:style=Book", "DejaVu Sans:style=Bold"} {
		out, err := exec.Command("fc-match", "-f", "%{family}|%{file}", name).Output()
		family, file, _ := strings.Cut(string(out), "|")
		if err != nil || family != "DejaVu Sans" {
			t.Skip("DejaVu Sans or fc-match is not installed (Debian: fonts-dejavu-core, fontconfig)")
		}
		require.NoError(t, os.Symlink(file, filepath.Join(dir, filepath.Base(file))))
	}
	path := filepath.Join(dir, "fonts.conf")
	text := fmt.Sprintf(`<fontconfig><dir>%s</dir><cachedir>%s</cachedir><match target="pattern"><edit name="hinting"><bool>false</bool></edit></match></fontconfig>`, dir, dir)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return "FONTCONFIG_FILE=" + path
}

// Texts are clear as Chromium measures them, with the fonts that are installed and with none of those that drawings name.
func TestTextsOfDrawingsAreClearInChromium(t *testing.T) {
	files, dejaVu := drawings(t), onlyDejaVu(t)
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write(files[r.URL.Path[1:]])
	}))
	t.Cleanup(h.Close)
	for fonts, more := range map[string][]chromedp.ExecAllocatorOption{"installed": nil, "DejaVu": {chromedp.Env(dejaVu)}} {
		p := &tab{t: t, ctx: browse(t, more...), url: h.URL}
		for name, svg := range files {
			p.run(chromedp.Navigate(h.URL + "/" + name))
			widths := map[string]float64{}
			for _, m := range eval[[]struct {
				Text  string
				Size  float64
				Width float64
			}](p, textWidths) {
				widths[fmt.Sprint(m.Text, m.Size)] = m.Width
			}
			s := drawtest.Read(t, svg, func(text string, size float64) float64 {
				w, found := widths[fmt.Sprint(text, size)]
				require.True(t, found, "%s: %q", name, text)
				return w
			})
			require.NotEmpty(t, s.Texts, name)
			require.Empty(t, s.Faults(), "%s, fonts: %s", name, fonts)
		}
		if fonts == "DejaVu" {
			p.run(chromedp.Navigate(h.URL + "/paper"))
			found := eval[[]struct{ Width float64 }](p, textWidths)
			eval[any](p, `document.documentElement.setAttribute('font-family', 'DejaVu Sans')`)
			require.True(t, slices.Equal(found, eval[[]struct{ Width float64 }](p, textWidths)), "Chromium has other fonts than DejaVu Sans")
		}
	}
}

// textWidths measures the texts of a drawing in Chromium.
const textWidths = `[...document.querySelectorAll('text')].map((e) => ({ Text: e.textContent, Size: parseFloat(e.getAttribute('font-size')), Width: e.getComputedTextLength() }))`

// librsvg draws no text over a line or over another text: where texts are half opaque and nothing else is drawn, no
// pixel is darker than half, and where only lines are drawn, there are no texts.
func TestTextsOfDrawingsAreClearInLibrsvg(t *testing.T) {
	program, err := exec.LookPath("rsvg-convert")
	if err != nil {
		t.Skip("rsvg-convert is not installed (Debian: librsvg2-bin)")
	}
	dejaVu := onlyDejaVu(t)
	for name, svg := range drawings(t) {
		if strings.HasSuffix(name, "-op") || strings.HasPrefix(name, "gpt1") && strings.HasSuffix(name, "-block") {
			continue // up to 50 million pixels, of the same parts
		}
		for _, environment := range [][]string{nil, {dejaVu}} {
			render := func(style string) *image.NRGBA {
				from := bytes.Index(svg, []byte("\n"))
				cmd := exec.Command(program, "--zoom", "0.75") // a point is a pixel
				cmd.Env = append(os.Environ(), environment...)
				cmd.Stdin = bytes.NewReader(slices.Concat(svg[:from], []byte("<style>"+style+"</style>"), svg[from:]))
				out, err := cmd.Output()
				require.NoError(t, err, name)
				img, err := png.Decode(bytes.NewReader(out))
				require.NoError(t, err)
				return img.(*image.NRGBA)
			}
			texts := render("rect, path, polygon, polyline, ellipse { display: none } text { fill: black; fill-opacity: 0.5 }")
			lines := render("text { display: none } rect, path, polygon, polyline, ellipse { fill: none }")
			inked := 0
			for i := 3; i < len(texts.Pix); i += 4 { // alpha
				a := texts.Pix[i]
				if a > 130 {
					require.Fail(t, "texts are on each other", "%s at %v", name, at(texts, i))
				}
				if a > 64 && lines.Pix[i] > 64 {
					require.Fail(t, "a line crosses a text", "%s at %v", name, at(texts, i))
				}
				if a > 0 {
					inked++
				}
			}
			require.Positive(t, inked, name)
		}
	}
}

// at is the place of a byte of an image.
func at(img *image.NRGBA, i int) image.Point { return image.Pt(i%img.Stride/4, i/img.Stride) }
