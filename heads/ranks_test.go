package heads

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/dist"
	"gorgpt/dist/disttest"
	"gorgpt/graph/graphtest"
)

// The gradients and losses of ranks that share a batch add up to those of the batch, including
// dropout. Every rank gets the logits of all examples, even if some ranks have no examples.
func TestRanksGiveTheGradientOfTheBatch(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		s, k int
	}{{Classification, 1, 4}, {Regression, 2, 1}, {MultipleChoice, 3, 1}, {MultipleChoice, anyNumber, 1}, {MultiLabel, 1, 3}} {
		for _, n := range []int{2, 3, 8} {
			t.Run(fmt.Sprint(c.kind, c.s, n), func(t *testing.T) {
				batch, ctx := batchOf(7, c.s, c.k), context.Background()
				whole := newTuner(t, c.kind, c.k, 7, 0.5)
				want, err := whole.Accumulate(ctx, 3, batch, atOnce)
				require.NoError(t, err)
				wanted, logits, err := whole.Evaluate(ctx, batch)
				require.NoError(t, err)
				tuners := make([]*Tuner, n)
				losses, measured, gotLogits := make([]Losses, n), make([]Losses, n), make([][][]float32, n)
				for rank := range n {
					tuners[rank] = newTuner(t, c.kind, c.k, 2, 0.5)
				}
				disttest.Run(t, n, func(g *dist.Group) error {
					tuner, rank := tuners[g.Rank()], g.Rank()
					tuner.Group = g
					var err error
					if losses[rank], err = tuner.Accumulate(ctx, 3, batch, atOnce); err != nil {
						return err
					}
					sum := &losses[rank]
					if err := g.Sum(nil, &sum.Total, &sum.Task, &sum.LM); err != nil {
						return err
					}
					if err := g.SumFloats(tuner.Model.Store.Gradients()); err != nil {
						return err
					}
					measured[rank], gotLogits[rank], err = tuner.Evaluate(ctx, batch)
					return err
				})
				for rank, tuner := range tuners {
					for _, x := range [][2]Losses{{want, losses[rank]}, {wanted, measured[rank]}} {
						require.InDelta(t, x[0].Total, x[1].Total, 1e-5)
						require.InDelta(t, x[0].Task, x[1].Task, 1e-5)
						require.InDelta(t, x[0].LM, x[1].LM, 1e-5)
					}
					for i, row := range logits {
						graphtest.AllClose(t, row, gotLogits[rank][i], 1e-5, 1e-5, "logits")
					}
					for _, p := range whole.Model.Store.Params() {
						largest := 0.0
						for _, g := range p.Grad {
							largest = max(largest, math.Abs(float64(g)))
						}
						graphtest.AllClose(t, p.Grad, tuner.Model.Store.Param(p.Name).Grad, 2e-5*largest+1e-7, 1e-5, p.Name)
					}
				}
			})
		}
	}
}
