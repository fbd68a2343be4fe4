package finetune

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"

	"gorgpt/loaders"
)

// ErrorsFile is the file of a run folder that holds the rows with the greatest losses.
const ErrorsFile = "errors.tsv"

// mostErrors is the most rows of errors.tsv.
const mostErrors = 200

// WriteErrors writes the rows with the greatest losses, the worst first, with tabs between columns:
// number, loss in nats, gold and predicted label with their probabilities, and the texts. The
// first line names the columns. Scores have squared errors and no probabilities. Line breaks and
// tabs in texts become \n and \t. Row numbers are those of [Outcome.WritePredictions].
func (o *Outcome) WriteErrors(w io.Writer) error {
	hasP := o.names != nil
	columns := []string{"row", "loss", "gold", "predicted"}
	if hasP {
		columns = append(columns, "p(gold)", "p(predicted)")
	}
	fields := o.spec.Task.Task().Fields()
	columns = append(columns, fields.Texts...)
	if fields.Answers != "" {
		columns = append(columns, fields.Answers)
	}
	if err := writeLine(w, columns); err != nil {
		return err
	}
	for _, x := range o.worst() {
		at := place{row: x.example + 1}
		if o.places != nil {
			at = o.places[x.example]
		}
		p := o.Predictions[x.example]
		cells := []string{strconv.Itoa(at.row), fixed(x.loss), p.Gold, p.Predicted}
		if hasP {
			cells = append(cells, fixed(x.gold), fixed(x.predicted))
		}
		if o.rows != nil {
			cells = append(cells, texts(o.rows[x.example], fields)...)
		}
		if err := writeLine(w, cells); err != nil {
			return err
		}
	}
	return nil
}

func fixed(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) }

// texts returns the texts of a row as cells of a table.
func texts(row loaders.Row, fields loaders.Fields) (cells []string) {
	for _, text := range row.Texts {
		cells = append(cells, oneLine(text))
	}
	if fields.Answers != "" {
		cells = append(cells, oneLine(strings.Join(row.Answers, " | ")))
	}
	return cells
}

var lineBreaks = strings.NewReplacer("\r\n", `\n`, "\n", `\n`, "\r", `\n`, "\t", `\t`)

func oneLine(text string) string { return lineBreaks.Replace(text) }

// judged is the loss of an example, and the probabilities of its labels.
type judged struct {
	example               int
	loss, gold, predicted float64
}

// worst returns the examples with the greatest losses, the worst first.
func (o *Outcome) worst() []judged {
	all := make([]judged, len(o.gold))
	for i, gold := range o.gold {
		all[i].example = i
		all[i].loss, all[i].gold, all[i].predicted = o.judge.Loss(gold, o.logits[i])
	}
	slices.SortStableFunc(all, func(a, b judged) int { return cmp.Compare(b.loss, a.loss) })
	return all[:min(len(all), mostErrors)]
}
