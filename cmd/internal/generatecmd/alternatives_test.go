package generatecmd

import (
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The text is the one without the flag. A row names its token, and with -temperature 0 that is the
// first of its alternatives.
func TestAlternatives(t *testing.T) {
	dir := modelFolder(t)
	for name, args := range map[string][]string{
		"drawn": {"-tokens", "9"}, "greedy": {"-tokens", "9", "-temperature", "0"}, "several": {"-tokens", "9", "-n", "3"},
		"stopped": {"-tokens", "40", "-stop", "."},
	} {
		t.Run(name, func(t *testing.T) {
			args = append([]string{"-model", dir, "-prompt", "The cat"}, args...)
			text := good(t, "", args...)
			out := good(t, "", append(args, "-alternatives", "3")...)
			require.True(t, strings.HasPrefix(out, text+"\n"), "the text comes first, and is the same")
			require.Equal(t, out, good(t, "", append(args, "-alternatives", "3")...))
			tables := strings.Split(strings.TrimSuffix(strings.TrimPrefix(out, text+"\n"), "\n"), "\n\n")
			written := strings.Split(strings.TrimSuffix(text, "\n"), "\n\n")
			require.Len(t, tables, len(written))
			for i, table := range tables {
				lines := strings.Split(table, "\n")
				require.Regexp(t, `^token( of text \d)? +p +most likely$`, lines[0])
				spelled := ""
				for _, line := range lines[1:] {
					m := regexp.MustCompile(`^(\S+) +(\d+\.\d) % +(.+)$`).FindStringSubmatch(line)
					require.NotNil(t, m, line)
					spelled += strings.TrimSuffix(m[1], "…")
					best := strings.Split(m[3], " %")
					require.Equal(t, 3, strings.Count(m[3], "%"), line)
					if name == "greedy" {
						require.Equal(t, m[1]+" "+m[2], best[0])
					}
				}
				require.True(t, strings.HasPrefix(spelled, strings.ReplaceAll(strings.TrimPrefix(written[i], "The cat"), " ", "")), "the tokens are the text: %q of %q", spelled, written[i])
			}
		})
	}
}

func TestPageOfAlternatives(t *testing.T) {
	dir, page := modelFolder(t), filepath.Join(t.TempDir(), "page.html")
	var text string
	write := func() string {
		status, out, errs := invoke(t, "", "-model", dir, "-prompt", "<b>the</b> & cat", "-tokens", "7", "-n", "2", "-alternatives", "4", "-html", page)
		require.Zero(t, status, errs)
		require.Contains(t, errs, "generate: wrote the alternatives to "+page+"\n")
		text, _, _ = strings.Cut(out, "\n\ntoken")
		data, err := os.ReadFile(page)
		require.NoError(t, err)
		return string(data)
	}
	got := write()
	require.Equal(t, got, write())
	require.Contains(t, got, "&lt;b&gt;the&lt;/b&gt; &amp; cat")
	for _, never := range []string{"<script", "http", "<b>", "<link", "@import", "url("} {
		require.NotContains(t, got, never)
	}
	require.Equal(t, 2*7, strings.Count(got, "<tr id="))
	require.Equal(t, 2*7, strings.Count(got, "<a href="))
	require.Equal(t, 2*7*4, strings.Count(got, `style="--p:`))
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(got, -1) {
		require.Contains(t, got, `id="`+link[1]+`"`)
	}
	var shown []string
	for _, m := range regexp.MustCompile(`(?s)</h2>\n<p>(.*?)</p>`).FindAllStringSubmatch(got, -1) {
		shown = append(shown, strings.TrimSpace(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m[1], ""))))
	}
	require.Equal(t, strings.Split(strings.TrimSpace(text), "\n\n"), shown, "the texts are those that are printed")
	body := "<div>" + got[strings.Index(got, "<h1>"):strings.Index(got, "</html>")] + "</div>"
	for d := xml.NewDecoder(strings.NewReader(body)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err, "elements are nested")
		}
	}
}

// luminance is the relative luminance of a colour, #rrggbb (WCAG 2.2).
func luminance(t *testing.T, colour string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		require.NoError(t, err)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// All text has the contrast of WCAG 2.2, level AA, on all backgrounds, in light and dark.
func TestColoursOfThePageHaveEnoughContrast(t *testing.T) {
	themes := regexp.MustCompile(`:root \{([^}]*)\}`).FindAllStringSubmatch(pageHead, -1)
	require.Len(t, themes, 2)
	for _, theme := range themes {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--(\w+): (#[0-9a-f]{6})`).FindAllStringSubmatch(theme[1], -1) {
			colours[m[1]] = m[2]
		}
		for _, pair := range [][2]string{{"text", "page"}, {"text", "bar"}, {"text", "chosen"}, {"note", "page"}} {
			a, b := luminance(t, colours[pair[0]]), luminance(t, colours[pair[1]])
			require.GreaterOrEqual(t, (max(a, b)+0.05)/(min(a, b)+0.05), 4.5, fmt.Sprint(pair, theme[1]))
		}
	}
}
