package finetune

import (
	"io"
	"slices"
	"strconv"

	"gorgpt/heads"
)

// PartNames returns the parts of the set in the order in which they first occur.
func (o *Outcome) PartNames() (names []string) {
	for _, l := range o.lines() {
		if !slices.Contains(names, l.part) {
			names = append(names, l.part)
		}
	}
	return names
}

// Missing returns how many rows of a part were left out.
func (o *Outcome) Missing(part string) (n int) {
	for _, at := range o.leftOut {
		if at.part == part {
			n++
		}
	}
	return n
}

// WriteSubmission writes a prediction for every row of a part's file, including the rows that were
// left out. A row without a numeric id gets its position in the file, counted from 0.
func (o *Outcome) WriteSubmission(w io.Writer, part string) error {
	if err := writeLine(w, []string{"index", "prediction"}); err != nil {
		return err
	}
	for _, l := range o.lines() {
		if l.part != part {
			continue
		}
		index := l.id
		if _, err := strconv.Atoi(index); err != nil {
			index = strconv.Itoa(l.number - 1)
		}
		predicted := l.Predicted
		if predicted == "" {
			predicted, _ = o.judge.Blind()
		}
		if s, ok := o.spec.Task.Task().(heads.Submitter); ok {
			predicted = s.Submission(predicted)
		}
		if err := writeLine(w, []string{index, predicted}); err != nil {
			return err
		}
	}
	return nil
}

// Blind describes the prediction for a row that cannot be used.
func (o *Outcome) Blind() string {
	_, what := o.judge.Blind()
	return what
}
