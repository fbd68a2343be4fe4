package train

import (
	"gorgpt/dist"
	"gorgpt/graph"
)

// exchange sums the gradients of one update over all ranks. The backward pass computes the
// gradients of the last blocks first, so the sums can start at the end of the store while the
// backward pass of the last micro-batch is still running.
type exchange struct {
	group   *dist.Group
	store   *graph.Store
	overlap bool // start the sums during the backward pass
	begun   bool
	adder   *dist.Adder
	done    map[*graph.Param]bool
	left    int // the gradients of all parameters from this index on are complete
}

// last is called before the last micro-batch. It makes sure that no rank has failed: from then
// on, no rank stops before the sums are complete.
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

// end waits until the gradients and the values are summed. err is the error of the computation.
func (x *exchange) end(err error, values ...*float64) error {
	x.store.WhenSummed(nil)
	if err == nil && !x.begun {
		err = x.last()
	}
	if err != nil {
		if !x.begun { // the other ranks will call Sum in last
			err = x.group.Sum(err)
		}
		return err
	}
	if err := x.adder.Wait(); err != nil {
		return err
	}
	return x.group.Sum(nil, values...)
}
