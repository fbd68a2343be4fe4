package train

import "gorgpt/dist"

// overlap decides whether gradients are summed over ranks while the backward pass is still
// running. That hides network time and costs each rank a core, because Open MPI busy-waits.
// The first updates measure which is faster, in turn with and without; the sums have the same
// bits either way.
type overlap struct {
	tried int        // updates so far
	spent [2]float64 // seconds in all ranks, without and with
	pays  bool
}

// trials is the number of updates that are tried each way, after the first two, which touch
// memory for the first time.
const trials = 8

// next tells how the next update is done. On one host there is no network to wait for.
func (b *overlap) next(g *dist.Group) bool {
	switch {
	case g.Neighbours() == g.Size():
		return false
	case b.tried < 2+2*trials:
		return b.tried%2 == 1
	}
	return b.pays
}

// took tells how long it took on this rank. When all trials are done the ranks decide.
func (b *overlap) took(g *dist.Group, seconds float64) error {
	if g.Neighbours() == g.Size() || b.tried == 2+2*trials {
		return nil
	}
	if b.tried >= 2 {
		b.spent[b.tried%2] += seconds
	}
	if b.tried++; b.tried < 2+2*trials {
		return nil
	}
	err := g.Sum(nil, &b.spent[0], &b.spent[1])
	b.pays = b.spent[1] < b.spent[0]
	return err
}
