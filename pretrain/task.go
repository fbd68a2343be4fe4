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
	Bytes    int64                 // of the validation text in UTF-8, for the bits per byte; 0: not computed
	Ctx      int                   // tokens per window, T
	Batch    int                   // windows per update
	Micro    int                   // windows in a part, which is one run of the graph
	Seed     int64                 // seed of the dropout masks
	Group    *dist.Group           // the ranks that share batches and evaluations
	Wide     bool                  // see [gpt1.Config.Wide]
	Lanes    int                   // the most parts computed at once; 0: as many as there are cores

	lanes    graph.Lanes[lmShape, *gpt1.LM]
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
	loss, err := p.accumulate(ctx, n, last, (*gpt1.LM).Run)
	if err != nil {
		return train.Result{}, err
	}
	p.position = p.last.upto
	return train.Result{Loss: loss, Tokens: p.Batch * p.Ctx}, nil
}

// accumulate calls run for each part of this rank's share of the last batch, with its graph filled
// for update n, and adds up the losses. The dropout masks and the weight of a window are the same
// as in the whole batch.
func (p *Task) accumulate(ctx context.Context, n int, last func() error, run func(*gpt1.LM) (float64, error)) (float64, error) {
	size, parts := p.Ctx+1, p.parts(p.Group.Share(p.Batch))
	losses := make([]float64, len(parts))
	p.lanes.Wide, p.lanes.Limit = p.Wide, p.Lanes
	err := p.lanes.Accumulate(ctx, p.Model.Store, len(parts), last, func(k int, lane *lane) error {
		from, to := parts[k].from, parts[k].to
		lm, err := p.lm(lane, to-from, true)
		if err != nil {
			return err
		}
		for i := range lm.B {
			lm.Fill(i, p.last.ids[(from+i)*size:(from+i+1)*size])
			lm.Random.Seq[i] = int32(from + i)
		}
		*lm.Random.Seed, *lm.Random.Step = p.Seed, int64(n)
		*lm.Count = float32(p.Batch * p.Ctx)
		losses[k], err = run(lm)
		return err
	})
	return sum(losses), err
}

// span is the windows [from,to).
type span struct{ from, to int }

// parts cuts windows into parts of Micro windows; the last may have fewer.
func (p *Task) parts(from, to int) []span {
	var parts []span
	for ; from < to; from += p.Micro {
		parts = append(parts, span{from, min(from+p.Micro, to)})
	}
	return parts
}

func sum(x []float64) (total float64) {
	for _, v := range x {
		total += v
	}
	return total
}

// Diagnose computes the gradients of the last batch, that of update n, again. It returns a
// description of the batch, and an error that names the first value that is not finite, or nil.
func (p *Task) Diagnose(n int) (batch string, err error) {
	p.Model.Store.ClearGradients()
	_, err = p.accumulate(context.Background(), n, nil, func(lm *gpt1.LM) (float64, error) { return 0, lm.Diagnose() })
	return p.last.String(), err
}

// lane is what the computation of one part needs.
type lane = graph.ByShape[lmShape, *gpt1.LM]

// lm returns the graph for b windows.
func (p *Task) lm(lane *lane, b int, train bool) (*gpt1.LM, error) {
	return lane.Get(lmShape{b, train}, func(arena *graph.Arena) (*gpt1.LM, error) {
		lm, err := p.Model.NewLM(arena, b, p.Ctx, train)
		return lm, errors.Wrapf(err, "building the graph of %d windows of %d tokens", b, p.Ctx)
	})
}
