package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// look is the style of a line. Lightness, dashes and shapes distinguish lines without colours.
type look struct {
	line  draw.LineStyle
	glyph draw.GlyphStyle
}

var looks = []look{
	newLook(color.NRGBA{0x0b, 0x3c, 0x7d, 0xff}, draw.CircleGlyph{}),
	newLook(color.NRGBA{0xe0, 0x7b, 0x1a, 0xff}, draw.BoxGlyph{}, vg.Points(5), vg.Points(3)),
	newLook(color.NRGBA{0x3f, 0x8f, 0x6b, 0xff}, draw.TriangleGlyph{}, vg.Points(8), vg.Points(2)),
	newLook(color.NRGBA{0x9a, 0x4f, 0x96, 0xff}, draw.CrossGlyph{}, vg.Points(2), vg.Points(2)),
}

func newLook(c color.Color, shape draw.GlyphDrawer, dashes ...vg.Length) look {
	return look{
		draw.LineStyle{Color: c, Width: vg.Points(1.8), Dashes: dashes},
		draw.GlyphStyle{Color: c, Radius: vg.Points(3), Shape: shape},
	}
}

var (
	levelLine = draw.LineStyle{Color: color.Gray{0x60}, Width: vg.Points(1.2), Dashes: []vg.Length{vg.Points(1.5), vg.Points(2.5)}}
	gridLine  = draw.LineStyle{Color: color.Gray{0xd8}, Width: vg.Points(0.5)}
)

// inSans makes a text style sans-serif.
func inSans(s *text.Style, size vg.Length) { s.Font.Variant, s.Font.Size = "Sans", size }

// newPlot returns an empty panel: title, axes and grid.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
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

// newLegend returns a legend at the top left.
func newLegend() plot.Legend {
	l := plot.NewLegend()
	inSans(&l.TextStyle, vg.Points(10))
	l.Left, l.Top, l.ThumbnailWidth, l.YOffs = true, true, 0, -vg.Points(6)
	return l
}

// tens are ticks at multiples of ten, with a label at every other one if there are many.
type tens struct{}

// Ticks returns the ticks within the axis.
func (tens) Ticks(least, most float64) (ticks []plot.Tick) {
	for x := 10 * math.Ceil(least/10); x <= most; x += 10 {
		t := plot.Tick{Value: x}
		if most-least < 60 || math.Mod(x, 20) == 0 {
			t.Label = fmt.Sprintf("%.0f", x)
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// place is the position of x on the axis. It replaces gonum's logarithmic scale, whose label takes too much
// room.
func (f Panel) place(x float64) float64 {
	if f.Log {
		return math.Log10(x)
	}
	return x
}

// counts are the ticks of a panel.
type counts struct{ Panel }

// Ticks returns the ticks within the axis. From the last one on, a tick that is too near to the next has no
// label.
func (c counts) Ticks(least, most float64) []plot.Tick {
	ticks, free := make([]plot.Tick, len(c.Panel.Ticks)), math.Inf(1)
	for i := len(ticks) - 1; i >= 0; i-- {
		n := c.Panel.Ticks[i]
		ticks[i].Value = c.place(float64(n))
		if ticks[i].Value <= free {
			ticks[i].Label = Thousands(n)
			free = ticks[i].Value - (most-least)/8
		}
	}
	return ticks
}

// Thousands formats a count with thousands separators.
func Thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
