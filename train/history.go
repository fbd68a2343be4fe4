package train

import (
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
	"gorgpt/tokenizer"
)

// Milestones returns the updates after which a run keeps its n earlier states, in ascending
// order: half of all updates, a quarter, an eighth, and so on. Short runs have fewer.
func Milestones(steps, n int) (at []int) {
	for range n {
		if steps /= 2; steps > 0 {
			at = append(at, steps)
		}
	}
	slices.Reverse(at)
	return at
}

// Historian saves the weights of a model at the milestones of its training.
// A Historian must not be used by several goroutines at once.
type Historian struct {
	Dir   string // run folder
	Model *gpt1.Model
	Tok   *tokenizer.Tokenizer
	Steps int // number of updates in the run
	Count int // number of milestones
}

// Updated saves the weights if the update is a milestone. It replaces an existing folder, which
// has the same weights or is incomplete.
func (h *Historian) Updated(u Update) error { return h.Keep(u.Step) }

// Keep saves the weights after an update as Updated does. A run that is extended calls it for the update
// at which it goes on, which was no milestone before.
func (h *Historian) Keep(step int) error {
	if !slices.Contains(Milestones(h.Steps, h.Count), step) {
		return nil
	}
	dir, err := atomicfile.OpenIn(h.Dir, HistoryFolder, checkpoint.StepName(step))
	if err != nil {
		return errors.WithMessage(err, "keeping the history")
	}
	defer dir.Close()
	return checkpoint.WriteFolder(dir.Path(""), h.Model, h.Tok, checkpoint.Form{})
}

// Evaluated does nothing.
func (h *Historian) Evaluated(int, []Metric) error { return nil }
