package figure

import (
	"image/color"
	"io"
	"slices"
	"strconv"

	"github.com/pkg/errors"
)

// Matrix is a picture of a square matrix of counts with a label for each row and column. The colour
// of a cell is its share of its row: blue on the diagonal, orange elsewhere.
// A Matrix is safe for concurrent use as long as nobody changes it.
type Matrix struct {
	Title, Rows, Columns string // Rows and Columns say what a row and a column is
	Labels               []string
	Counts               [][]int // [K K]
}

// The sizes of cells, in points. Counts are left out of cells that are too small for them.
const (
	leastCell, mostCell = 6, 44
	matrixWidth         = 480 // of all cells together, if that is possible
	countCell           = 16
	longestLabel        = 28 // characters
)

// Write draws the matrix as "svg" or "png".
func (m *Matrix) Write(format string, w io.Writer) error {
	k := float64(max(len(m.Labels), 1))
	cell := min(max(matrixWidth/k, leastCell), mostCell)
	letter := min(labelSize, 0.8*cell)
	margin, labels := 0.0, make([]string, len(m.Labels))
	for i, label := range m.Labels {
		if r := []rune(label); len(r) > longestLabel {
			label = string(r[:longestLabel-1]) + "…"
		}
		labels[i], margin = label, max(margin, textWidth(label, letter))
	}
	const pad = 10
	left, top := pad+labelSize+gap+margin+gap, float64(pad+titleSize+gap+labelSize+gap)
	width := max(left+k*cell, 2*pad+textWidth(m.Title, titleSize)) + pad
	c, err := newCanvas(format, width, top+k*cell+gap+margin+gap+pad)
	if err != nil {
		return err
	}
	c.text(point{pad, pad + titleSize}, titleSize, 0, false, m.Title)
	c.text(point{left + k*cell/2, top - gap}, labelSize, 0.5, false, m.Columns)
	c.text(point{pad + labelSize, top + k*cell/2}, labelSize, 0.5, true, m.Rows)
	for i, row := range m.Counts {
		y := top + float64(i)*cell
		c.text(point{left - gap, y + cell/2 + letter/3}, letter, 1, false, labels[i])
		c.text(point{left + (float64(i)+0.5)*cell + letter/3, top + k*cell + gap}, letter, 1, true, labels[i])
		m.row(c, i, row, point{left, y}, cell)
	}
	frame := []point{{left, top}, {left + k*cell, top}, {left + k*cell, top + k*cell}, {left, top + k*cell}, {left, top}}
	c.line(frame, axisPen)
	_, err = c.WriteTo(w)
	return errors.Wrap(err, "writing the picture")
}

// row draws the cells of row i from a place on.
func (m *Matrix) row(c canvas, i int, counts []int, at point, cell float64) {
	total := 0
	for _, n := range counts {
		total += n
	}
	for j, n := range counts {
		if n > 0 {
			full := color.NRGBA{0xf2, 0xa3, 0x5e, 0xff}
			if i == j {
				full = color.NRGBA{0x6f, 0xa0, 0xdc, 0xff}
			}
			c.fill([]point{at, {at.x + cell, at.y}, {at.x + cell, at.y + cell}, {at.x, at.y + cell}}, tint(full, float64(n)/float64(total)))
		}
		if cell >= countCell && (n > 0 || i == j) {
			text := strconv.Itoa(n)
			size := min(tickSize, 0.9*cell/max(textWidth(text, 1), 1))
			c.text(point{at.x + cell/2, at.y + cell/2 + size/3}, size, 0.5, false, text)
		}
		at.x += cell
	}
}

// tint mixes a colour with white. Even a small share is visible.
func tint(c color.NRGBA, share float64) color.NRGBA {
	share = 0.15 + 0.85*share
	mix := func(x uint8) uint8 { return uint8(255 - share*float64(255-x)) }
	return color.NRGBA{mix(c.R), mix(c.G), mix(c.B), 0xff}
}

// Scatter returns a sheet with a plot of points and the line on which both values are equal.
func Scatter(title, x, y string, points []Point) *Sheet {
	values := []float64{}
	for _, p := range points {
		values = append(values, p.X, p.Y)
	}
	least, most := 0.0, 1.0
	if len(values) > 0 {
		least, most = slices.Min(values), slices.Max(values)
	}
	margin := max(0.04*(most-least), 1e-6)
	ticks := EvenTicks(least, most, 6)
	axis := func(label string) Axis {
		return Axis{Label: label, Min: least - margin, Max: most + margin, Ticks: ticks}
	}
	const inch = 72
	plot := &Plot{Title: title, X: axis(x), Y: axis(y), Lines: []Series{
		{levelLook, []Point{{X: least, Y: least}, {X: most, Y: most}}}, {Dots, points},
	}}
	return &Sheet{
		Rows: [][]*Plot{{plot}}, Width: 5 * inch, Height: []float64{5 * inch},
		Legend: []Entry{{"rows", Dots}, {"equal", levelLook}},
	}
}
