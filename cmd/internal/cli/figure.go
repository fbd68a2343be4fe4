package cli

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gorgpt/internal/atomicfile"
	"gorgpt/internal/figure"
	"gorgpt/train"
)

// Figure draws loss.svg and loss.png in a run folder from its metrics. They show the losses of
// updates and evaluations and, below, the measure of evaluations, if there is one, and the learning rate.
// A Figure must not be used by several goroutines at once.
type Figure struct {
	Dir     string
	Measure string    // of evaluations, such as dev_acc; "": none
	Out     io.Writer // receives notes about damaged lines; nil: they are ignored
	last    time.Time
	bad     int // damaged lines that have been reported
}

// figurePause is the time after which both files are drawn again.
const figurePause = time.Minute

// Evaluated draws loss.svg. Pixels take much longer, and wait for the minute.
func (f *Figure) Evaluated(int, []train.Metric) error { return f.draw("svg") }

// Updated draws both files if they are a minute old.
func (f *Figure) Updated(train.Update) error {
	if f.last.IsZero() {
		f.last = time.Now()
	}
	if time.Since(f.last) < figurePause {
		return nil
	}
	return f.Draw()
}

// Draw draws the current metrics in both files.
func (f *Figure) Draw() error {
	f.last = time.Now()
	return f.draw("svg", "png")
}

func (f *Figure) draw(formats ...string) error {
	c, bad, err := readCurves(filepath.Join(f.Dir, train.MetricsFileName), f.Measure)
	if len(bad) > f.bad && f.Out != nil {
		f.bad = len(bad)
		fmt.Fprintf(f.Out, "%s: line %d is damaged (%d in total); the figure ignores damaged lines\n", filepath.Join(f.Dir, train.MetricsFileName), bad[0], len(bad))
	}
	if err != nil || len(c.loss) == 0 {
		return err
	}
	sheet := c.sheet(strings.ReplaceAll(strings.TrimPrefix(f.Measure, "dev_"), "_", " "))
	for _, format := range formats {
		write := func(w io.Writer) error { return sheet.Write(format, w) }
		if err := atomicfile.Write(filepath.Join(f.Dir, "loss."+format), write); err != nil {
			return err
		}
	}
	return nil
}

// sheet returns the plots of the losses, of the measure, which has a name, and of the learning rate.
func (c curves) sheet(measure string) *figure.Sheet {
	const inch = 72
	loss, rate := &figure.Plot{}, &figure.Plot{}
	s := &figure.Sheet{Rows: [][]*figure.Plot{{loss}}, Width: 6.4 * inch, Height: []float64{3.3 * inch}}
	heldOut := figure.Orange
	if len(c.valid) < 30 {
		heldOut = figure.Dotted
	}
	for _, line := range []struct {
		name   string
		points []figure.Point
		look   figure.Look
	}{
		{"training", thin(c.loss, 1000), figure.Pale},
		{"smoothed", thin(smooth(c.loss), 1000), figure.Blue},
		{c.heldOut, c.valid, heldOut},
	} {
		if len(line.points) > 0 {
			loss.Lines = append(loss.Lines, figure.Series{Look: line.look, Points: line.points})
			s.Legend = append(s.Legend, figure.Entry{Name: line.name, Look: line.look})
		}
	}
	rate.Lines = []figure.Series{{Look: figure.Grey, Points: thin(c.rate, 1000)}}
	rate.Y = heights("learning rate", rate.Lines)
	rate.Y.Min = 0
	rate.Y.Ticks = figure.EvenTicks(0, rate.Y.Max, 4)
	loss.Y = heights("loss in nats", loss.Lines)
	loss.Y.Ticks = figure.EvenTicks(loss.Y.Min, loss.Y.Max, 6)
	if len(c.measure) > 0 {
		p := &figure.Plot{Lines: []figure.Series{{Look: heldOut, Points: c.measure}}}
		p.Y = heights(measure, p.Lines)
		p.Y.Ticks = figure.EvenTicks(p.Y.Min, p.Y.Max, 4)
		s.Rows, s.Height = append(s.Rows, []*figure.Plot{p}), append(s.Height, 1.8*inch)
	}
	s.Rows, s.Height = append(s.Rows, []*figure.Plot{rate}), append(s.Height, 1.4*inch)

	first, last := c.loss[0].X, c.loss[len(c.loss)-1].X
	updates := figure.Axis{Min: first, Max: max(last, first+1)}
	updates.Ticks = figure.EvenTicks(updates.Min, updates.Max, 6)
	for _, row := range s.Rows {
		row[0].X = updates
	}
	rate.X.Label = "update"
	return s
}

// heights returns an axis that covers the lines.
func heights(label string, lines []figure.Series) figure.Axis {
	y := figure.Axis{Label: label, Min: math.Inf(1), Max: math.Inf(-1)}
	for _, l := range lines {
		for _, p := range l.Points {
			y.Min, y.Max = min(y.Min, p.Y), max(y.Max, p.Y)
		}
	}
	if !(y.Max-y.Min > 1e-6*max(math.Abs(y.Min), math.Abs(y.Max))) { // one value, or none
		y.Min, y.Max = min(y.Min, 0), max(y.Max, 1)
	}
	return y
}

// smooth returns the smoothed losses, see [train.Smooth].
func smooth(points []figure.Point) []figure.Point {
	out, mean := make([]figure.Point, len(points)), 0.0
	for i, p := range points {
		mean = train.Smooth(i+1, mean, p.Y)
		out[i] = figure.Point{X: p.X, Y: mean}
	}
	return out
}

// thin reduces points to at most n, each the mean of a run of neighbours.
func thin(points []figure.Point, n int) []figure.Point {
	run := int(math.Ceil(float64(len(points)) / float64(n)))
	if run <= 1 {
		return points
	}
	var out []figure.Point
	for part := range slices.Chunk(points, run) {
		mean := figure.Point{}
		for _, p := range part {
			mean.X += p.X / float64(len(part))
			mean.Y += p.Y / float64(len(part))
		}
		out = append(out, mean)
	}
	return out
}
