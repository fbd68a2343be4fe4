package train

import (
	"encoding/json"
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
)

// Keep says which checkpoints a run keeps: the newest so many and the best one, also when it has ended.
// With 0 it writes none. [KeepBest] is another rule.
// A Keep is safe for concurrent use.
type Keep int

// KeepBest keeps the newest two checkpoints and the best one while the run lasts. When it has ended, only
// the best one remains, or the last one without evaluations. It then lacks Adam's moments, with which
// only an unfinished run can be resumed.
const KeepBest Keep = -1

// newest returns how many of the newest checkpoints are kept while the run lasts.
func (k Keep) newest() int {
	if k == KeepBest {
		return 2
	}
	return int(k)
}

// String returns the number or "best", as Set reads it.
func (k Keep) String() string {
	if k == KeepBest {
		return "best"
	}
	return strconv.Itoa(int(k))
}

// Set parses a number of checkpoints, 0 or more, or "best".
func (k *Keep) Set(s string) error {
	if s == "best" {
		*k = KeepBest
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000_000 {
		return errors.New("must be a number of checkpoints, 0 or more, or best")
	}
	*k = Keep(n)
	return nil
}

// MarshalJSON writes a number or "best".
func (k Keep) MarshalJSON() ([]byte, error) {
	if k == KeepBest {
		return json.Marshal(k.String())
	}
	return json.Marshal(int(k))
}

// UnmarshalJSON reads a number or "best".
func (k *Keep) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		text = string(data)
	}
	return errors.WithMessage(k.Set(text), "keep")
}

// tidy removes from a completed run the checkpoints that are not to be kept. If it is interrupted, a second
// call does the rest.
func (k Keep) tidy(all checkpoint.Keeper) error {
	steps, err := all.Steps()
	if k != KeepBest || err != nil || len(steps) == 0 {
		return err
	}
	var s State // of the newest checkpoint, which is removed last
	if all.State(steps[len(steps)-1], &s) != nil {
		return nil // damaged, and not needed
	}
	if s.Best.Step > 0 {
		return all.KeepOnly(s.Best.Step)
	}
	return all.KeepOnly(s.Step)
}
