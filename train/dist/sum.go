package dist

import (
	"context"

	"github.com/pkg/errors"
)

// Sum replaces each value by its sum over all ranks. A rank that was asked to stop passes the
// error that it has from its context; then all ranks get a [context.Canceled]. With any other
// error nothing is added up: it is returned, and has to end the job.
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

// chunk is how many float32 are added up at a time: 4 MiB.
const chunk = 1 << 20

// SumFloats replaces x by its sum over all ranks.
func (g *Group) SumFloats(x []float32) error {
	if g.alone() {
		return nil
	}
	for len(x) > 0 {
		n := min(len(x), chunk)
		if err := g.comm.SumFloat32(x[:n]); err != nil {
			return err
		}
		x = x[n:]
	}
	return nil
}
