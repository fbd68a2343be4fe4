package finetune

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/train"
)

// Task implements [train.Task] for fine-tuning. A batch may span two epochs, so that all batches
// have the same size and each example has the same weight. The batch of update n depends on n
// alone, not on the updates before it.
//
// A Task must not be used by several goroutines at once, except for Judge.
type Task struct {
	Tuner *heads.Tuner
	Spec  Spec
	Train *Set // nil without training: then a baseline that the spec lacks comes from the set that is judged
	Dev   *Set // set to evaluate on; nil: no evaluation
	Batch int  // examples in an update
	Seed  uint64

	order order
	ahead chan drawn // the batch of the next update; nil before the first
	done  int        // number of the last update
	dev   *Outcome   // outcome of the last evaluation; nil before the first
}

// Accumulate adds the gradient of L3 over this rank's share of batch n to the store.
func (t *Task) Accumulate(ctx context.Context, n int, last func() error) (train.Result, error) {
	b := t.drawn(n)
	if b.err != nil {
		return train.Result{}, b.err
	}
	l, err := t.Tuner.AccumulateCut(ctx, n, b.cut, last)
	if err == nil {
		t.done = n
	}
	return train.Result{
		Loss: l.Total, Tokens: b.tokens, More: []train.Metric{{Name: "clf_loss", Value: l.Task}, {Name: "lm_loss", Value: l.LM}},
	}, err
}

// drawn is the batch of an update, cut for the tuner, or the error of cutting it.
type drawn struct {
	n      int // the update
	tokens int
	cut    *heads.Cut
	err    error
}

// drawn returns the batch of update n. A goroutine then draws the one that follows.
func (t *Task) drawn(n int) (b drawn) {
	if t.ahead == nil {
		t.ahead = make(chan drawn, 1)
	} else {
		b = <-t.ahead
	}
	if b.n != n { // the first update, or one after Seek
		b = t.draw(n)
	}
	go func() { t.ahead <- t.draw(n + 1) }()
	return b
}

// draw draws the batch of update n.
func (t *Task) draw(n int) drawn {
	b, batch := drawn{n: n}, t.batch(n)
	for _, e := range batch {
		for _, s := range e.Sequences {
			b.tokens += len(s)
		}
	}
	b.cut, b.err = t.Tuner.Cut(batch)
	return b
}

// numbers returns the numbers of the examples of update n.
func (t *Task) numbers(n int) []int {
	numbers := make([]int, t.Batch)
	for i := range numbers {
		numbers[i] = t.order.at(len(t.Train.Examples), t.Seed, (n-1)*t.Batch+i)
	}
	return numbers
}

func (t *Task) batch(n int) []heads.Encoded {
	batch := make([]heads.Encoded, t.Batch)
	for i, number := range t.numbers(n) {
		batch[i] = t.Train.Examples[number]
	}
	return batch
}

// Position returns the position in the training set after the last complete batch.
func (t *Task) Position() loaders.Position { return t.positionAfter(t.done) }

func (t *Task) positionAfter(n int) loaders.Position {
	drawn := n * t.Batch
	return loaders.Position{Epoch: drawn / len(t.Train.Examples), Index: drawn % len(t.Train.Examples)}
}

// Seek continues after update n. It is an error if the position does not match.
func (t *Task) Seek(n int, at loaders.Position) error {
	if want := t.positionAfter(n); at != want {
		return errors.Errorf("update %d of %d rows in batches of %d ends at example %d of epoch %d, not %d of %d: did the rows or the batch size change?",
			n, len(t.Train.Examples), t.Batch, want.Index, want.Epoch, at.Index, at.Epoch)
	}
	t.done = n
	return nil
}

// Diagnose computes the gradients of update n again. It returns the rows of the batch and an error
// that names the first value that is not finite.
func (t *Task) Diagnose(n int) (batch string, err error) {
	t.Tuner.Model.Store.ClearGradients()
	numbers := t.numbers(n)
	for i, example := range numbers {
		numbers[i] = t.Train.row(example)
	}
	return "training " + t.Train.rowsOf(numbers), t.Tuner.Diagnose(n, t.batch(n))
}

// rowsOf lists rows by file and number.
func (s *Set) rowsOf(rows []int) string {
	var files []string
	numbers := map[string][]string{}
	for _, i := range rows {
		at := place{number: i + 1}
		if s.places != nil {
			at = s.places[i]
		}
		if !slices.Contains(files, at.path) {
			files = append(files, at.path)
		}
		numbers[at.path] = append(numbers[at.path], strconv.Itoa(at.number))
	}
	var parts []string
	for _, path := range files {
		part := "rows " + strings.Join(numbers[path], ", ")
		if path != "" {
			part += " of " + path
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " and ")
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

// Judge predicts a set and compares the predictions with its labels. It is safe for concurrent
// use. If the weights are updated meanwhile, it returns an error.
func (t *Task) Judge(ctx context.Context, set *Set) (*Outcome, error) {
	losses, logits, err := t.evaluate(ctx, set)
	if err != nil {
		return nil, err
	}
	logits = set.merged(logits)
	for i, row := range logits {
		if x, found := notFinite(row); found {
			return nil, errors.Errorf("%s: the output of the model is %v: its weights are damaged or too large", set.rowsOf([]int{i}), x)
		}
	}
	spec, training := t.Spec, t.Train
	if training == nil {
		training = set
		if spec.Baseline == "" { // an earlier version did not store it
			spec.Rows = "evaluated rows"
		}
	}
	return newOutcome(spec, training, set, losses, logits), nil
}

// evaluate returns the losses of a set, if it has labels, and the logits of its examples.
func (t *Task) evaluate(ctx context.Context, set *Set) (l heads.Losses, logits [][]float32, err error) {
	if set.unlabelled {
		logits, err = t.Tuner.Predict(ctx, set.Examples)
		return l, logits, err
	}
	return t.Tuner.Evaluate(ctx, set.Examples)
}

// order draws the examples epoch by epoch. The shuffle of an epoch depends only on the seed and
// the number of the epoch.
type order struct {
	mu    sync.Mutex
	epoch int
	perm  []int // permutation of the current epoch; nil before the first draw
}

// at returns the i-th of n examples drawn since the start of the first epoch.
func (o *order) at(n int, seed uint64, i int) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if epoch := i / n; o.perm == nil || epoch != o.epoch {
		o.epoch, o.perm = epoch, rand.New(rand.NewPCG(seed, uint64(epoch))).Perm(n)
	}
	return o.perm[i%n]
}
