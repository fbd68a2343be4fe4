package files

import (
	"fmt"
	"io"
	"path/filepath"

	"gorgpt/finetune"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/figure"
)

// Names of the pictures.
const (
	confusionFile = "confusion.svg"
	scatterFile   = "scatter.svg"
)

// mostPoints is the most points of a scatter plot.
const mostPoints = 2000

// Draw draws the pictures of a report in a folder: confusion.svg for classes, scatter.svg for scores.
func Draw(dir string, r *finetune.Report) error {
	title := fmt.Sprintf("%s, %s rows", r.Set, figure.Thousands(r.Rows))
	var name string
	var draw func(format string, w io.Writer) error
	switch {
	case len(r.Confusion) > 0:
		m := &figure.Matrix{Title: title, Rows: "gold", Columns: "predicted", Counts: r.Confusion}
		for _, c := range r.Classes {
			m.Labels = append(m.Labels, c.Label)
		}
		name, draw = confusionFile, m.Write
	case len(r.Gold) > 0:
		name, draw = scatterFile, scatter(title, r).Write
	default:
		return nil
	}
	return atomicfile.Write(filepath.Join(dir, name), func(w io.Writer) error { return draw("svg", w) })
}

// scatter plots gold against predicted scores. Of many, it takes every nth.
func scatter(title string, r *finetune.Report) *figure.Sheet {
	step := (len(r.Gold) + mostPoints - 1) / mostPoints
	if step > 1 {
		title += fmt.Sprintf(" (one in %d drawn)", step)
	}
	var points []figure.Point
	for i := 0; i < len(r.Gold); i += step {
		points = append(points, figure.Point{X: r.Gold[i], Y: r.Predicted[i]})
	}
	return figure.Scatter(title, "gold", "predicted", points)
}
