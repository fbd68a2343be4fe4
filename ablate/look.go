package ablate

import (
	"fmt"
	"image/color"

	"github.com/pkg/errors"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// look is how a variant is drawn. Lightness, dashes and shape tell variants apart where
// colours are not seen.
type look struct {
	line  draw.LineStyle
	glyph draw.GlyphStyle
}

var looks = map[string]look{
	Full.Name:    newLook(color.NRGBA{0x0b, 0x3c, 0x7d, 0xff}, draw.CircleGlyph{}),
	Scratch.Name: newLook(color.NRGBA{0xe0, 0x7b, 0x1a, 0xff}, draw.BoxGlyph{}, vg.Points(5), vg.Points(3)),
}

func newLook(c color.Color, shape draw.GlyphDrawer, dashes ...vg.Length) look {
	return look{
		draw.LineStyle{Color: c, Width: vg.Points(1.8), Dashes: dashes},
		draw.GlyphStyle{Color: c, Radius: vg.Points(3), Shape: shape},
	}
}

var (
	majorityLine = draw.LineStyle{Color: color.Gray{0x60}, Width: vg.Points(1.2), Dashes: []vg.Length{vg.Points(1.5), vg.Points(2.5)}}
	gridLine     = draw.LineStyle{Color: color.Gray{0xd8}, Width: vg.Points(0.5)}
)

// inSans sets a style in letters without serifs.
func inSans(s *text.Style, size vg.Length) { s.Font.Variant, s.Font.Size = "Sans", size }

// newPlot is an empty panel: title, axes and grid.
func newPlot(set *Set) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = set.Name, "labelled training examples (log scale)", "test accuracy (%)"
	switch set.Data.Spec.Primary() {
	case "pearson":
		p.Y.Label.Text = "Pearson's correlation × 100"
	case "f1":
		p.Y.Label.Text = "F1 × 100"
	case "mcc":
		p.Y.Label.Text = "Matthews correlation × 100"
	}
	inSans(&p.Title.TextStyle, vg.Points(12))
	p.Title.Padding = vg.Points(4)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		inSans(&axis.Label.TextStyle, vg.Points(10))
		inSans(&axis.Tick.Label, vg.Points(9))
		axis.Padding, axis.Label.Padding = vg.Points(3), vg.Points(3)
	}
	grid := plotter.NewGrid()
	grid.Vertical, grid.Horizontal = gridLine, gridLine
	p.Add(grid)
	return p
}

// drawMajority draws what the most frequent class reaches, from the fewest labels to the
// most.
func drawMajority(p *plot.Plot, set *Set, rows []int) error {
	if set.isRegression() {
		return nil
	}
	ends := plotter.XYs{{X: place(rows[0]), Y: 100 * set.majority}, {X: place(rows[len(rows)-1]), Y: 100 * set.majority}}
	line, err := plotter.NewLine(ends)
	if err != nil {
		return errors.Wrap(err, "drawing the majority")
	}
	line.LineStyle = majorityLine
	p.Add(line)
	return nil
}

// points are those of one variant, in percent.
type points struct {
	plotter.XYs
	plotter.YErrors
}

func (l *points) add(s summary) {
	l.XYs = append(l.XYs, plotter.XY{X: place(s.rows), Y: 100 * s.mean()})
	d := 100 * s.deviation()
	l.YErrors = append(l.YErrors, struct{ Low, High float64 }{d, d})
}

func (l *points) draw(p *plot.Plot, v Variant) error {
	k := looks[v.Name]
	line, dots, err := plotter.NewLinePoints(l.XYs)
	if err != nil {
		return errors.Wrapf(err, "drawing %s", v.Title)
	}
	line.LineStyle, dots.GlyphStyle = k.line, k.glyph
	bars, err := plotter.NewYErrorBars(l)
	if err != nil {
		return errors.Wrapf(err, "drawing %s", v.Title)
	}
	bars.Color, bars.Width, bars.CapWidth = k.line.Color, vg.Points(1.2), vg.Points(6)
	p.Add(line, bars, dots)
	return nil
}

// drawLegend says what is what.
func (g *Grid) drawLegend(c draw.Canvas) {
	all := c
	entry := func(title string, thumbs ...plot.Thumbnailer) {
		l := newLegend()
		l.ThumbnailWidth = vg.Points(30)
		l.Add(" "+title, thumbs...)
		l.Draw(c)
		c = draw.Crop(c, l.ThumbnailWidth+l.TextStyle.Width(title)+vg.Points(24), 0, 0, 0)
	}
	for _, v := range curveVariants() {
		entry(v.Title, &plotter.Line{LineStyle: looks[v.Name].line}, &plotter.Scatter{GlyphStyle: looks[v.Name].glyph})
	}
	entry("majority class", &plotter.Line{LineStyle: majorityLine})
	if g.Seeds > 1 {
		l := newLegend()
		l.YOffs -= vg.Points(15)
		l.Add(fmt.Sprintf("means of %d seeds; bars: one standard deviation to either side", g.Seeds))
		l.Draw(all)
	}
}

// newLegend is a legend at the top left.
func newLegend() plot.Legend {
	l := plot.NewLegend()
	inSans(&l.TextStyle, vg.Points(10))
	l.Left, l.Top, l.ThumbnailWidth, l.YOffs = true, true, 0, -vg.Points(6)
	return l
}
