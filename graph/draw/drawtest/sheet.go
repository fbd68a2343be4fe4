package drawtest

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Sheet is what a drawing in SVG shows: its texts and its strokes, borders as well as arrows, in thin pieces.
type Sheet struct {
	Texts   []Text
	page    rect
	strokes []rect
	legend  rect
	width   func(text string, size float64) float64
}

// Text is one of a drawing.
type Text struct {
	String string
	Size   float64 // of the font
	at     rect
}

// rect is a rectangle of a page.
type rect struct{ left, top, right, bottom float64 }

func (a rect) meets(b rect) bool {
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

// origin is where the coordinates of an element begin.
type origin struct {
	x, y   float64
	legend bool
}

var number = regexp.MustCompile(`-?[0-9.]+`)

func numbers(t *testing.T, s string) (all []float64) {
	t.Helper()
	for _, n := range number.FindAllString(s, -1) {
		f, err := strconv.ParseFloat(n, 64)
		require.NoError(t, err)
		all = append(all, f)
	}
	return all
}

// Read reads what package draw or Graphviz writes. width is that of a text.
func Read(t *testing.T, svg []byte, width func(text string, size float64) float64) *Sheet {
	t.Helper()
	s := &Sheet{width: width}
	at := []origin{{}}
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return s
		}
		require.NoError(t, err)
		switch e := token.(type) {
		case xml.EndElement:
			at = at[:len(at)-1]
		case xml.StartElement:
			attr := map[string]string{}
			for _, a := range e.Attr {
				attr[a.Name.Local] = a.Value
			}
			o := at[len(at)-1]
			if _, n, moved := strings.Cut(attr["transform"], "translate("); moved {
				by := numbers(t, n)
				o = origin{o.x + by[0], o.y + by[1], attr["class"] == "legend"}
			}
			if e.Name.Local != "text" {
				at = append(at, o)
				s.add(t, o, e.Name.Local, attr, "")
				continue
			}
			var words string
			require.NoError(t, d.DecodeElement(&words, &e))
			s.add(t, o, "text", attr, words)
		}
	}
}

func (s *Sheet) add(t *testing.T, o origin, element string, attr map[string]string, words string) {
	t.Helper()
	value := func(name string) float64 { return append(numbers(t, attr[name]), 0)[0] }
	x, y, w, h := o.x+value("x"), o.y+value("y"), value("width"), value("height")
	switch element {
	case "svg":
		s.page = rect{0, 0, w, h}
	case "text":
		size := value("font-size")
		w := s.width(words, size)
		x -= w * map[string]float64{"start": 0, "middle": 0.5, "end": 1}[attr["text-anchor"]]
		s.Texts = append(s.Texts, Text{words, size, rect{x, y - 0.76*size, x + w, y + 0.24*size}}) // DejaVu's l and g
	case "rect":
		if attr["stroke"] == "" {
			break
		}
		if o.legend && s.legend == (rect{}) {
			s.legend = rect{x, y, x + w, y + h}
		}
		s.stroke([2]float64{x, y}, [2]float64{x + w, y}, [2]float64{x + w, y + h}, [2]float64{x, y + h}, [2]float64{x, y})
	case "ellipse":
		s.stroke(arc(o.x+value("cx"), o.y+value("cy"), value("rx"), value("ry"), 0, 2*math.Pi)...)
	case "polyline", "polygon":
		n := numbers(t, attr["points"])
		if element == "polygon" {
			n = append(n, n[0], n[1])
		}
		var points [][2]float64
		for i := 0; i < len(n); i += 2 {
			points = append(points, [2]float64{o.x + n[i], o.y + n[i+1]})
		}
		s.stroke(points...)
	case "path":
		s.path(t, o, attr["d"])
	}
}

// stroke adds straight lines. Oblique ones are cut, so that the rectangle around each piece is thin.
func (s *Sheet) stroke(points ...[2]float64) {
	for k := 1; k < len(points); k++ {
		a, b := points[k-1], points[k]
		dx, dy := b[0]-a[0], b[1]-a[1]
		n := max(1, math.Ceil(min(math.Abs(dx), math.Abs(dy))))
		for i := range int(n) {
			x0, y0 := a[0]+dx*float64(i)/n, a[1]+dy*float64(i)/n
			x1, y1 := x0+dx/n, y0+dy/n
			s.strokes = append(s.strokes, rect{min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)})
		}
	}
}

// arc is a part of an ellipse, from one angle to another.
func arc(x, y, rx, ry, from, to float64) (points [][2]float64) {
	const n = 48
	for i := range n + 1 {
		a := from + (to-from)*float64(i)/n
		points = append(points, [2]float64{x + rx*math.Cos(a), y + ry*math.Sin(a)})
	}
	return points
}

var pathStep = regexp.MustCompile(`([A-Z])([^A-Z]*)`)

// path adds a path. An arc is half an ellipse.
func (s *Sheet) path(t *testing.T, o origin, d string) {
	t.Helper()
	var points [][2]float64
	x, y := 0.0, 0.0
	to := func(toX, toY float64) {
		x, y = toX, toY
		points = append(points, [2]float64{x, y})
	}
	for _, step := range pathStep.FindAllStringSubmatch(d, -1) {
		n := numbers(t, step[2])
		switch step[1] {
		case "M":
			s.stroke(points...)
			points = nil
			to(n[0], n[1])
		case "L":
			to(n[0], n[1])
		case "V":
			to(x, n[0])
		case "Q": // as a cubic curve
			x1, y1 := x+(n[0]-x)*2/3, y+(n[1]-y)*2/3
			x2, y2 := n[2]+(n[0]-n[2])*2/3, n[3]+(n[1]-n[3])*2/3
			curve(x, y, []float64{x1, y1, x2, y2, n[2], n[3]}, to)
		case "C":
			for c := range slices.Chunk(n, 6) {
				curve(x, y, c, to)
			}
		case "A":
			from, turn := 0.0, math.Pi
			if n[5] > x {
				from = math.Pi
			}
			if n[4] == 0 {
				turn = -math.Pi
			}
			for _, p := range arc((x+n[5])/2, y, n[0], n[1], from, from+turn) {
				to(p[0], p[1])
			}
		default:
			require.Fail(t, "what draw does not write", d)
		}
	}
	for i := range points {
		points[i] = [2]float64{o.x + points[i][0], o.y + points[i][1]}
	}
	s.stroke(points...)
}

// curve follows a cubic Bézier curve.
func curve(x, y float64, n []float64, to func(x, y float64)) {
	for i := 1.0; i <= 24; i++ {
		b := i / 24
		a := 1 - b
		to(a*a*a*x+3*a*a*b*n[0]+3*a*b*b*n[2]+b*b*b*n[4], a*a*a*y+3*a*a*b*n[1]+3*a*b*b*n[3]+b*b*b*n[5])
	}
}

// Faults are the texts that are crossed by a line or another text, or leave the page.
func (s *Sheet) Faults() (all []string) {
	const square = 100.0
	grid := map[[2]int][]int{} // the texts in each square of the page
	each := func(r rect, do func(key [2]int)) {
		for x := int(r.left / square); x <= int(r.right/square); x++ {
			for y := int(r.top / square); y <= int(r.bottom/square); y++ {
				do([2]int{x, y})
			}
		}
	}
	found := map[string]bool{}
	report := func(a Text, what string) {
		if line := fmt.Sprintf("%q at %.0f, %.0f %s", a.String, a.at.left, a.at.top, what); !found[line] {
			found[line] = true
			all = append(all, line)
		}
	}
	for i, a := range s.Texts {
		if r := a.at; r.left < s.page.left || r.top < s.page.top || r.right > s.page.right || r.bottom > s.page.bottom {
			report(a, "leaves the page")
		}
		each(a.at, func(key [2]int) {
			for _, j := range grid[key] {
				if a.at.meets(s.Texts[j].at) {
					report(a, fmt.Sprintf("covers %q", s.Texts[j].String))
				}
			}
			grid[key] = append(grid[key], i)
		})
	}
	for _, line := range s.strokes {
		line = rect{line.left - 0.4, line.top - 0.4, line.right + 0.4, line.bottom + 0.4} // it is nearly a point thick
		each(line, func(key [2]int) {
			for _, j := range grid[key] {
				if line.meets(s.Texts[j].at) {
					report(s.Texts[j], "is crossed by a line")
				}
			}
		})
	}
	return all
}

// LegendDistance is the distance of the legend from what is nearest.
func (s *Sheet) LegendDistance() float64 {
	nearest := math.Inf(1)
	for _, r := range s.strokes {
		if r.meets(rect{s.legend.left - 1, s.legend.top - 1, s.legend.right + 1, s.legend.bottom + 1}) {
			continue // its own
		}
		dx := max(s.legend.left-r.right, r.left-s.legend.right, 0)
		dy := max(s.legend.top-r.bottom, r.top-s.legend.bottom, 0)
		nearest = min(nearest, math.Hypot(dx, dy))
	}
	return nearest
}
