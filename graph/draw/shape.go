package draw

import (
	"fmt"
	"math"
	"strings"

	"gorgpt/graph"
)

// Sizes of text, and heights of the other parts of shapes, in points.
const (
	textSize  = 10.0
	smallSize = 9.0
	lineStep  = 12.0
	lid       = 6.0  // of a cylinder, half
	tip       = 18.0 // of a hexagon
	roof      = 14.0 // of a house
	depth     = 4.0  // of a box in space
)

// textWidth is about that of Helvetica, which has no metrics here; fonts in its place are
// wider, hence the margin.
func textWidth(s string, size float64) float64 {
	sum := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("ijl'|", r):
			sum += 0.23
		case strings.ContainsRune(" ,.:;!/\\[]()tfI-", r):
			sum += 0.30
		case strings.ContainsRune("mMWw%@", r):
			sum += 0.87
		case r >= 'A' && r <= 'Z':
			sum += 0.70
		default:
			sum += 0.56
		}
	}
	return 1.1 * sum * size
}

// size is the size of a box with some lines of text.
func (l look) size(lines []string) (w, h float64) {
	for _, line := range lines {
		w = max(w, textWidth(line, textSize))
	}
	w, h = w+12, lineStep*float64(len(lines))+8
	switch l.role {
	case graph.Input:
		return 1.25 * w, 1.3 * h
	case graph.Parameter:
		return w + 4, h + 3*lid
	case graph.Gradient:
		return w + 2*tip - 8, h
	case graph.Update:
		return w, h + roof
	case graph.State:
		return w + depth, h + depth
	}
	return w, h
}

// reach is how far a shape reaches to either side at a distance from its middle, and rise how
// far upwards.
func (l look) reach(w, h, dy float64) float64 {
	switch l.role {
	case graph.Input:
		return w / 2 * math.Sqrt(max(0, 1-4*dy*dy/h/h))
	case graph.Gradient:
		return w/2 - tip*2*math.Abs(dy)/h
	}
	return w / 2
}

func (l look) rise(w, h, dx float64) float64 {
	switch l.role {
	case graph.Input:
		return h / 2 * math.Sqrt(max(0, 1-4*dx*dx/w/w))
	case graph.Update:
		return h/2 - roof*2*math.Abs(dx)/w
	}
	return h / 2
}

// outline draws the shape around a centre; inner is how far down the text is moved.
func (l look) outline(x, y, w, h float64, fill string) (elements string, inner float64) {
	style := fmt.Sprintf(`fill="%s" stroke="black"`, fill)
	a, b, c, d := x-w/2, x+w/2, y-h/2, y+h/2 // left, right, top, bottom
	polygon := func(at ...float64) string {
		var s strings.Builder
		for i := 0; i < len(at); i += 2 {
			fmt.Fprintf(&s, " %.1f,%.1f", at[i], at[i+1])
		}
		return fmt.Sprintf("<polygon points=\"%s\" %s/>\n", s.String()[1:], style)
	}
	switch l.role {
	case graph.Input:
		return fmt.Sprintf("<ellipse cx=\"%.1f\" cy=\"%.1f\" rx=\"%.1f\" ry=\"%.1f\" %s/>\n", x, y, w/2, h/2, style), 0
	case graph.Parameter:
		side := fmt.Sprintf("M%.1f,%.1fV%.1fA%.1f,%.1f 0 0 0 %.1f,%.1fV%.1f", a, c+lid, d-lid, w/2, lid, b, d-lid, c+lid)
		lids := fmt.Sprintf("A%.1f,%.1f 0 0 0 %.1f,%.1fA%.1f,%.1f 0 0 0 %.1f,%.1f", w/2, lid, a, c+lid, w/2, lid, b, c+lid)
		return fmt.Sprintf("<path d=\"%s%s\" %s/>\n", side, lids, style), lid
	case graph.State:
		return polygon(a, c+depth, a+depth, c, b, c, b, d-depth, b-depth, d, a, d) +
			polygon(a, c+depth, b-depth, c+depth, b-depth, d, a, d) +
			fmt.Sprintf("<path d=\"M%.1f,%.1fL%.1f,%.1f\" stroke=\"black\"/>\n", b-depth, c+depth, b, c), depth / 2
	case graph.Gradient:
		return polygon(a, y, a+tip, c, b-tip, c, b, y, b-tip, d, a+tip, d), 0
	case graph.Update:
		return polygon(a, d, a, c+roof, x, c, b, c+roof, b, d), roof / 2
	}
	return fmt.Sprintf("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"8\" %s/>\n", a, c, w, h, style), 0
}
