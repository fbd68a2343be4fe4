package cli

import (
	"bytes"
	"encoding/json"

	"github.com/pkg/errors"

	"gorgpt/internal/figure"
	"gorgpt/internal/regular"
)

// curves are the values in a figure, by update.
type curves struct {
	loss, rate []figure.Point
	valid      []figure.Point
	heldOut    string         // label of valid: validation or development
	measure    []figure.Point // of the development rows
}

// readCurves reads a metrics file. It skips values that are not numbers and lines that are not
// metrics. measure names the one of evaluations; it may be "". bad has the numbers of those lines, from 1.
func readCurves(path, measure string) (c curves, bad []int, err error) {
	data, err := regular.ReadFile(path, "metrics", 1<<30)
	if err != nil {
		return c, nil, errors.Wrap(err, "drawing the loss")
	}
	number := 0
	for text := range bytes.Lines(data) {
		number++
		if !bytes.HasSuffix(text, []byte("\n")) {
			break // the line is still being written
		}
		if !c.add(text, measure) {
			bad = append(bad, number)
		}
	}
	return c, bad, nil
}

// add adds the values in a line of metrics, and that of a measure. It reports whether the line is one.
func (c *curves) add(text []byte, measure string) bool {
	var line struct {
		Step  *float64
		Loss  any
		LR    any
		Valid any `json:"val_loss"`
		Dev   any `json:"dev_loss"`
	}
	if json.Unmarshal(text, &line) != nil || line.Step == nil {
		return false
	}
	add := func(points *[]figure.Point, value any) bool {
		y, isNumber := value.(float64)
		if isNumber {
			*points = append(*points, figure.Point{X: *line.Step, Y: y})
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
		var all map[string]any
		if json.Unmarshal(text, &all) == nil {
			add(&c.measure, all[measure])
		}
	}
	return true
}
