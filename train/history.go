package train

import (
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
	"gorgpt/tokenizer"
)

// Milestones are the updates after which n earlier states of a run are kept: after a half of
// the updates, a quarter, an eighth, …, in order. Short runs have fewer.
func Milestones(steps, n int) (at []int) {
	for range n {
		if steps /= 2; steps > 0 {
			at = append(at, steps)
		}
	}
	slices.Reverse(at)
	return at
}

// Historian keeps the weights of a model at milestones of its training.
// A Historian must not be used by several goroutines at once.
type Historian struct {
	Dir   string // run folder
	Model *gpt1.Model
	Tok   *tokenizer.Tokenizer
	Steps int // updates of the run
	Count int // milestones
}

// Updated keeps the weights if this is a milestone. A folder that is there is of the same
// weights, or was cut off.
func (h *Historian) Updated(u Update) error {
	if !slices.Contains(Milestones(h.Steps, h.Count), u.Step) {
		return nil
	}
	dir, err := atomicfile.OpenIn(h.Dir, HistoryFolder, checkpoint.StepName(u.Step))
	if err != nil {
		return errors.WithMessage(err, "keeping the history")
	}
	defer dir.Close()
	return checkpoint.WriteFolder(dir.Path(""), h.Model, h.Tok, checkpoint.Form{})
}

// Evaluated keeps nothing.
func (h *Historian) Evaluated(int, []Metric) error { return nil }
