package ablate

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"

	"github.com/pkg/errors"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gorgpt/internal/figure"
)

// The size of the panel of one set, and of the strip with the legend above the panels.
const (
	panelWidth, panelHeight = 3.7 * vg.Inch, 2.8 * vg.Inch
	stripWidth, stripHeight = 5.6 * vg.Inch, 0.5 * vg.Inch // the width at least
)

// Curve draws the test score against the number of labels, a panel a set, as "svg" or
// "png". Bars are a standard deviation of the seeds to either side.
func (g *Grid) Curve(log *Log, format string, w io.Writer) error {
	done, err := log.results()
	if err != nil {
		return err
	}
	columns := int(math.Ceil(math.Sqrt(float64(len(g.Sets)))))
	var panels [][]*plot.Plot
	for i, set := range g.Sets {
		p, err := g.panel(set, done)
		if err != nil {
			return err
		}
		if i%columns == 0 {
			panels = append(panels, make([]*plot.Plot, columns))
		}
		panels[i/columns][i%columns] = p
	}
	c, err := figure.New(format, max(panelWidth*vg.Length(columns), stripWidth), panelHeight*vg.Length(len(panels))+stripHeight)
	if err != nil {
		return err
	}
	whole, pad := draw.New(c), vg.Points(10)
	whole.SetColor(color.White)
	whole.Fill(whole.Rectangle.Path())
	g.drawLegend(draw.Crop(whole, pad, 0, whole.Max.Y-stripHeight, 0))
	tiles := draw.Tiles{Rows: len(panels), Cols: columns, PadX: 2 * pad, PadY: 2 * pad, PadTop: pad / 2, PadBottom: pad, PadLeft: pad, PadRight: pad}
	for i, row := range plot.Align(panels, tiles, draw.Crop(whole, 0, 0, 0, -stripHeight)) {
		for j, part := range row {
			if panels[i][j] != nil {
				panels[i][j].Draw(part)
			}
		}
	}
	_, err = c.WriteTo(w)
	return errors.Wrap(err, "writing the curve")
}

// panel is the plot of one set.
func (g *Grid) panel(set *Set, done map[ID]Result) (*plot.Plot, error) {
	p := newPlot(set)
	lines := map[string]*points{}
	least, rows := 1.0, []int{}
	if !set.isRegression() {
		least = set.majority
	}
	for _, c := range g.curveCells(set) {
		s, err := g.summarize(c, done)
		if err != nil {
			return nil, err
		}
		rows = append(rows, s.rows)
		if len(s.scores) == 0 {
			continue
		}
		if lines[c.variant.Name] == nil {
			lines[c.variant.Name] = &points{}
		}
		lines[c.variant.Name].add(s)
		least = min(least, s.mean()-s.deviation())
	}
	if err := drawMajority(p, set, rows); err != nil {
		return nil, err
	}
	for _, v := range curveVariants() {
		if lines[v.Name] == nil {
			continue
		}
		if err := lines[v.Name].draw(p, v); err != nil {
			return nil, err
		}
	}
	p.X.Min, p.X.Max = place(rows[0])-0.1, place(rows[len(rows)-1])+0.1
	p.Y.Min, p.Y.Max = 10*math.Floor(10*least-0.2), 101
	p.X.Tick.Marker, p.Y.Tick.Marker = counts(slices.Compact(rows)), tens{}
	return p, nil
}

// tens are ticks at the whole tens, every other one with a label if they are many.
type tens struct{}

// Ticks are those within the axis.
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

// place is where a number of labels stands on the axis, which is in decades. Of the scale
// that gonum has for it the axis' label takes too much room.
func place(n int) float64 { return math.Log10(float64(n)) }

// counts are ticks at the numbers of labels.
type counts []int

// Ticks are those within the axis; one that is too near the next has no label.
func (c counts) Ticks(_, _ float64) []plot.Tick {
	ticks := make([]plot.Tick, len(c))
	for i, n := range c {
		ticks[i] = plot.Tick{Value: place(n), Label: thousands(n)}
		if i > 0 && float64(n) < 1.8*float64(c[i-1]) {
			ticks[i-1].Label = ""
		}
	}
	return ticks
}
