package ablatecmd

import (
	"context"

	"github.com/pkg/errors"

	"gorgpt/controls"
	"gorgpt/experiment/ablate"
)

// measureControls finds out what cheap means reach on the test rows of each set. They
// need development rows, to choose a penalty on; a set without any gets none, and so does a
// dataset whose measure is not theirs.
func measureControls(ctx context.Context, sets []*ablate.Set) error {
	for _, set := range sets {
		if m := set.Data.Spec.Primary(); len(set.Data.Dev) == 0 || m != "acc" && m != "pearson" {
			continue
		}
		results, err := controls.Measure(ctx, set.Data.Spec.Task, set.Data.Train, set.Data.Dev, set.Data.Test)
		if err != nil {
			return errors.WithMessagef(err, "%s", set.Name)
		}
		for _, r := range results[1:] { // the first is the majority
			set.Controls = append(set.Controls, ablate.Control{Name: r.Name, Partial: r.Partial, Score: r.Test.Value})
		}
	}
	return nil
}
