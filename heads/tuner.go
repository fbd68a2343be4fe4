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
// Those of a large batch of a model that is not wide are computed side by side; see [graph.Lanes].
//
// A Tuner is safe for concurrent use. An evaluation during which the weights are updated is an
// error. Its fields must not be changed meanwhile.
type Tuner struct {
	Model  *gpt1.Model
	Head   *Head
	Lambda float32 // of equation 5
	Micro  int     // examples of NCtx tokens computed at a time; more if they are shorter
	Seed   int64
	Group  *dist.Group // ranks that share batches
	Wide   bool        // see [gpt1.Config.Wide]
	Lanes  int         // the most micro-batches computed at once; 0: as many as there are cores

	once         sync.Once
	beside, wide graph.Lanes[shape, *step]
}

// Declare declares the graph of a full micro-batch for inspection. Its examples have s sequences,
// and the sequences fill the positions of the model. fill writes arbitrary tokens into the graph.
// A graph for training needs a store that Store.AllocateGradients has prepared.
func (t *Tuner) Declare(s int, train bool) (g *graph.Graph, fill func()) {
	kind := judges
	if train {
		kind = trains
	}
	st := declare(t.Model, t.Head, t.Lambda, shape{t.Micro, s, t.Model.NCtx, kind})
	return st.expr, func() { st.fillAny(int32(t.Model.VocabSize)) }
}

// Need returns the working memory of such a graph for training.
func (t *Tuner) Need(s int) (graph.Need, error) {
	t.Model.Store.AllocateGradients()
	st := declare(t.Model, t.Head, t.Lambda, shape{t.Micro, s, t.Model.NCtx, trains})
	return st.expr.Need(st.kept()...)
}

// Accumulate adds the gradient of L3 over this rank's share of a batch to the store. It returns the
// share's parts of the losses. n is the number of the update and selects the dropout masks. last is
// described at [graph.Lanes.Accumulate].
func (t *Tuner) Accumulate(ctx context.Context, n int, batch []Encoded, last func() error) (Losses, error) {
	c, err := t.Cut(batch)
	if err != nil {
		return Losses{}, err
	}
	return t.AccumulateCut(ctx, n, c, last)
}

// AccumulateCut is Accumulate for a batch that has been cut already.
func (t *Tuner) AccumulateCut(ctx context.Context, n int, c *Cut, last func() error) (Losses, error) {
	return t.accumulate(ctx, n, c, last, (*graph.Machine).Run)
}

// Diagnose computes the gradients of this rank's share of update n again. The error names the first
// node whose value is not finite, as [graph.Machine.Diagnose] does.
func (t *Tuner) Diagnose(n int, batch []Encoded) error {
	c, err := t.Cut(batch)
	if err != nil {
		return err
	}
	_, err = t.accumulate(context.Background(), n, c, nil, (*graph.Machine).Diagnose)
	return err
}

func (t *Tuner) accumulate(ctx context.Context, n int, c *Cut, last func() error, run func(*graph.Machine) error) (Losses, error) {
	losses := make([]Losses, len(c.micros))
	err := t.lanes(c).Accumulate(ctx, t.Model.Store, len(c.micros), last, func(k int, lane *graph.ByShape[shape, *step]) error {
		st, err := t.filled(lane, c, k, trains)
		if err != nil {
			return err
		}
		*st.random.Seed, *st.random.Step = t.Seed, int64(n)
		err = run(st.machine)
		losses[k] = st.losses()
		return err
	})
	return sum(losses), err
}

// Evaluate returns the losses of a batch and the logits of each example, without dropout. The
// logits of an example are its K outputs, or one for each answer. Each rank computes its share, and
// every rank gets all results.
func (t *Tuner) Evaluate(ctx context.Context, batch []Encoded) (Losses, [][]float32, error) {
	return t.evaluate(ctx, batch, judges)
}

// Predict returns the logits of Evaluate. It does not compute the losses, to which the scores of
// all tokens belong, and so is faster.
func (t *Tuner) Predict(ctx context.Context, batch []Encoded) ([][]float32, error) {
	_, logits, err := t.evaluate(ctx, batch, predicts)
	return logits, err
}

func (t *Tuner) evaluate(ctx context.Context, batch []Encoded, kind kind) (Losses, [][]float32, error) {
	if len(batch) == 0 {
		return Losses{}, nil, nil
	}
	flat, logits := t.emptyLogits(batch)
	total, err := t.evaluateShare(ctx, batch, kind, logits)
	if err := t.Group.Sum(err, &total.Total, &total.Task, &total.LM); err != nil {
		return total, nil, err
	}
	return total, logits, t.Group.SumFloats(flat) // the other ranks have zeros for these logits
}

// evaluateShare is evaluate for this rank's share. It writes to the logits of its examples.
func (t *Tuner) evaluateShare(ctx context.Context, batch []Encoded, kind kind, logits [][]float32) (Losses, error) {
	c, err := t.Cut(batch)
	if err != nil {
		return Losses{}, err
	}
	updates, losses := t.Model.Store.Updates(), make([]Losses, len(c.micros))
	err = t.lanes(c).Each(ctx, len(c.micros), func(k int, lane *graph.ByShape[shape, *step]) error {
		st, err := t.filled(lane, c, k, kind)
		if err != nil {
			return err
		}
		if err := st.machine.Run(); err != nil {
			return err
		}
		if kind != predicts {
			losses[k] = st.losses()
		}
		values := st.logits.Values()
		for i, example := range c.micros[k].at {
			n := len(logits[example])
			copy(logits[example], values[i*n:(i+1)*n])
		}
		return nil
	})
	if err == nil && updates != t.Model.Store.Updates() {
		err = errors.New("the model was trained during its evaluation: the results mix different weights")
	}
	return sum(losses), err
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

func sum(losses []Losses) (total Losses) {
	for _, l := range losses {
		total.Total += l.Total
		total.Task += l.Task
		total.LM += l.LM
	}
	return total
}

// lanes returns the lanes that compute a cut.
func (t *Tuner) lanes(c *Cut) *graph.Lanes[shape, *step] {
	t.once.Do(func() { t.beside.Limit, t.wide.Wide = t.Lanes, true })
	if c.beside {
		return &t.beside
	}
	return &t.wide
}

// filled returns the graph of micro-batch k with its inputs.
func (t *Tuner) filled(lane *graph.ByShape[shape, *step], c *Cut, k int, kind kind) (*step, error) {
	micro := c.micros[k]
	micro.shape.kind = kind
	st, err := lane.Get(micro.shape, func(arena *graph.Arena) (*step, error) {
		st := declare(t.Model, t.Head, t.Lambda, micro.shape)
		return st, st.compile(arena)
	})
	if err != nil {
		return nil, err
	}
	st.fill(c.batch, c.first, micro.at)
	*st.sequences, *st.examples = float32(c.sequences), float32(len(c.batch))
	return st, nil
}
