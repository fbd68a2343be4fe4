package finetune

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// WritePredictions writes one line for each row, with tabs between columns: its number, the columns
// that are kept, gold label, predicted label, and the probability of each class or answer. The first line names the columns.
// Rows are numbered from 1, through all files of the set in order. A row that was left out has its
// number and otherwise empty cells. Questions with fewer answers than others have empty cells at
// the end. Regression has scores instead of labels, and no probabilities. If the rows have no
// labels, there is no gold column.
func (o *Outcome) WritePredictions(w io.Writer) error {
	lines := o.lines()
	kept := keptColumns(lines)
	columns := append([]string{"row"}, kept...)
	if o.labelled() {
		columns = append(columns, "gold")
	}
	columns = append(columns, "predicted")
	for _, name := range o.names {
		columns = append(columns, "p("+name+")")
	}
	if err := writeLine(w, columns); err != nil {
		return err
	}
	for _, l := range lines {
		cells := append(make([]string, 0, len(columns)), strconv.Itoa(l.row))
		for i := range kept {
			text := ""
			if i < len(l.kept) {
				text = l.kept[i].Text
			}
			cells = append(cells, text)
		}
		if o.labelled() {
			cells = append(cells, l.Gold)
		}
		cells = append(cells, l.Predicted)
		for _, x := range l.Probabilities {
			cells = append(cells, strconv.FormatFloat(x, 'f', 6, 64))
		}
		if err := writeLine(w, cells[:len(columns)]); err != nil {
			return err
		}
	}
	return nil
}

// keptColumns returns the names of the columns that are kept.
func keptColumns(lines []line) (names []string) {
	for _, l := range lines {
		if len(l.kept) > 0 {
			for _, k := range l.kept {
				names = append(names, k.Column)
			}
			return names
		}
	}
	return nil
}

// line is a row of a set and its prediction, which is empty if the row was left out.
type line struct {
	place
	Prediction
}

// lines returns all rows of the set in the order of their files, including the rows left out.
func (o *Outcome) lines() []line {
	all := make([]line, 0, len(o.Predictions)+len(o.leftOut))
	for i, p := range o.Predictions {
		l := line{place{row: i + 1, number: i + 1}, p}
		if o.places != nil {
			l.place = o.places[i]
		}
		all = append(all, l)
	}
	for _, at := range o.leftOut {
		all = append(all, line{place: at})
	}
	slices.SortStableFunc(all, func(a, b line) int { return cmp.Compare(a.row, b.row) })
	return all
}

// labelled reports whether the rows have labels.
func (o *Outcome) labelled() bool { return len(o.Measures) > 0 }

func writeLine(w io.Writer, columns []string) error {
	_, err := io.WriteString(w, strings.Join(columns, "\t")+"\n")
	return errors.Wrap(err, "writing predictions")
}
