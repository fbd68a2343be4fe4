package train

import (
	"context"
	"math"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/loaders"
)

// Pretrain is the task of section 3.1: predict the next token over windows of
// contiguous text.
type Pretrain struct {
	Model   *gpt1.Model
	Windows *loaders.Windows      // what to train on
	Valid   *loaders.FixedWindows // what to evaluate on; nil: nothing
	Ctx     int                   // T
	Batch   int                   // windows an update
	Micro   int                   // windows a run of the graph
	Seed    int64                 // of the dropout masks

	arena   graph.Arena
	graphs  map[lmShape]*gpt1.LM
	batches <-chan batch
	stop    context.CancelFunc
}

// batch is the windows of an update, end to end, or why there are none.
type batch struct {
	ids []int32
	err error
}

type lmShape struct {
	b     int
	train bool
}

// Accumulate draws a batch and adds the gradient of its mean loss to the store.
func (p *Pretrain) Accumulate(ctx context.Context, n int) (Result, error) {
	batch := <-p.prepared()
	if batch.err != nil {
		return Result{}, batch.err
	}
	loss := 0.0
	for from := 0; from < p.Batch; from += p.Micro {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		b := min(p.Micro, p.Batch-from)
		lm, err := p.lm(b, true)
		if err != nil {
			return Result{}, err
		}
		for i := range b {
			lm.Fill(i, batch.ids[(from+i)*(p.Ctx+1):])
			lm.Random.Seq[i] = int32(from + i)
		}
		*lm.Random.Seed, *lm.Random.Step = p.Seed, int64(n)
		*lm.Count = float32(p.Batch * p.Ctx)
		part, err := lm.Run()
		if err != nil {
			return Result{}, err
		}
		loss += part
	}
	return Result{Loss: loss, Tokens: p.Batch * p.Ctx}, nil
}

// prepared returns the channel of batches. A goroutine draws the next one while
// the graph runs.
func (p *Pretrain) prepared() <-chan batch {
	if p.batches == nil {
		ctx, stop := context.WithCancel(context.Background())
		batches := make(chan batch)
		p.batches, p.stop = batches, stop
		go func() {
			defer close(batches)
			// Two blocks in turn: one is being read while the other is filled.
			var blocks [2][]int32
			for i := 0; ; i = 1 - i {
				if blocks[i] == nil {
					blocks[i] = make([]int32, p.Batch*(p.Ctx+1))
				}
				select {
				case batches <- batch{blocks[i], p.draw(blocks[i])}:
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	return p.batches
}

// draw fills a block with the next windows.
func (p *Pretrain) draw(block []int32) error {
	for k := range p.Batch {
		if err := p.Windows.Next(block[k*(p.Ctx+1) : (k+1)*(p.Ctx+1)]); err != nil {
			return err
		}
	}
	return nil
}

// Close stops the goroutine that prepares batches, and waits until it no longer reads the
// tokens.
func (p *Pretrain) Close() {
	if p.stop == nil {
		return
	}
	p.stop()
	for range p.batches { // until it is closed
	}
}

// Evaluate computes the mean loss over the validation windows, without dropout,
// and its exponential, the perplexity a token.
func (p *Pretrain) Evaluate(ctx context.Context) ([]Metric, error) {
	if p.Valid == nil {
		return nil, nil
	}
	sum, window := 0.0, make([]int32, p.Ctx+1)
	for from := 0; from < p.Valid.Len(); from += p.Micro {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b := min(p.Micro, p.Valid.Len()-from)
		lm, err := p.lm(b, false)
		if err != nil {
			return nil, err
		}
		for i := range b {
			if err := p.Valid.At(from+i, window); err != nil {
				return nil, err
			}
			lm.Fill(i, window)
		}
		*lm.Count = float32(p.Ctx)
		part, err := lm.Run()
		if err != nil {
			return nil, err
		}
		sum += part
	}
	loss := sum / float64(p.Valid.Len())
	return []Metric{{"val_loss", loss}, {"val_ppl", math.Exp(loss)}}, nil
}

// lm returns the graph for b windows.
func (p *Pretrain) lm(b int, train bool) (*gpt1.LM, error) {
	sh := lmShape{b, train}
	if lm, found := p.graphs[sh]; found {
		return lm, nil
	}
	lm, err := p.Model.NewLM(&p.arena, b, p.Ctx, train)
	if err != nil {
		return nil, errors.Wrapf(err, "building the graph of %d windows of %d tokens", b, p.Ctx)
	}
	if p.graphs == nil {
		p.graphs = map[lmShape]*gpt1.LM{}
	}
	p.graphs[sh] = lm
	return lm, nil
}
