package train

import (
	"fmt"
	"math"
	"slices"

	"github.com/pkg/errors"
)

// NotFinite is the error of an update whose loss or gradients are NaN or infinite. The weights
// are unchanged.
// A NotFinite is safe for concurrent use as long as nothing changes it.
type NotFinite struct {
	What  error  // names the loss or the norm
	First error  // names the first node with such a value; nil if a second computation found none
	Batch string // the batch of the update
}

func (e NotFinite) Error() string {
	first := "a second computation of the batch found no such value in any node"
	if e.First != nil {
		first = "the first such value is in " + e.First.Error()
	}
	return fmt.Sprintf("%v; %s; batch: %s", e.What, first, e.Batch)
}

// notFinite returns a NotFinite that names the first node, on the lowest rank with such a value.
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
