package finetune

import (
	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
)

// Majority returns the value of the task's measure on the test rows if the most frequent class, or
// answer number, of the training rows is always predicted. It is 0 for scores.
func (d *Data) Majority() (float64, error) {
	targets := func(rows []loaders.Row) (all []heads.Target, err error) {
		for _, row := range rows {
			target, err := d.Spec.Target(row)
			if err != nil {
				return nil, errors.WithMessage(err, row.Place())
			}
			all = append(all, target)
		}
		return all, nil
	}
	training, err := targets(d.Train)
	if err != nil {
		return 0, err
	}
	test, err := targets(d.Test)
	if err != nil {
		return 0, err
	}
	return d.Spec.Task.Task().Judge(d.Spec.Space, training).Baseline(d.Spec.Primary(), test), nil
}
