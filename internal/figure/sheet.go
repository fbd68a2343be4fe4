package figure

import (
	"io"

	"github.com/pkg/errors"
)

// Sheet has plots in rows below one legend.
// A Sheet is safe for concurrent use as long as nobody changes it.
type Sheet struct {
	Rows   [][]*Plot // nil: an empty place
	Width  float64   // of a plot, in points
	Height []float64 // of each row
	Least  float64   // width of the sheet at least
	Legend []Entry
	Note   string // below the legend
}

// Entry is a line of the legend.
type Entry struct {
	Name string
	Look Look
}

// Write draws the sheet as "svg" or "png".
func (s *Sheet) Write(format string, w io.Writer) error {
	width, height := s.Least, s.strip()
	for i, row := range s.Rows {
		width = max(width, s.Width*float64(len(row)))
		height += s.Height[i]
	}
	c, err := newCanvas(format, width, height)
	if err != nil {
		return err
	}
	s.drawLegend(c)
	const pad = 10
	left := 0.0 // the axes of a column stand below one another
	for _, row := range s.Rows {
		for _, p := range row {
			if p != nil {
				left = max(left, p.left())
			}
		}
	}
	top := s.strip()
	for i, row := range s.Rows {
		for j, p := range row {
			if p != nil {
				place := width / float64(len(row))
				p.draw(c, rectangle{place*float64(j) + pad, top + pad/2, place*float64(j+1) - pad, top + s.Height[i] - pad/2}, left)
			}
		}
		top += s.Height[i]
	}
	_, err = c.WriteTo(w)
	return errors.Wrap(err, "writing the picture")
}

// strip is the height of the strip with the legend.
func (s *Sheet) strip() float64 {
	if s.Note != "" {
		return 38
	}
	return 24
}

func (s *Sheet) drawLegend(c canvas) {
	const sample, baseline = 30, 18
	x := 10.0
	for _, e := range s.Legend {
		if e.Look.pen.width > 0 {
			c.line([]point{{x, baseline - 3}, {x + sample, baseline - 3}}, e.Look.pen)
		}
		if e.Look.glyph != nil {
			c.fill(e.Look.glyph(point{x + sample/2, baseline - 3}, glyphRadius), e.Look.pen.color)
		}
		c.text(point{x + sample + gap, baseline}, labelSize, 0, false, e.Name)
		x += sample + gap + textWidth(e.Name, labelSize) + 20
	}
	if s.Note != "" {
		c.text(point{10, baseline + 15}, labelSize, 0, false, s.Note)
	}
}
