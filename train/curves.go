package train

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/pkg/errors"
	"gonum.org/v1/plot/plotter"
)

// curves are what a figure shows, over updates.
type curves struct {
	loss, rate plotter.XYs
	valid      plotter.XYs
	heldOut    string // what valid is of
}

// readCurves reads a metrics file. Values that are no numbers are left out.
func readCurves(path string) (c curves, err error) {
	f, err := os.Open(path)
	if err != nil {
		return c, errors.Wrap(err, "drawing the loss")
	}
	defer f.Close() // only read from
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var line struct {
			Step  float64
			Loss  any
			LR    any
			Valid any `json:"val_loss"`
			Dev   any `json:"dev_loss"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return c, errors.Wrap(err, path)
		}
		add := func(points *plotter.XYs, value any) bool {
			y, isNumber := value.(float64)
			if isNumber {
				*points = append(*points, plotter.XY{X: line.Step, Y: y})
			}
			return isNumber
		}
		add(&c.loss, line.Loss)
		add(&c.rate, line.LR)
		if add(&c.valid, line.Valid) {
			c.heldOut = "validation"
		}
		if add(&c.valid, line.Dev) {
			c.heldOut = "development"
		}
	}
	return c, errors.Wrap(lines.Err(), path)
}
