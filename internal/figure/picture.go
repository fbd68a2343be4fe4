package figure

import (
	"image/color"
	"io"
	"math"

	"github.com/pkg/errors"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Picture has panels of lines below one legend. All values are in percent.
type Picture struct {
	Panels []Panel
	Lines  []string // names of the lines in all panels, by number
	Level  string   // name of the level of the panels
	Note   string   // below the legend
}

// Panel is one plot.
type Panel struct {
	Title, X, Y string
	Log         bool     // X is in decades
	Ticks       []int    // of X, in order; the first and the last are its ends
	Level       *float64 // a dotted line; nil: none
	Lines       []Line
}

// Line is one line of a panel.
type Line struct {
	Number int // in Picture.Lines, by which it looks the same in all panels
	Points []Point
}

// Point is a point of a line, with the length of its error bar to either side.
type Point struct{ X, Y, Bar float64 }

// The size of a panel, and of the strip with the legend above the panels.
const (
	panelWidth, panelHeight = 3.7 * vg.Inch, 2.8 * vg.Inch
	stripWidth, stripHeight = 5.6 * vg.Inch, 0.5 * vg.Inch // the width at least
)

// Write draws the picture as "svg" or "png".
func (f Picture) Write(format string, w io.Writer) error {
	columns := int(math.Ceil(math.Sqrt(float64(len(f.Panels)))))
	var panels [][]*plot.Plot
	for i, panel := range f.Panels {
		p, err := panel.plot()
		if err != nil {
			return errors.Wrapf(err, "drawing %s", panel.Title)
		}
		if i%columns == 0 {
			panels = append(panels, make([]*plot.Plot, columns))
		}
		panels[i/columns][i%columns] = p
	}
	c, err := New(format, max(panelWidth*vg.Length(columns), stripWidth), panelHeight*vg.Length(len(panels))+stripHeight)
	if err != nil {
		return err
	}
	whole, pad := draw.New(c), vg.Points(10)
	whole.SetColor(color.White)
	whole.Fill(whole.Rectangle.Path())
	f.drawLegend(draw.Crop(whole, pad, 0, whole.Max.Y-stripHeight, 0))
	tiles := draw.Tiles{Rows: len(panels), Cols: columns, PadX: 2 * pad, PadY: 2 * pad, PadTop: pad / 2, PadBottom: pad, PadLeft: pad, PadRight: pad}
	for i, row := range plot.Align(panels, tiles, draw.Crop(whole, 0, 0, 0, -stripHeight)) {
		for j, part := range row {
			if panels[i][j] != nil {
				panels[i][j].Draw(part)
			}
		}
	}
	_, err = c.WriteTo(w)
	return errors.Wrap(err, "writing the picture")
}

// plot draws the panel.
func (f Panel) plot() (*plot.Plot, error) {
	p := newPlot(f.Title, f.X, f.Y)
	first, last := f.place(float64(f.Ticks[0])), f.place(float64(f.Ticks[len(f.Ticks)-1]))
	least := 100.0
	if f.Level != nil && finite(*f.Level) {
		least = *f.Level
		line, err := plotter.NewLine(plotter.XYs{{X: first, Y: least}, {X: last, Y: least}})
		if err != nil {
			return nil, err
		}
		line.LineStyle = levelLine
		p.Add(line)
	}
	for _, l := range f.Lines {
		for _, x := range l.Points {
			if y := x.Y - x.Bar; finite(y) {
				least = min(least, y)
			}
		}
		if err := f.draw(p, l); err != nil {
			return nil, err
		}
	}
	margin := max(0.04*(last-first), 0.1)
	p.X.Min, p.X.Max = first-margin, last+margin
	p.Y.Min, p.Y.Max = 10*math.Floor(least/10-0.2), 101
	p.X.Tick.Marker, p.Y.Tick.Marker = counts{f}, tens{}
	return p, nil
}

// draw adds a line.
func (f Panel) draw(p *plot.Plot, l Line) error {
	var points bars
	for _, x := range l.Points {
		if !finite(x.Y) || !finite(x.Bar) {
			continue // only the table shows it
		}
		points.XYs = append(points.XYs, plotter.XY{X: f.place(x.X), Y: x.Y})
		points.YErrors = append(points.YErrors, struct{ Low, High float64 }{x.Bar, x.Bar})
	}
	if len(points.XYs) == 0 {
		return nil
	}
	k := looks[l.Number%len(looks)]
	line, dots, err := plotter.NewLinePoints(points.XYs)
	if err != nil {
		return err
	}
	line.LineStyle, dots.GlyphStyle = k.line, k.glyph
	whiskers, err := plotter.NewYErrorBars(points)
	if err != nil {
		return err
	}
	whiskers.Color, whiskers.Width, whiskers.CapWidth = k.line.Color, vg.Points(1.2), vg.Points(6)
	p.Add(line, whiskers, dots)
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// bars are points with error bars.
type bars struct {
	plotter.XYs
	plotter.YErrors
}

// drawLegend draws the legend.
func (f Picture) drawLegend(c draw.Canvas) {
	all := c
	entry := func(title string, thumbs ...plot.Thumbnailer) {
		l := newLegend()
		l.ThumbnailWidth = vg.Points(30)
		l.Add(" "+title, thumbs...)
		l.Draw(c)
		c = draw.Crop(c, l.ThumbnailWidth+l.TextStyle.Width(title)+vg.Points(24), 0, 0, 0)
	}
	for i, name := range f.Lines {
		k := looks[i%len(looks)]
		entry(name, &plotter.Line{LineStyle: k.line}, &plotter.Scatter{GlyphStyle: k.glyph})
	}
	if f.Level != "" {
		entry(f.Level, &plotter.Line{LineStyle: levelLine})
	}
	if f.Note != "" {
		l := newLegend()
		l.YOffs -= vg.Points(15)
		l.Add(f.Note)
		l.Draw(all)
	}
}
