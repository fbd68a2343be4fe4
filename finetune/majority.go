package finetune

import (
	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
)

// Majority is what the most frequent class, or answer, of the training rows reaches on the
// test rows in the task's measure; of scores, 0.
func (d *Data) Majority() (float64, error) {
	if d.Spec.Task == heads.Regression {
		return 0, nil
	}
	classes := func(rows []loaders.Row) (all []int, err error) {
		for _, row := range rows {
			class, _, err := d.Spec.Target(row)
			if err != nil {
				return nil, errors.WithMessage(err, row.Place())
			}
			all = append(all, int(class))
		}
		return all, nil
	}
	training, err := classes(d.Train)
	if err != nil {
		return 0, err
	}
	test, err := classes(d.Test)
	if err != nil {
		return 0, err
	}
	return d.Spec.Always(majority(training), test), nil
}
