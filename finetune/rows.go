package finetune

import (
	"gorgpt/heads"
	"gorgpt/loaders"
)

// Learn derives the spec of a task from its training rows. Similarity becomes regression if any
// label is written as a number with a decimal point.
//
// The caller sets the ids of the special tokens.
func Learn(kind heads.Kind, rows []loaders.Row) (Spec, error) {
	kind, space, err := heads.Learn(kind, rows)
	return Spec{Task: kind, Space: space}, err
}
