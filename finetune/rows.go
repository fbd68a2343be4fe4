package finetune

import (
	"gorgpt/heads"
	"gorgpt/loaders"
)

// Learn learns from the training rows what the model decides among. Similarity becomes regression
// when any label is written as a number with a point.
//
// The ids of the special tokens are left to the caller.
func Learn(kind heads.Kind, rows []loaders.Row) (Spec, error) {
	kind, space, err := heads.Learn(kind, rows)
	return Spec{Task: kind, Space: space}, err
}
