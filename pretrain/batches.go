package pretrain

import (
	"context"
	"fmt"

	"gorgpt/loaders"
)

// batch holds the windows of an update, one after the other, or the error of drawing them.
type batch struct {
	ids        []int32
	from, upto loaders.Position // of the first window, and of the one that follows the last
	err        error
}

// String says which windows the batch has.
func (b batch) String() string {
	if b.from.Epoch == b.upto.Epoch {
		return fmt.Sprintf("windows %d to %d of epoch %d", b.from.Index, b.upto.Index-1, b.from.Epoch)
	}
	return fmt.Sprintf("windows from %d of epoch %d to %d of epoch %d", b.from.Index, b.from.Epoch, b.upto.Index-1, b.upto.Epoch)
}

// batchBytes returns the memory in bytes for the windows of the current and the next update.
func batchBytes(batch, ctx int) int64 { return 2 * 4 * int64(batch) * int64(ctx+1) }

// prepared returns the channel of batches. A goroutine draws the next one while
// the graph runs.
func (p *Task) prepared() <-chan batch {
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
				case batches <- p.draw(blocks[i]):
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	return p.batches
}

// draw fills a block with the next windows.
func (p *Task) draw(block []int32) batch {
	b := batch{ids: block, from: p.Windows.Position()}
	for k := range p.Batch {
		if err := p.Windows.Next(block[k*(p.Ctx+1) : (k+1)*(p.Ctx+1)]); err != nil {
			b.err = err
			return b
		}
	}
	b.upto = p.Windows.Position()
	return b
}

// Position returns the position in the text after the last complete batch.
func (p *Task) Position() loaders.Position { return p.position }

// Seek makes the next batch start at a position. Call it before the first batch.
func (p *Task) Seek(_ int, at loaders.Position) error {
	p.position = at
	return p.Windows.Seek(at)
}

// Close stops the goroutine that prepares batches and waits until it no longer reads tokens.
func (p *Task) Close() {
	if p.stop == nil {
		return
	}
	p.stop()
	for range p.batches { // until it is closed
	}
}
