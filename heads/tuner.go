package heads

import (
	"context"
	"sync"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Encoded is an example as token sequences.
// An Encoded is safe for concurrent use as long as nothing changes it.
type Encoded struct {
	Sequences [][]int32 // each [s] … [c]
	Target
}

func (e Encoded) longest() int {
	n := 0
	for _, s := range e.Sequences {
		n = max(n, len(s))
	}
	return n
}

// Losses are means over a batch.
// Losses are safe for concurrent use as long as nothing changes them.
type Losses struct{ Total, Task, LM float64 } // L3, L2, L1

// Tuner computes losses, gradients and predictions of a model with a head. It cuts a batch into
// micro-batches of examples of similar length, and of questions with the same number of answers.
// The gradients of the micro-batches add up to the gradient of the batch, including dropout.
//
// A Tuner is safe for concurrent use: its methods wait for one another. An evaluation during
// which the weights are updated is an error. Its fields must not be changed meanwhile.
type Tuner struct {
	Model  *gpt1.Model
	Head   *Head
	Lambda float32 // of equation 5
	Micro  int     // examples of NCtx tokens computed at a time; more if they are shorter
	Seed   int64
	Group  *dist.Group // ranks that share batches

	mu    sync.Mutex // held while graphs are filled, run and read
	steps graph.ByShape[shape, *step]
}

// Declare declares the graph of a full micro-batch for inspection. Its examples have s sequences,
// and the sequences fill the positions of the model. fill writes arbitrary tokens into the graph.
// A graph for training needs a store that Store.AllocateGradients has prepared.
func (t *Tuner) Declare(s int, train bool) (g *graph.Graph, fill func()) {
	st := declare(t.Model, t.Head, t.Lambda, shape{b: t.Micro, s: s, t: t.Model.NCtx, train: train})
	return st.expr, func() { st.fillAny(int32(t.Model.VocabSize)) }
}

// Need returns the working memory of such a graph for training.
func (t *Tuner) Need(s int) (graph.Need, error) {
	t.Model.Store.AllocateGradients()
	st := declare(t.Model, t.Head, t.Lambda, shape{b: t.Micro, s: s, t: t.Model.NCtx, train: true})
	return st.expr.Need(st.logits, st.lmLosses)
}

// Accumulate adds the gradient of L3 over this rank's share of a batch to the store. It returns the
// share's parts of the losses. n is the number of the update and selects the dropout masks. If last
// is not nil, it is called before the last micro-batch; after that, ctx is ignored.
func (t *Tuner) Accumulate(ctx context.Context, n int, batch []Encoded, last func() error) (Losses, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var sum Losses
	err := t.each(ctx, batch, true, func(st *step, _ []int, left int) error {
		*st.random.Seed, *st.random.Step = t.Seed, int64(n)
		if left == 0 && last != nil {
			if err := last(); err != nil {
				return err
			}
		}
		if err := st.machine.Run(); err != nil {
			return err
		}
		sum.add(st)
		return nil
	})
	return sum, err
}

// Diagnose computes the gradients of this rank's share of update n again. The error names the first
// node whose value is not finite, as [graph.Machine.Diagnose] does.
func (t *Tuner) Diagnose(n int, batch []Encoded) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.each(context.Background(), batch, true, func(st *step, _ []int, _ int) error {
		*st.random.Seed, *st.random.Step = t.Seed, int64(n)
		return st.machine.Diagnose()
	})
}

// Evaluate returns the losses of a batch and the logits of each example, without dropout. The
// logits of an example are its K outputs, or one for each answer. Each rank computes its share, and
// every rank gets all results.
func (t *Tuner) Evaluate(ctx context.Context, batch []Encoded) (Losses, [][]float32, error) {
	var sum Losses
	if len(batch) == 0 {
		return sum, nil, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	flat, logits := t.emptyLogits(batch)
	updates := t.Model.Store.Updates()
	err := t.each(ctx, batch, false, func(st *step, at []int, _ int) error {
		if err := st.machine.Run(); err != nil {
			return err
		}
		sum.add(st)
		values := st.logits.Values()
		for i, example := range at {
			k := len(logits[example])
			copy(logits[example], values[i*k:(i+1)*k])
		}
		return nil
	})
	if err == nil && updates != t.Model.Store.Updates() {
		err = errors.New("the model was trained during its evaluation: the results mix different weights")
	}
	if err := t.Group.Sum(err, &sum.Total, &sum.Task, &sum.LM); err != nil {
		return sum, nil, err
	}
	return sum, logits, t.Group.SumFloats(flat) // the other ranks have zeros for these logits
}

// emptyLogits allocates the logits of each example, and returns them also as one flat slice.
func (t *Tuner) emptyLogits(batch []Encoded) (flat []float32, logits [][]float32) {
	n := 0
	for _, e := range batch {
		n += t.Head.scores(len(e.Sequences))
	}
	flat, logits = make([]float32, n), make([][]float32, len(batch))
	rest := flat
	for i, e := range batch {
		k := t.Head.scores(len(e.Sequences))
		logits[i], rest = rest[:k:k], rest[k:]
	}
	return flat, logits
}

func (l *Losses) add(st *step) {
	l.Total += float64(st.loss.Value())
	l.Task += float64(st.clf.Value())
	l.LM += float64(st.lm.Value())
}

// each cuts this rank's share of the batch into micro-batches. For each it calls run with the filled
// graph, the numbers of the examples in the batch, and how many examples are left.
func (t *Tuner) each(ctx context.Context, batch []Encoded, train bool, run func(st *step, at []int, left int) error) error {
	if err := t.check(batch); err != nil {
		return err
	}
	first, sequences := firstSequences(batch)
	order := deal(inOrder(batch), t.Group.Rank(), t.Group.Size())
	left := len(order)
	for _, micro := range t.cut(batch, order) {
		if err := ctx.Err(); err != nil {
			return err
		}
		micro.shape.train = train
		st, err := t.step(micro.shape)
		if err != nil {
			return err
		}
		st.fill(batch, first, micro.at)
		*st.sequences, *st.examples = float32(sequences), float32(len(batch))
		left -= len(micro.at)
		if err := run(st, micro.at, left); err != nil {
			return err
		}
	}
	return nil
}

// step returns the graph of a shape.
func (t *Tuner) step(sh shape) (*step, error) {
	return t.steps.Get(sh, func(arena *graph.Arena) (*step, error) {
		st := declare(t.Model, t.Head, t.Lambda, sh)
		return st, st.compile(arena)
	})
}
