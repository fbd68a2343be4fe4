package cli

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/pkg/errors"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gorgpt/internal/atomicfile"
	"gorgpt/internal/figure"
	"gorgpt/train"
)

// Figure draws loss.svg and loss.png in a run folder from its metrics. They show the losses of
// updates and evaluations and, below, the learning rate.
// A Figure must not be used by several goroutines at once.
type Figure struct {
	Dir  string
	Out  io.Writer // receives notes about damaged lines; nil: they are ignored
	last time.Time
	bad  int // damaged lines that have been reported
}

// figurePause is the minimum time between two drawings during a run.
const figurePause = time.Minute

// The size of a figure.
const figureWidth, figureHeight = 6.4 * vg.Inch, 5 * vg.Inch

// The colours of the lines. They also differ in brightness.
var (
	pale   = color.RGBA{R: 0xb0, G: 0xc4, B: 0xde, A: 0xff}
	blue   = color.RGBA{R: 0x1f, G: 0x4e, B: 0x9c, A: 0xff}
	orange = color.RGBA{R: 0xd9, G: 0x6b, B: 0x0b, A: 0xff}
	grey   = color.RGBA{R: 0x55, G: 0x55, B: 0x55, A: 0xff}
)

// Updated does nothing.
func (f *Figure) Updated(train.Update) error { return nil }

// Evaluated draws the figure, but at most once per minute.
func (f *Figure) Evaluated(int, []train.Metric) error {
	if f.last.IsZero() {
		f.last = time.Now()
	}
	if time.Since(f.last) < figurePause {
		return nil
	}
	return f.Draw()
}

// Draw draws the current metrics.
func (f *Figure) Draw() error {
	f.last = time.Now()
	c, bad, err := readCurves(filepath.Join(f.Dir, train.MetricsFileName))
	if len(bad) > f.bad && f.Out != nil {
		f.bad = len(bad)
		fmt.Fprintf(f.Out, "%s: line %d is damaged (%d in total); the figure ignores damaged lines\n", filepath.Join(f.Dir, train.MetricsFileName), bad[0], len(bad))
	}
	if err != nil || len(c.loss) == 0 {
		return err
	}
	panels, err := c.panels()
	if err != nil {
		return errors.Wrap(err, "drawing the loss")
	}
	for _, format := range []string{"svg", "png"} {
		canvas, err := figure.New(format, figureWidth, figureHeight)
		if err != nil {
			return err
		}
		drawPanels(canvas, panels)
		write := func(w io.Writer) error { _, err := canvas.WriteTo(w); return err }
		if err := atomicfile.Write(filepath.Join(f.Dir, "loss."+format), write); err != nil {
			return err
		}
	}
	return nil
}

// drawPanels draws the loss above the learning rate.
func drawPanels(canvas figure.Canvas, panels [2]*plot.Plot) {
	whole, pad := draw.New(canvas), vg.Points(8)
	whole.SetColor(color.White)
	whole.Fill(whole.Rectangle.Path())
	split := whole.Min.Y + (whole.Max.Y-whole.Min.Y)*0.3
	tiles := draw.Tiles{Rows: 2, Cols: 1, PadTop: pad, PadBottom: pad, PadLeft: pad, PadRight: pad}
	parts := plot.Align([][]*plot.Plot{{panels[0]}, {panels[1]}}, tiles, whole)
	upper, lower := parts[0][0], parts[1][0]
	upper.Min.Y, lower.Max.Y = split+pad/2, split-pad/2
	panels[0].Draw(upper)
	panels[1].Draw(lower)
}

// panels returns the plots of the losses and of the learning rate.
func (c curves) panels() ([2]*plot.Plot, error) {
	loss, rate := plot.New(), plot.New()
	loss.Y.Label.Text, rate.Y.Label.Text, rate.X.Label.Text = "loss in nats", "learning rate", "update"
	loss.Legend.Top = true
	loss.Add(plotter.NewGrid())
	rate.Add(plotter.NewGrid())
	rate.Y.Tick.Marker = fewTicks{}
	for _, line := range []struct {
		p      *plot.Plot
		name   string
		points plotter.XYs
		color  color.Color
		width  vg.Length
	}{
		{loss, "training", thin(c.loss, 1000), pale, vg.Points(0.7)},
		{loss, "smoothed", thin(smooth(c.loss), 1000), blue, vg.Points(1.4)},
		{loss, c.heldOut, c.valid, orange, vg.Points(1.4)},
		{rate, "", thin(c.rate, 1000), grey, vg.Points(1.2)},
	} {
		if len(line.points) == 0 {
			continue
		}
		l, dots, err := plotter.NewLinePoints(line.points)
		if err != nil {
			return [2]*plot.Plot{}, err
		}
		l.Color, l.Width = line.color, line.width
		line.p.Add(l)
		if line.name != "" {
			line.p.Legend.Add(line.name, l)
		}
		if len(line.points) < 30 && line.name == c.heldOut {
			dots.Color, dots.Shape, dots.Radius = line.color, draw.CircleGlyph{}, vg.Points(2.2)
			line.p.Add(dots)
		}
	}
	first, last := c.loss[0].X, c.loss[len(c.loss)-1].X
	for _, p := range []*plot.Plot{loss, rate} {
		p.X.Min, p.X.Max = first, max(last, first+1)
	}
	rate.Y.Min = 0
	return [2]*plot.Plot{loss, rate}, nil
}

// fewTicks places three ticks on an axis.
type fewTicks struct{}

// Ticks returns the ticks at both ends of the axis and in its middle.
func (fewTicks) Ticks(least, most float64) []plot.Tick {
	ticks := make([]plot.Tick, 3)
	for i := range ticks {
		x := least + (most-least)*float64(i)/2
		ticks[i] = plot.Tick{Value: x, Label: fmt.Sprintf("%.3g", x)}
	}
	return ticks
}

// smoothing is about the number of updates that a smoothed loss averages over.
const smoothing = 50

// smooth averages over about the last 50 points.
func smooth(points plotter.XYs) plotter.XYs {
	out, mean := make(plotter.XYs, len(points)), 0.0
	for i, p := range points {
		mean += max(1/float64(i+1), 1./smoothing) * (p.Y - mean)
		out[i] = plotter.XY{X: p.X, Y: mean}
	}
	return out
}

// thin reduces points to at most n, each the mean of a run of neighbours.
func thin(points plotter.XYs, n int) plotter.XYs {
	run := int(math.Ceil(float64(len(points)) / float64(n)))
	if run <= 1 {
		return points
	}
	var out plotter.XYs
	for part := range slices.Chunk(points, run) {
		mean := plotter.XY{}
		for _, p := range part {
			mean.X += p.X / float64(len(part))
			mean.Y += p.Y / float64(len(part))
		}
		out = append(out, mean)
	}
	return out
}
