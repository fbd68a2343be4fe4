package train

import (
	"gorgpt/dist"
	"gorgpt/graph"
)

// exchange adds up the gradients of one update over ranks. The first blocks are the last whose
// gradients are known, so the sums can begin at the end of the store while the backward pass of
// the last micro-batch is still at work.
type exchange struct {
	group   *dist.Group
	store   *graph.Store
	overlap bool // the sums begin there
	begun   bool
	adder   *dist.Adder
	done    map[*graph.Param]bool
	left    int // parameters before the first of those whose gradients, and all behind, are known
}

// last is called before the last micro-batch. Here the ranks agree to go on: from now on none of
// them stops before the sums are there.
func (x *exchange) last() error {
	x.begun = true
	if err := x.group.Sum(nil); err != nil {
		return err
	}
	x.adder = x.group.Add(x.store.Gradients(), x.overlap)
	if x.overlap {
		params := x.store.Params()
		x.done, x.left = map[*graph.Param]bool{}, len(params)
		x.store.WhenSummed(func(p *graph.Param) {
			x.done[p] = true
			before := x.left
			for x.left > 0 && x.done[params[x.left-1]] {
				x.left--
			}
			if x.left < before {
				x.adder.Ready(params[x.left].Offset())
			}
		})
	}
	return nil
}

// end waits for the sums, of gradients and of values. err is what the computation ended with.
func (x *exchange) end(err error, values ...*float64) error {
	x.store.WhenSummed(nil)
	if err == nil && !x.begun {
		err = x.last()
	}
	if err != nil {
		if !x.begun { // the others are about to
			err = x.group.Sum(err)
		}
		return err
	}
	if err := x.adder.Wait(); err != nil {
		return err
	}
	return x.group.Sum(nil, values...)
}
