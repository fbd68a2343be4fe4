package pretrain

import (
	"context"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/loaders"
	"gorgpt/train"
)

// Task is the task of section 3.1: predicting the next token in windows of contiguous text.
// A Task must not be used by several goroutines at once.
type Task struct {
	Model    *gpt1.Model
	Windows  *loaders.Windows      // training windows
	Valid    *loaders.FixedWindows // validation windows; nil: no evaluation
	EndsWord func(id int32) bool   // for the perplexity per word; nil: not computed
	Ctx      int                   // tokens per window, T
	Batch    int                   // windows per update
	Micro    int                   // windows per run of the graph
	Seed     int64                 // seed of the dropout masks
	Group    *dist.Group           // the ranks that share batches and evaluations

	graphs   graph.ByShape[lmShape, *gpt1.LM]
	batches  <-chan batch
	stop     context.CancelFunc
	last     batch            // the batch drawn last
	position loaders.Position // after the last batch whose gradients were added
}

type lmShape struct {
	b     int
	train bool
}

// Accumulate draws a batch, computes the gradient of its mean loss for this rank's share of the
// windows, and adds it to the store.
func (p *Task) Accumulate(ctx context.Context, n int, last func() error) (train.Result, error) {
	p.last = <-p.prepared()
	if p.last.err != nil {
		return train.Result{}, p.last.err
	}
	loss := 0.0
	err := p.each(n, func(lm *gpt1.LM, left int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if left == 0 && last != nil {
			if err := last(); err != nil {
				return err
			}
		}
		part, err := lm.Run()
		loss += part
		return err
	})
	if err != nil {
		return train.Result{}, err
	}
	p.position = p.last.upto
	return train.Result{Loss: loss, Tokens: p.Batch * p.Ctx}, nil
}

// each splits this rank's share of the last batch into micro-batches. For each, it fills the graph
// for update n and calls run with the number of windows left. The dropout masks and the weight of
// a window are the same as in the whole batch.
func (p *Task) each(n int, run func(lm *gpt1.LM, left int) error) error {
	size := p.Ctx + 1
	from, to := p.Group.Share(p.Batch)
	for ; from < to; from += p.Micro {
		b := min(p.Micro, to-from)
		lm, err := p.lm(b, true)
		if err != nil {
			return err
		}
		for i := range b {
			lm.Fill(i, p.last.ids[(from+i)*size:(from+i+1)*size])
			lm.Random.Seq[i] = int32(from + i)
		}
		*lm.Random.Seed, *lm.Random.Step = p.Seed, int64(n)
		*lm.Count = float32(p.Batch * p.Ctx)
		if err := run(lm, to-from-b); err != nil {
			return err
		}
	}
	return nil
}

// Diagnose computes the gradients of the last batch, that of update n, again. It returns a
// description of the batch, and an error that names the first value that is not finite, or nil.
func (p *Task) Diagnose(n int) (batch string, err error) {
	p.Model.Store.ClearGradients()
	return p.last.String(), p.each(n, func(lm *gpt1.LM, _ int) error { return lm.Diagnose() })
}

// lm returns the graph for b windows.
func (p *Task) lm(b int, train bool) (*gpt1.LM, error) {
	return p.graphs.Get(lmShape{b, train}, func(arena *graph.Arena) (*gpt1.LM, error) {
		lm, err := p.Model.NewLM(arena, b, p.Ctx, train)
		return lm, errors.Wrapf(err, "building the graph of %d windows of %d tokens", b, p.Ctx)
	})
}
