package finetune

import (
	"gorgpt/heads"
	"gorgpt/loaders"
)

// Learn finds out from the training rows what there is to decide. Similarity becomes regression
// when any label is written as a number with a point.
//
// The ids of the special tokens are left to the caller.
func Learn(kind heads.Kind, rows []loaders.Row) (Spec, error) {
	task, err := heads.Of(kind)
	if err != nil {
		return Spec{}, err
	}
	if r, refines := task.(heads.Refiner); refines {
		kind = r.Refine(rows)
	}
	spec := Spec{Task: kind}
	spec.Space, err = kind.Task().Space(rows)
	return spec, err
}
