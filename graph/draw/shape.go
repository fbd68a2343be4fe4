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
	smallSize = 9.0  // of labels of arrows
	frameSize = 12.0 // of titles of frames
	lineStep  = 12.0
	lid       = 6.0  // of a cylinder, half
	tip       = 18.0 // of a hexagon
	roof      = 14.0 // of a house
	depth     = 4.0  // of a box in space
)

// fonts are those of the text, the first that there is. The first three are equally wide.
const fonts = "Helvetica,Arial,Liberation Sans,sans-serif"

// widths are the advances of the characters from the blank to ~ in thousandths of the size, in
// DejaVu Sans: the widest font that readers without Helvetica, Arial and their twins get.
var widths = [...]float64{
	318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636, 636,
	636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
	603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635,
	634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
}

// textWidth is the width of a text in the widest font that may be used for it.
func textWidth(s string, size float64) float64 {
	sum := 0.0
	for _, r := range s {
		switch {
		case r == '\u00a0': // a blank that does not break
			sum += widths[0]
		case r >= ' ' && int(r-' ') < len(widths):
			sum += widths[r-' ']
		case r < 0x300: // × and ·, letters with accents
			sum += 838
		default:
			sum += 1000
		}
	}
	return sum / 1000 * size
}

// width is how wide Graphviz has to draw a box at least, in inches. It measures text in the font that it has.
func (l look) width(lines []string) float64 {
	w := 0.0
	for _, line := range lines {
		w = max(w, textWidth(line, textSize)+12)
	}
	switch l.role {
	case graph.Input:
		w *= math.Sqrt2
	case graph.Gradient:
		w *= 1.4
	}
	return w / 72
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
