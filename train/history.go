package train

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/tokenizer"
)

// HistoryFolder is the folder of a run folder that has earlier states of the model, each a
// model folder named after its update.
const HistoryFolder = "history"

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
	dir := filepath.Join(h.Dir, HistoryFolder, checkpoint.StepName(u.Step))
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return errors.Wrap(err, "keeping the history")
	}
	return checkpoint.WriteFolder(dir, h.Model, h.Tok, checkpoint.Form{})
}

// Evaluated keeps nothing.
func (h *Historian) Evaluated(int, []Metric) error { return nil }
