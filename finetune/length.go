package finetune

import "gorgpt/train"

// length is how long a run is by default: passes over the rows or, if the rows are few, updates.
type length struct{ epochs, updates int }

// The lengths of runs that start from a pre-trained model, and from random weights with a vocabulary
// learned from the rows. Such a model learns the language from the rows as well.
var (
	tuning       = length{3, 150}
	learning     = length{10, 600}
	learningMore = length{10, 2500}
)

// From random weights with their own vocabulary, more than fewRows texts to classify are learned with heavyDropout: with
// 0.1 the model learns them by heart. The updates are more then, because each of them teaches less. Both were found by measuring;
// for fewer texts, the same makes predictions worse.
const fewRows, heavyDropout = 500, 0.6

// over sets the length of a run on n rows that has none.
func (l length) over(n int, o Options) Options {
	if o.Epochs != train.Auto {
		return o
	}
	o.Epochs = 0
	switch {
	case o.Steps > 0:
	case updates(l.epochs, n, o.Batch) >= l.updates:
		o.Epochs = l.epochs
	default:
		o.Steps = l.updates
	}
	return o
}

// A set of up to smallSet rows is small: the run evaluates often, and by default ends early if smallPatience
// evaluations were not better than the best one.
const smallSet, smallEvaluations, smallPatience = 2000, 20, 10

// evaluations sets the interval between evaluations and the patience of a run on n rows.
func (o Options) evaluations(n int, dev bool) Options {
	small := n <= smallSet
	if o.EvalEvery == train.Auto {
		o.EvalEvery = max(updates(1, n, o.Batch), o.Steps/10)
		if small {
			o.EvalEvery = max(o.Steps/smallEvaluations, 1)
		}
	}
	if o.Patience == train.Auto {
		o.Patience = 0
		if small && dev && o.EvalEvery > 0 && o.Checkpoints != 0 {
			o.Patience = smallPatience
		}
	}
	return o
}
