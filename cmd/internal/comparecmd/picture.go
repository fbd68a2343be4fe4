package comparecmd

import (
	"math"
	"path/filepath"
	"unicode/utf8"

	"github.com/pkg/errors"

	"gorgpt/internal/figure"
)

// mostPoints is how many points of a line are drawn: the means of runs of neighbours.
const mostPoints = 1000

// picture draws the losses of all runs, and those of held-out text or rows, which have dots.
func picture(all []run) (*figure.Sheet, error) {
	const inch = 72
	p := &figure.Plot{X: figure.Axis{Label: "update", Min: math.Inf(1), Max: math.Inf(-1)}, Y: figure.Axis{Label: "loss in nats", Min: math.Inf(1), Max: math.Inf(-1)}}
	const entryWidth, letterWidth = 60, 7 // of the legend, which is one line
	s := &figure.Sheet{Note: "with marks: on held-out text or rows", Rows: [][]*figure.Plot{{p}}, Width: 7.5 * inch, Height: []float64{4 * inch}}
	for i, r := range all {
		add := func(measure string, look figure.Look) {
			steps, values := r.column(measure)
			if len(steps) == 0 {
				return
			}
			points := make([]figure.Point, 0, mostPoints)
			size := int(math.Ceil(float64(len(steps)) / mostPoints))
			for from := 0; from < len(steps); from += size {
				to := min(from+size, len(steps))
				x, y := 0.0, 0.0
				for k := from; k < to; k++ {
					x, y = x+float64(steps[k])/float64(to-from), y+values[k]/float64(to-from)
				}
				p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = min(p.X.Min, x), max(p.X.Max, x), min(p.Y.Min, y), max(p.Y.Max, y)
				points = append(points, figure.Point{X: x, Y: y})
			}
			p.Lines = append(p.Lines, figure.Series{Look: look, Points: points})
		}
		plain, dotted := figure.Number(i)
		name := clean(filepath.Base(r.Name))
		s.Legend = append(s.Legend, figure.Entry{Name: name, Look: dotted})
		s.Least += entryWidth + letterWidth*float64(utf8.RuneCountInString(name))
		add("loss", plain)
		for _, name := range heldOut {
			add(name, dotted)
		}
	}
	if len(p.Lines) == 0 {
		return nil, errors.New("-svg: no run has metrics yet")
	}
	p.X.Max, p.Y.Max = max(p.X.Max, p.X.Min+1), max(p.Y.Max, p.Y.Min+1e-3)
	p.X.Ticks, p.Y.Ticks = figure.EvenTicks(p.X.Min, p.X.Max, 6), figure.EvenTicks(p.Y.Min, p.Y.Max, 6)
	return s, nil
}
