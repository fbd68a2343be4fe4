package finetune

import (
	"fmt"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/internal/plural"
	"gorgpt/train"
)

// checkLong returns an error for a way with long texts that the task does not have.
func (o Options) checkLong() error {
	if err := o.Long.Check(); err != nil {
		return train.BadOption("{Long} %v", err)
	}
	if o.Long == heads.Windows && !oneText(o.Task) {
		return train.BadOption("{Long} %s is for tasks with one text per row, classification and multilabel: for %s use %s or %s", o.Long, o.Task, heads.HeadTail, heads.CutEnd)
	}
	return nil
}

// oneText reports whether a row has one text and nothing else.
func oneText(k heads.Kind) bool {
	f := k.Task().Fields()
	return len(f.Texts) == 1 && f.Answers == ""
}

// checkLong checks that the task has this way with long texts.
func (s Spec) checkLong() error {
	if err := s.Long.Check(); err != nil {
		return errors.WithMessage(err, "long")
	}
	if s.Long == heads.Windows && !oneText(s.Task) {
		return errors.Errorf("long is %s: %s has more than one text", s.Long, s.Task)
	}
	return nil
}

// windowRoom returns how many tokens a window has in a model of ctx positions, beside start and classify.
func windowRoom(ctx int) int { return ctx - 2 }

// fit says how the texts of a set fit a model of ctx positions.
func (s *Set) fit(name string, ctx int) string {
	if s.of != nil {
		return fmt.Sprintf("%s, %d of them read in windows of the model's %d positions, %s in all",
			plural.Of(s.count(), name+" example"), s.Cut, ctx, plural.Of(len(s.Examples), "window"))
	}
	text := fmt.Sprintf("%s, %d of them cut to the model's %d positions", plural.Of(len(s.Examples), name+" example"), s.Cut, ctx)
	if s.Lost > 0 {
		text += fmt.Sprintf(", which loses %.1f %% of the text", 100*float64(s.Lost)/float64(s.Tokens))
	}
	return text
}

// count returns the number of rows.
func (s *Set) count() int {
	if n := len(s.of); n > 0 {
		return s.of[n-1] + 1
	}
	return len(s.Examples)
}

// row returns the number of the row of an example.
func (s *Set) row(example int) int {
	if s.of == nil {
		return example
	}
	return s.of[example]
}

// merged returns the logits of each row: the means over its windows.
func (s *Set) merged(logits [][]float32) [][]float32 {
	if s.of == nil || len(logits) == 0 {
		return logits
	}
	out, windows := make([][]float32, s.count()), make([]float32, s.count())
	for i, row := range logits {
		k := s.of[i]
		if windows[k]++; out[k] == nil {
			out[k] = make([]float32, len(row))
		}
		for j, x := range row {
			out[k][j] += (x - out[k][j]) / windows[k]
		}
	}
	return out
}
