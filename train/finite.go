package train

import (
	"fmt"
	"math"
	"slices"

	"github.com/pkg/errors"
)

// NotFinite tells that loss or gradients of an update were no numbers. No weight was changed.
// A NotFinite is safe for concurrent use as long as nothing changes it.
type NotFinite struct {
	What  error  // the loss or the norm
	First error  // the first node with such a value, or nil if it is not found again
	Batch string // what was computed
}

func (e NotFinite) Error() string {
	first := "no single node has such a value when the batch is computed once more"
	if e.First != nil {
		first = "the first such value is in " + e.First.Error()
	}
	return fmt.Sprintf("%v; %s; batch: %s", e.What, first, e.Batch)
}

// notFinite finds out where it began, on the first rank where it did.
func (t *Trainer) notFinite(n int, what error) error {
	batch, first := t.Task.Diagnose(n)
	if t.Group.Size() > 1 {
		text := ""
		if first != nil {
			text = t.Group.Name() + ": " + first.Error()
		}
		all, err := t.Group.Gather([]byte(text))
		if err != nil {
			return err
		}
		first = nil
		for _, text := range slices.Backward(all) {
			if len(text) > 0 {
				first = errors.New(string(text))
			}
		}
	}
	return errors.WithStack(NotFinite{What: what, First: first, Batch: batch})
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
