package dist

import (
	"context"

	"github.com/pkg/errors"
)

// Sum replaces each value by its sum over all ranks. A rank that was asked to stop passes the error
// of its context; then all ranks get [context.Canceled]. Any other error is returned without a sum,
// and the caller must end the job.
func (g *Group) Sum(err error, values ...*float64) error {
	stop := errors.Is(err, context.Canceled)
	if g.alone() || err != nil && !stop {
		return err
	}
	x := make([]float64, len(values)+1)
	for i, v := range values {
		x[i] = *v
	}
	if stop {
		x[len(values)] = 1
	}
	if err := g.comm.SumFloat64(x); err != nil {
		return err
	}
	for i, v := range values {
		*v = x[i]
	}
	if x[len(values)] > 0 {
		return context.Canceled
	}
	return nil
}

// chunk is the number of float32 values summed at a time, 1 MiB: the power of two with the highest
// bandwidth through shared memory and TCP (docs/distributed.md).
const chunk = 1 << 18

// SumFloats replaces x by its sum over all ranks.
func (g *Group) SumFloats(x []float32) error {
	return g.Add(x, false).Wait()
}

// Adder replaces values by their sums over all ranks, from the last to the first, while the first
// ones may still be being computed. No other call may communicate until Wait has returned.
type Adder struct {
	g     *Group
	x     []float32
	ready chan int // the values from this index on are final; nil: Wait does all the work
	done  chan error
}

// Add starts to replace x by its sum over all ranks: during the computation if beside is true,
// otherwise in Wait. The sums are the same bits either way.
func (g *Group) Add(x []float32, beside bool) *Adder {
	a := &Adder{g: g, x: x}
	if g.alone() || !beside {
		return a
	}
	a.ready, a.done = make(chan int, 1), make(chan error, 1)
	go func() {
		end := len(x)
		for from := range a.ready {
			for ; end-from >= chunk; end -= chunk {
				if err := g.comm.SumFloat32(x[end-chunk : end]); err != nil {
					a.done <- err
					return
				}
			}
		}
		a.done <- g.sumChunks(x[:end])
	}()
	return a
}

// Ready says that all values from an index on are final. It never waits.
func (a *Adder) Ready(from int) {
	if a.ready == nil {
		return
	}
	select {
	case <-a.ready: // not taken yet, so replaced
	default:
	}
	a.ready <- from
}

// Wait says that all values are final, and returns when they are sums.
func (a *Adder) Wait() error {
	if a.ready == nil {
		return a.g.sumChunks(a.x)
	}
	close(a.ready)
	return <-a.done
}

// sumChunks sums the rest, always in the same chunks counted from the end.
func (g *Group) sumChunks(x []float32) error {
	if g.alone() {
		return nil
	}
	for end := len(x); end > 0; end -= chunk {
		if err := g.comm.SumFloat32(x[max(0, end-chunk):end]); err != nil {
			return err
		}
	}
	return nil
}
