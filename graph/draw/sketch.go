package draw

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// sketch is a drawing whose parts have their places. Distances are in points, from the top left
// corner.
type sketch struct {
	marks []mark
	lines []line
	w, h  float64
}

// mark is a rectangle with text in its middle. One without fill is text alone, and hollow is a frame.
type mark struct {
	x, y, w, h float64 // of the top left corner
	text       []string
	size       float64 // of the text; 0: that of a box
	fill       string
	round      float64 // radius of the corners
	bold       bool    // has a thick border
}

const hollow = "none"

// line goes along points, and ends in an arrowhead unless it is plain.
type line struct {
	points [][2]float64
	plain  bool
}

const sketchSize, sketchStep = 11.0, 14.0

// wide is the width of a box around lines of text.
func wide(text ...string) (w float64) {
	for _, s := range text {
		w = max(w, textWidth(s, sketchSize))
	}
	return w + 14
}

// box adds a box, centred at x, with its top at y. It returns its bottom.
func (s *sketch) box(x, y, w float64, fill string, text ...string) float64 {
	h := sketchStep*float64(len(text)) + 10
	s.marks = append(s.marks, mark{x: x - w/2, y: y, w: w, h: h, text: text, fill: fill, round: 5})
	return y + h
}

// write adds a line of text that begins at a place. y is its top.
func (s *sketch) write(x, y, size float64, text string) {
	s.marks = append(s.marks, mark{x: x, y: y, w: textWidth(text, size), h: 1.25 * size, text: []string{text}, size: size})
}

// plus adds a circle with a plus, centred at a place.
func (s *sketch) plus(x, y float64) {
	s.marks = append(s.marks, mark{x: x - plusRadius, y: y - plusRadius, w: 2 * plusRadius, h: 2 * plusRadius, text: []string{"+"}, fill: "white", round: plusRadius})
}

const plusRadius = 9.0

func (s *sketch) arrow(points ...[2]float64) { s.lines = append(s.lines, line{points: points}) }

// writeSVG writes the drawing as SVG.
func (s *sketch) writeSVG(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" font-family=\"%s\" fill=\"none\">\n",
		s.w, s.h, s.w, s.h, fonts)
	fmt.Fprintf(out, "<rect width=\"%.0f\" height=\"%.0f\" fill=\"white\"/>\n", s.w, s.h)
	for _, m := range s.marks {
		if m.fill != "" {
			fmt.Fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%g\" fill=\"%s\" stroke=\"#333\" stroke-width=\"%d\"/>\n",
				m.x, m.y, m.w, m.h, m.round, m.fill, m.border())
		}
		for i, t := range m.text {
			y := m.y + m.h/2 + 0.35*m.points() + sketchStep*(float64(i)-float64(len(m.text)-1)/2)
			if m.fill == "" {
				fmt.Fprint(out, text(m.x, y, "start", "black", m.points(), t))
				continue
			}
			fmt.Fprint(out, text(m.x+m.w/2, y, "middle", "black", m.points(), t))
		}
	}
	for _, l := range s.lines {
		var d []string
		for _, p := range l.points {
			d = append(d, fmt.Sprintf("%.1f,%.1f", p[0], p[1]))
		}
		fmt.Fprintf(out, "<polyline points=\"%s\" stroke=\"black\"/>\n", strings.Join(d, " "))
		if l.plain {
			continue
		}
		to, from := l.points[len(l.points)-1], l.points[len(l.points)-2]
		dx, dy := sign(to[0]-from[0]), sign(to[1]-from[1])
		bx, by := to[0]-long*dx, to[1]-long*dy
		fmt.Fprintf(out, "<polygon points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f\" fill=\"black\"/>\n",
			to[0], to[1], bx-half*dy, by-half*dx, bx+half*dy, by+half*dx)
	}
	fmt.Fprintln(out, "</svg>")
	return out.Flush()
}

// writeDOT writes the drawing in Graphviz's language. All places are given, and its engine neato
// keeps them; corners of lines are invisible points.
func (s *sketch) writeDOT(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, "digraph gorgpt {\n\tlayout=neato; inputscale=72; overlap=true; splines=line; outputorder=nodesfirst;\n")
	fmt.Fprintf(out, "\tnode [shape=box, fixedsize=true, fontname=%s, fontsize=%g, margin=0];\n\tedge [arrowsize=0.6];\n", quote(fonts), sketchSize)
	place := func(x, y float64) string { return fmt.Sprintf("pos=\"%.1f,%.1f!\"", x, s.h-y) }
	for i, m := range s.marks {
		style := fmt.Sprintf("width=%.3f, height=%.3f, ", m.w/72, m.h/72)
		switch {
		case m.fill == "":
			style = "shape=plaintext, fixedsize=false, width=0, height=0"
		case m.fill == hollow:
			style += "style=rounded"
		case m.round >= plusRadius:
			style += "shape=circle, style=filled, fillcolor=" + quote(m.fill)
		case m.round > 0:
			style += "style=\"filled,rounded\", fillcolor=" + quote(m.fill)
		default:
			style += "style=filled, fillcolor=" + quote(m.fill)
		}
		fmt.Fprintf(out, "\tm%d [label=%s, %s, fontsize=%g, penwidth=%d, %s];\n",
			i, quote(strings.Join(m.text, "\n")), place(m.x+m.w/2, m.y+m.h/2), m.points(), m.border(), style)
	}
	for i, l := range s.lines {
		for k, p := range l.points {
			fmt.Fprintf(out, "\tl%d_%d [label=\"\", shape=point, style=invis, width=0, height=0, %s];\n", i, k, place(p[0], p[1]))
			if k == 0 {
				continue
			}
			head := ""
			if l.plain || k < len(l.points)-1 {
				head = " [arrowhead=none]"
			}
			fmt.Fprintf(out, "\tl%d_%d -> l%d_%d%s;\n", i, k-1, i, k, head)
		}
	}
	fmt.Fprintln(out, "}")
	return out.Flush()
}

func (m mark) points() float64 {
	if m.size > 0 {
		return m.size
	}
	return sketchSize
}

func (m mark) border() int {
	if m.bold {
		return 2
	}
	return 1
}

func sign(x float64) float64 {
	switch {
	case x > 0.01:
		return 1
	case x < -0.01:
		return -1
	}
	return 0
}
