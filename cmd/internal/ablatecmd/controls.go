package ablatecmd

import (
	"context"

	"github.com/pkg/errors"

	"gorgpt/controls"
	"gorgpt/experiment/ablate"
)

// measureControls measures cheap controls on the test rows of each set. It skips sets without
// development rows, on which the controls choose their penalty, and sets whose measure the
// controls do not have.
func measureControls(ctx context.Context, sets []*ablate.Set) error {
	for _, set := range sets {
		if m := set.Data.Spec.Primary(); len(set.Data.Dev) == 0 || m != "acc" && m != "pearson" {
			continue
		}
		spec := set.Data.Spec
		results, err := controls.Measure(ctx, spec.Task, spec.Space, set.Data.Train, set.Data.Dev, set.Data.Test)
		if err != nil {
			return errors.WithMessagef(err, "%s", set.Name)
		}
		for _, r := range results[1:] { // the first is the majority
			set.Controls = append(set.Controls, ablate.Control{Name: r.Name, Partial: r.Partial, Score: r.Test.Value})
		}
	}
	return nil
}
