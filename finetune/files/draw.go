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

// Draw draws the picture of a report in a folder: confusion.svg for classes and labels, scatter.svg for scores.
func Draw(dir string, r *finetune.Report) error {
	title := fmt.Sprintf("%s, %s rows", r.Set, figure.Thousands(r.Rows))
	var name string
	var draw func(format string, w io.Writer) error
	switch {
	case len(r.Classes) > 0:
		name, draw = confusionFile, confusion(title, r).Write
	case len(r.Gold) > 0:
		name, draw = scatterFile, scatter(title, r).Write
	default:
		return nil
	}
	return atomicfile.Write(filepath.Join(dir, name), func(w io.Writer) error { return draw("svg", w) })
}

// confusion draws the confusion matrix of classes or, with several labels per text, the outcomes of each
// label beside its F1.
func confusion(title string, r *finetune.Report) *figure.Matrix {
	var labels, notes []string
	var counts []figure.Outcomes
	for _, c := range r.Classes {
		labels = append(labels, c.Label)
		notes = append(notes, fmt.Sprintf("%.2f (%.2f to %.2f)", c.F1, c.F1Low, c.F1High))
		missed, wrong := c.Support-c.Right, c.Predicted-c.Right
		counts = append(counts, figure.Outcomes{
			TruePositive: c.Right, FalseNegative: missed, FalsePositive: wrong, TrueNegative: r.Rows - c.Right - missed - wrong,
		})
	}
	if len(r.Confusion) > 0 {
		return figure.Confusion(title, labels, r.Confusion)
	}
	return figure.Labels(title, labels, counts, "F1 (95 % interval)", notes)
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
