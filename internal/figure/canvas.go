package figure

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"io"
	"strings"

	"github.com/pkg/errors"
)

// point is a place on a canvas, in points (72 to the inch) from its top left corner.
type point struct{ x, y float64 }

// pen is the style of a line. Its lengths are in points.
type pen struct {
	color  color.NRGBA
	width  float64
	dashes []float64 // lengths of dashes and gaps in turn; none: a solid line
}

// canvas is a picture in the making.
type canvas interface {
	// line draws a line through the points.
	line(path []point, p pen)
	// fill fills the polygon with these corners.
	fill(corners []point, c color.NRGBA)
	// text writes a line of text. Its baseline begins at the place, is centred there or ends there
	// for an anchor of 0, 0.5 or 1. It is read upwards if up is set.
	text(at point, size, anchor float64, up bool, s string)
	io.WriterTo
}

// newCanvas returns a white picture, "svg" or "png".
func newCanvas(format string, width, height float64) (canvas, error) {
	switch format {
	case "svg":
		s := &svg{}
		fmt.Fprintf(&s.out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.4gpt" height="%.4gpt" viewBox="0 0 %[1]g %[2]g" font-family="Liberation Sans,Arial,sans-serif">`+"\n", width, height)
		s.fill([]point{{0, 0}, {width, 0}, {width, height}, {0, height}}, color.NRGBA{0xff, 0xff, 0xff, 0xff})
		return s, nil
	case "png":
		return newRaster(width, height), nil
	}
	return nil, errors.Errorf("unknown format %q: want svg or png", format)
}

// svg is a canvas that becomes text. Its letters are as wide as those of a PNG, or nearly so.
type svg struct{ out bytes.Buffer }

func (s *svg) line(path []point, p pen) {
	fmt.Fprintf(&s.out, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%.4g" stroke-linejoin="round"`, coordinates(path), hex(p.color), p.width)
	if len(p.dashes) > 0 {
		fmt.Fprintf(&s.out, ` stroke-dasharray="%s"`, strings.Trim(fmt.Sprint(p.dashes), "[]"))
	}
	s.out.WriteString("/>\n")
}

func (s *svg) fill(corners []point, c color.NRGBA) {
	fmt.Fprintf(&s.out, `<polygon points="%s" fill="%s"/>`+"\n", coordinates(corners), hex(c))
}

func (s *svg) text(at point, size, anchor float64, up bool, text string) {
	fmt.Fprintf(&s.out, `<text x="%.2f" y="%.2f" font-size="%g" text-anchor="%s"`, at.x, at.y, size, []string{"start", "middle", "end"}[int(2*anchor)])
	if up {
		fmt.Fprintf(&s.out, ` transform="rotate(-90 %.2f %.2f)"`, at.x, at.y)
	}
	s.out.WriteString(">")
	_ = xml.EscapeText(&s.out, []byte(text)) // a buffer does not fail
	s.out.WriteString("</text>\n")
}

// WriteTo writes the picture.
func (s *svg) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, s.out.String()+"</svg>\n")
	return int64(n), err
}

func coordinates(path []point) string {
	all := make([]string, len(path))
	for i, p := range path {
		all[i] = fmt.Sprintf("%.2f,%.2f", p.x, p.y)
	}
	return strings.Join(all, " ")
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
