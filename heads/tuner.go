package heads

import (
	"context"
	"sort"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/train/dist"
)

// Encoded is an example as token sequences.
type Encoded struct {
	Sequences [][]int32 // each [s] … [c]
	Label     int32
	Score     float32
}

func (e Encoded) longest() int {
	n := 0
	for _, s := range e.Sequences {
		n = max(n, len(s))
	}
	return n
}

// Losses are means over a batch.
type Losses struct{ Total, Task, LM float64 } // L3, L2, L1

// Tuner computes losses, gradients and predictions of a model with a head. A
// batch is cut into micro-batches of examples of similar length; their gradients
// add up to that of the batch, dropout included.
type Tuner struct {
	Model  *gpt1.Model
	Head   *Head
	Lambda float32 // of equation 5
	Micro  int     // examples of NCtx tokens computed at a time; of shorter ones, more
	Seed   int64
	Group  *dist.Group // the ranks that share batches

	arena graph.Arena
	steps map[shape]*step
}

// Declare builds the graph of a full micro-batch, s sequences an example and as many tokens
// a sequence as the model has positions, for looking at it. fill writes any tokens into it.
// A graph for training needs a store that Store.Train has prepared.
func (t *Tuner) Declare(s int, train bool) (g *graph.Graph, fill func()) {
	st := declare(t.Model, t.Head, t.Lambda, shape{b: t.Micro, s: s, t: t.Model.NCtx, train: train})
	return st.expr, func() { st.fillAny(int32(t.Model.VocabSize)) }
}

// Need is the working memory of such a graph.
func (t *Tuner) Need(s int) (graph.Need, error) {
	t.Model.Store.Train()
	st := declare(t.Model, t.Head, t.Lambda, shape{b: t.Micro, s: s, t: t.Model.NCtx, train: true})
	return st.expr.Need(st.logits, st.lmLosses)
}

// Accumulate adds the gradient of L3 over a batch to the store, for this rank's share of it,
// and returns the share's parts of the losses. n numbers the update; it selects the dropout
// masks. last is called before the last micro-batch; from then on ctx is not heeded any more.
func (t *Tuner) Accumulate(ctx context.Context, n int, batch []Encoded, last func() error) (Losses, error) {
	var sum Losses
	err := t.each(ctx, batch, true, func(st *step, _ []int, left int) error {
		*st.random.Seed, *st.random.Step = t.Seed, int64(n)
		if left == 0 {
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

// Diagnose computes the gradients of update n once more, for this rank's share. The error names the first node
// whose value is not finite, as [graph.Machine.Diagnose] does.
func (t *Tuner) Diagnose(n int, batch []Encoded) error {
	return t.each(context.Background(), batch, true, func(st *step, _ []int, _ int) error {
		*st.random.Seed, *st.random.Step = t.Seed, int64(n)
		return st.machine.Diagnose()
	})
}

// Evaluate returns the losses of a batch and the logits of each example, without
// dropout. The logits of an example are its K outputs, or one a choice. Each rank computes
// its share, and all get everything.
func (t *Tuner) Evaluate(ctx context.Context, batch []Encoded) (Losses, [][]float32, error) {
	if len(batch) == 0 {
		return Losses{}, nil, nil
	}
	var sum Losses
	k := t.Head.logits(len(batch[0].Sequences))
	flat, logits := make([]float32, k*len(batch)), make([][]float32, len(batch))
	for i := range logits {
		logits[i] = flat[i*k : (i+1)*k : (i+1)*k]
	}
	err := t.each(ctx, batch, false, func(st *step, at []int, _ int) error {
		if err := st.machine.Run(); err != nil {
			return err
		}
		sum.add(st)
		values := st.logits.Values()
		for i, example := range at {
			copy(logits[example], values[i*k:(i+1)*k])
		}
		return nil
	})
	if err := t.Group.Sum(err, &sum.Total, &sum.Task, &sum.LM); err != nil {
		return sum, nil, err
	}
	return sum, logits, t.Group.SumFloats(flat) // the others have zeros there
}

func (l *Losses) add(st *step) {
	l.Total += float64(st.loss.Value())
	l.Task += float64(st.clf.Value())
	l.LM += float64(st.lm.Value())
}

// each cuts this rank's share of the batch into micro-batches of similar length and calls run
// with the filled graph of each, the numbers of its examples in the batch, and how many are
// left.
func (t *Tuner) each(ctx context.Context, batch []Encoded, train bool, run func(st *step, at []int, left int) error) error {
	if len(batch) == 0 {
		return nil
	}
	order, s := make([]int, len(batch)), len(batch[0].Sequences)
	for i, e := range batch {
		order[i] = i
		if len(e.Sequences) != s {
			return errors.Errorf("a batch mixes examples of %d and %d sequences", s, len(e.Sequences))
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return batch[order[i]].longest() < batch[order[j]].longest() })
	if longest := batch[order[len(order)-1]].longest(); longest > t.Model.NCtx {
		return errors.Errorf("a sequence has %d tokens, the model %d positions", longest, t.Model.NCtx)
	}
	order = deal(order, t.Group.Rank(), t.Group.Size())
	lengths := make([]int, len(order))
	for i, at := range order {
		lengths[i] = batch[at].longest()
	}
	for _, micro := range MicroBatches(lengths, s, t.Model.NCtx, t.Micro*s*t.Model.NCtx) {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := order[:micro.B]
		order = order[micro.B:]
		st, err := t.step(shape{b: micro.B, s: s, t: micro.T, train: train})
		if err != nil {
			return err
		}
		st.fill(batch, at)
		*st.sequences, *st.examples = float32(len(batch)*s), float32(len(batch))
		if err := run(st, at, len(order)); err != nil {
			return err
		}
	}
	return nil
}

// step returns the graph of a shape.
func (t *Tuner) step(sh shape) (*step, error) {
	if st, found := t.steps[sh]; found {
		return st, nil
	}
	st := declare(t.Model, t.Head, t.Lambda, sh)
	if err := st.compile(&t.arena); err != nil {
		return nil, err
	}
	if t.steps == nil {
		t.steps = map[shape]*step{}
	}
	t.steps[sh] = st
	return st, nil
}
