package finetune

import (
	"context"
	"math/rand/v2"

	"gorgpt/heads"
	"gorgpt/train"
)

// Task is fine-tuning as [train.Task]. Batches run on from one epoch into the next, so
// that all are of one size and each example counts the same. Update n depends on n
// alone, not on the updates before it.
type Task struct {
	Tuner *heads.Tuner
	Spec  Spec
	Train *Set
	Dev   *Set // what to evaluate on; nil: nothing
	Batch int  // examples an update
	Seed  uint64

	order order
	dev   *Outcome
}

// Accumulate adds the gradient of L3 over batch n to the store.
func (t *Task) Accumulate(ctx context.Context, n int) (train.Result, error) {
	t.order.n, t.order.seed = len(t.Train.Examples), t.Seed
	batch, tokens := make([]heads.Encoded, t.Batch), 0
	for i := range batch {
		batch[i] = t.Train.Examples[t.order.at((n-1)*t.Batch+i)]
		for _, s := range batch[i].Sequences {
			tokens += len(s)
		}
	}
	l, err := t.Tuner.Accumulate(ctx, n, batch)
	return train.Result{
		Loss: l.Total, Tokens: tokens, More: []train.Metric{{Name: "clf_loss", Value: l.Task}, {Name: "lm_loss", Value: l.LM}},
	}, err
}

// Evaluate measures the model on the development set.
func (t *Task) Evaluate(ctx context.Context) ([]train.Metric, error) {
	if t.Dev == nil {
		return nil, nil
	}
	o, err := t.Judge(ctx, t.Dev)
	if err != nil {
		return nil, err
	}
	t.dev = o
	return o.Metrics("dev_"), nil
}

// DevOutcome is that of the last evaluation, or nil.
func (t *Task) DevOutcome() *Outcome { return t.dev }

// Judge predicts a set and compares.
func (t *Task) Judge(ctx context.Context, set *Set) (*Outcome, error) {
	losses, logits, err := t.Tuner.Evaluate(ctx, set.Examples)
	if err != nil {
		return nil, err
	}
	return newOutcome(t.Spec, t.Train, set, losses, logits), nil
}

// order draws the examples of one epoch after the other, each epoch in a new shuffle
// that depends on the seed and its own number alone.
type order struct {
	n     int // examples
	seed  uint64
	epoch int
	perm  []int // of epoch; nil before the first draw
}

// at is the i-th example drawn since the first epoch began.
func (o *order) at(i int) int {
	if epoch := i / o.n; o.perm == nil || epoch != o.epoch {
		o.epoch, o.perm = epoch, rand.New(rand.NewPCG(o.seed, uint64(epoch))).Perm(o.n)
	}
	return o.perm[i%o.n]
}
