package finetune

import (
	"gorgpt/heads"
	"gorgpt/train"
)

// ClassWeights says how much each class counts in the loss: the same for each row, which is "" or
// [NoWeights], or [Balanced].
// ClassWeights are safe for concurrent use.
type ClassWeights string

// The values of ClassWeights.
const (
	NoWeights ClassWeights = "none"     // all rows count the same
	Balanced  ClassWeights = "balanced" // all classes count the same, see [heads.Balancer]
)

// check returns an error for an unknown value.
func (w ClassWeights) check() error {
	switch w {
	case "", NoWeights, Balanced:
		return nil
	}
	return train.BadOption("{ClassWeights} must be %s or %s, not %q", Balanced, NoWeights, w)
}

// of returns the weights of the classes of the training examples, or nil if all are 1.
func (w ClassWeights) of(spec Spec, training *Set) ([]float32, error) {
	if w != Balanced {
		return nil, nil
	}
	b, can := spec.Task.Task().(heads.Balancer)
	if !can {
		return nil, train.BadOption("{ClassWeights} %s is for tasks with one label per row, not for %s: omit it", w, spec.Task)
	}
	return b.Balanced(spec.Space, training.targets()), nil
}
