package ablate

import (
	"fmt"
	"io"
	"slices"

	"gorgpt/internal/figure"
)

// Curve draws the test score against the number of labels as "svg" or "png", with a panel for each
// set. Bars extend one standard deviation of the seeds to either side.
func (g *Grid) Curve(log *Log, format string, w io.Writer) error {
	return g.picture(log, format, w, titles(curveVariants()), func(set *Set, p *figure.Panel) []place {
		p.X, p.Log = "labelled training examples (log scale)", true
		var places []place
		for i, c := range g.curveCells(set) {
			n := c.limit
			if n == 0 {
				n = set.rows()
			}
			places = append(places, place{c, n, i % len(curveVariants())})
		}
		return places
	})
}

// TransferCurve draws the test score against the number of transferred blocks, as in the left part
// of the paper's figure 2.
func (g *Grid) TransferCurve(log *Log, format string, w io.Writer) error {
	return g.picture(log, format, w, []string{"embeddings and the first blocks transferred"}, func(set *Set, p *figure.Panel) []place {
		p.X = "blocks transferred"
		var places []place
		for n, c := range g.transferCells(set) {
			places = append(places, place{c, n, 0})
		}
		return places
	})
}

// place is the position of a cell on the horizontal axis.
type place struct {
	cell
	x, line int
}

// axis returns the label of the vertical axis of a set's panel.
func axis(set *Set) string {
	switch set.Data.Spec.Primary() {
	case "pearson":
		return "Pearson's correlation × 100"
	case "f1":
		return "F1 × 100"
	case "mcc":
		return "Matthews correlation × 100"
	}
	return "test accuracy (%)"
}

// picture draws a panel for each set, with cells at the places that the function returns.
func (g *Grid) picture(log *Log, format string, w io.Writer, lines []string, places func(*Set, *figure.Panel) []place) error {
	done, err := log.All()
	if err != nil {
		return err
	}
	f := figure.Picture{Level: "majority class", Lines: lines}
	if g.Seeds > 1 {
		f.Note = fmt.Sprintf("means of %d seeds; bars: one standard deviation to either side", g.Seeds)
	}
	for _, set := range g.Sets {
		p := figure.Panel{Title: set.Name, Y: axis(set), Lines: make([]figure.Line, len(lines))}
		if majority := 100 * set.majority; !set.isRegression() {
			p.Level = &majority
		}
		for _, c := range places(set, &p) {
			p.Ticks = append(p.Ticks, c.x)
			s, err := g.summarize(c.cell, done)
			if err != nil {
				return err
			}
			if line := &p.Lines[c.line]; len(s.scores) > 0 {
				line.Number = c.line
				line.Points = append(line.Points, figure.Point{X: float64(c.x), Y: 100 * s.mean(), Bar: 100 * s.deviation()})
			}
		}
		p.Ticks = slices.Compact(p.Ticks)
		f.Panels = append(f.Panels, p)
	}
	return f.Write(format, w)
}

// titles returns the titles of variants.
func titles(variants []Variant) (all []string) {
	for _, v := range variants {
		all = append(all, v.Title)
	}
	return all
}
