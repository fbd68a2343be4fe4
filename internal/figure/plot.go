package figure

import (
	"fmt"
	"math"
)

// Plot has lines over two axes.
// A Plot is safe for concurrent use as long as nobody changes it.
type Plot struct {
	Title string
	X, Y  Axis
	Lines []Series
}

// Axis is an axis of a plot, from Min to Max.
// An Axis is safe for concurrent use as long as nobody changes it.
type Axis struct {
	Label    string
	Min, Max float64
	Ticks    []Tick
}

// Tick is a mark on an axis. Its label may be empty.
type Tick struct {
	At    float64
	Label string
}

// Series is a line through points, with their error bars.
type Series struct {
	Look   Look
	Points []Point
}

// Point is a point of a line, with the length of its error bar to either side.
type Point struct{ X, Y, Bar float64 }

// The sizes of texts, of glyphs, and of the spaces around them, in points.
const (
	titleSize, labelSize, tickSize = 12, 10, 9
	glyphRadius                    = 3
	gap, tickLength                = 4, 4
)

// wider is how much wider than ours the letters of a browser's font may be. Texts that stand beside
// others get so much space.
const wider = 1.2

// EvenTicks returns about n ticks at round numbers.
func EvenTicks(least, most float64, n int) []Tick {
	if !(most-least > 1e-9*max(math.Abs(least), math.Abs(most))) { // one number, up to rounding
		return []Tick{{least, fmt.Sprintf("%.3g", least)}}
	}
	step := math.Pow(10, math.Floor(math.Log10((most-least)/float64(n))))
	for _, times := range []float64{2, 2.5, 2} { // 1, 2, 5, 10
		if (most-least)/step > float64(n)+0.5 {
			step *= times
		}
	}
	var ticks []Tick // + 0 makes 0 of -0
	for i := math.Ceil(least/step) + 0; i*step <= most+1e-9*step; i++ {
		ticks = append(ticks, Tick{i * step, fmt.Sprintf("%.6g", i*step)})
	}
	return ticks
}

// rectangle is a part of a canvas.
type rectangle struct{ left, top, right, bottom float64 }

// left is the width of the texts to the left of the plot's axis.
func (p *Plot) left() float64 {
	width := 0.0
	for _, t := range p.Y.Ticks {
		width = max(width, textWidth(t.Label, tickSize))
	}
	return labelSize + 2*gap + wider*width + gap + tickLength
}

// draw draws the plot with the texts around it. left is the space for those to the left of its axis.
func (p *Plot) draw(c canvas, r rectangle, left float64) {
	outer := r
	r.left += left
	r.bottom -= tickLength + gap + tickSize
	if p.X.Label != "" {
		r.bottom -= labelSize + gap
		c.text(point{(r.left + r.right) / 2, outer.bottom - 2}, labelSize, 0.5, false, p.X.Label)
	}
	if p.Title != "" {
		r.top += titleSize + 2*gap
		c.text(point{(r.left + r.right) / 2, outer.top + titleSize}, titleSize, 0.5, false, p.Title)
	}
	c.text(point{outer.left + labelSize, (r.top + r.bottom) / 2}, labelSize, 0.5, true, p.Y.Label)
	place := func(x, y float64) point {
		return point{
			r.left + (r.right-r.left)*(x-p.X.Min)/(p.X.Max-p.X.Min),
			r.bottom - (r.bottom-r.top)*(y-p.Y.Min)/(p.Y.Max-p.Y.Min),
		}
	}
	for _, t := range p.X.Ticks {
		at := place(t.At, p.Y.Min)
		c.line([]point{at, {at.x, r.top}}, gridPen)
		c.line([]point{at, {at.x, at.y + tickLength}}, axisPen)
		c.text(point{at.x, at.y + tickLength + gap/2 + tickSize}, tickSize, 0.5, false, t.Label)
	}
	for _, t := range p.Y.Ticks {
		at := place(p.X.Min, t.At)
		c.line([]point{at, {r.right, at.y}}, gridPen)
		c.line([]point{at, {at.x - tickLength, at.y}}, axisPen)
		c.text(point{at.x - tickLength - gap/2, at.y + tickSize/3}, tickSize, 1, false, t.Label)
	}
	c.line([]point{{r.left, r.top}, {r.left, r.bottom}, {r.right, r.bottom}}, axisPen)
	for _, s := range p.Lines {
		path := make([]point, len(s.Points))
		for i, x := range s.Points {
			path[i] = place(x.X, x.Y)
		}
		if len(path) > 0 && s.Look.pen.width > 0 {
			c.line(path, s.Look.pen)
		}
		for i, x := range s.Points {
			if x.Bar != 0 {
				above, below := place(x.X, x.Y+x.Bar), place(x.X, x.Y-x.Bar)
				bar := pen{color: s.Look.pen.color, width: 1.2}
				c.line([]point{above, below}, bar)
				c.line([]point{{above.x - 3, above.y}, {above.x + 3, above.y}}, bar)
				c.line([]point{{below.x - 3, below.y}, {below.x + 3, below.y}}, bar)
			}
			if s.Look.glyph != nil {
				c.fill(s.Look.glyph(path[i], glyphRadius), s.Look.pen.color)
			}
		}
	}
}
