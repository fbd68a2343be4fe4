package finetune

import (
	"io"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// WritePredictions writes one line an example, columns apart by tabs: its number in the
// file from 1 on, gold label, predicted label, and the probability of each class or
// answer. Regression has scores for labels, and no probabilities. The first line names
// the columns.
func (o *Outcome) WritePredictions(w io.Writer) error {
	columns := []string{"row", "gold", "predicted"}
	for _, name := range o.names {
		columns = append(columns, "p("+name+")")
	}
	if err := writeLine(w, columns); err != nil {
		return err
	}
	for i, p := range o.Predictions {
		columns = append(columns[:0], strconv.Itoa(i+1), p.Gold, p.Predicted)
		for _, x := range p.Probabilities {
			columns = append(columns, strconv.FormatFloat(x, 'f', 6, 64))
		}
		if err := writeLine(w, columns); err != nil {
			return err
		}
	}
	return nil
}

func writeLine(w io.Writer, columns []string) error {
	_, err := io.WriteString(w, strings.Join(columns, "\t")+"\n")
	return errors.Wrap(err, "writing predictions")
}
