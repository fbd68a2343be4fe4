package figure

import (
	"image/color"
	"io"
	"slices"
	"strconv"

	"github.com/pkg/errors"
)

// Matrix is a picture of counts in rows and columns. The colour of a cell is its share: blue if it
// counts what is right, orange otherwise.
// A Matrix is safe for concurrent use as long as nobody changes it.
type Matrix struct {
	Title, Rows, Columns string   // Rows and Columns say what a row and a column is
	RowLabels            []string // one for each row
	ColumnLabels         []string // one for each column
	Cells                [][]Cell // one for each row and column
	Note                 string   // says what the Notes are
	Notes                []string // stand beside the rows; nil: nothing does
}

// Cell is a cell of a [Matrix].
// A Cell is safe for concurrent use.
type Cell struct {
	Count int
	Share float64 // of the cells that are compared
	Right bool
}

// Confusion returns the picture of a confusion matrix. Counts has a row for each gold label and a column
// for each predicted one [K K]. Shares are those of a row.
func Confusion(title string, labels []string, counts [][]int) *Matrix {
	m := &Matrix{Title: title, Rows: "gold", Columns: "predicted", RowLabels: labels, ColumnLabels: labels}
	for i, row := range counts {
		m.Cells = append(m.Cells, cells(row, i))
	}
	return m
}

// Outcomes counts the predictions of whether a label applies.
// Outcomes are safe for concurrent use.
type Outcomes struct{ TruePositive, FalseNegative, FalsePositive, TrueNegative int }

// Labels returns the picture of the outcomes of each label. Shares are those of the examples that have
// the label, and of those that have it not. Notes says what the notes are, which stand beside the labels.
func Labels(title string, labels []string, counts []Outcomes, note string, notes []string) *Matrix {
	m := &Matrix{
		Title: title, Rows: "label", RowLabels: labels, Note: note, Notes: notes,
		ColumnLabels: []string{"true positive", "false negative", "false positive", "true negative"},
	}
	for _, n := range counts {
		has, hasNot := []int{n.TruePositive, n.FalseNegative}, []int{n.FalsePositive, n.TrueNegative}
		m.Cells = append(m.Cells, append(cells(has, 0), cells(hasNot, 1)...))
	}
	return m
}

// cells compares counts, of which one is right.
func cells(counts []int, right int) []Cell {
	total := 0
	for _, n := range counts {
		total += n
	}
	out := make([]Cell, len(counts))
	for j, n := range counts {
		out[j] = Cell{n, float64(n) / float64(max(total, 1)), j == right}
	}
	return out
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
	cell := point{cellSize(len(m.ColumnLabels)), cellSize(len(m.RowLabels))}
	if m.Notes != nil {
		cell.y = max(cell.y, countCell) // to be read
	}
	letter := min(labelSize, 0.8*min(cell.x, cell.y))
	rows, wide := shortened(m.RowLabels, letter)
	columns, high := shortened(m.ColumnLabels, letter)
	const pad = 10
	left, top := pad+labelSize+gap+wide+gap, float64(pad+titleSize+gap+labelSize+gap)
	right, bottom := left+float64(len(columns))*cell.x, top+float64(len(rows))*cell.y
	width := max(right, pad+textWidth(m.Title, titleSize))
	for _, note := range append(m.Notes, m.Note) {
		width = max(width, right+gap+wider*textWidth(note, letter))
	}
	c, err := newCanvas(format, width+pad, bottom+gap+high+gap+pad)
	if err != nil {
		return err
	}
	c.text(point{pad, pad + titleSize}, titleSize, 0, false, m.Title)
	c.text(point{(left + right) / 2, top - gap}, labelSize, 0.5, false, m.Columns)
	c.text(point{pad + labelSize, (top + bottom) / 2}, labelSize, 0.5, true, m.Rows)
	c.text(point{right + gap, top - gap}, letter, 0, false, m.Note)
	for i, label := range rows {
		y := top + (float64(i)+0.5)*cell.y + letter/3
		c.text(point{left - gap, y}, letter, 1, false, label)
		if m.Notes != nil {
			c.text(point{right + gap, y}, letter, 0, false, m.Notes[i])
		}
		drawCells(c, m.Cells[i], point{left, top + float64(i)*cell.y}, cell)
	}
	for j, label := range columns {
		c.text(point{left + (float64(j)+0.5)*cell.x + letter/3, bottom + gap}, letter, 1, true, label)
	}
	c.line([]point{{left, top}, {right, top}, {right, bottom}, {left, bottom}, {left, top}}, axisPen)
	_, err = c.WriteTo(w)
	return errors.Wrap(err, "writing the picture")
}

// cellSize is the width or height of each of n cells.
func cellSize(n int) float64 {
	return min(max(matrixWidth/float64(max(n, 1)), leastCell), mostCell)
}

// shortened cuts long labels, and returns the width of the longest that remains.
func shortened(labels []string, size float64) (short []string, width float64) {
	for _, label := range labels {
		if r := []rune(label); len(r) > longestLabel {
			label = string(r[:longestLabel-1]) + "…"
		}
		short, width = append(short, label), max(width, wider*textWidth(label, size))
	}
	return short, width
}

// drawCells draws a row of cells from a place on.
func drawCells(c canvas, row []Cell, at, cell point) {
	for _, x := range row {
		if x.Count > 0 {
			full := color.NRGBA{0xf2, 0xa3, 0x5e, 0xff}
			if x.Right {
				full = color.NRGBA{0x6f, 0xa0, 0xdc, 0xff}
			}
			c.fill([]point{at, {at.x + cell.x, at.y}, {at.x + cell.x, at.y + cell.y}, {at.x, at.y + cell.y}}, tint(full, x.Share))
		}
		if min(cell.x, cell.y) >= countCell && (x.Count > 0 || x.Right) {
			text := strconv.Itoa(x.Count)
			size := min(tickSize, 0.9*cell.x/max(textWidth(text, 1), 1))
			c.text(point{at.x + cell.x/2, at.y + cell.y/2 + size/3}, size, 0.5, false, text)
		}
		at.x += cell.x
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
