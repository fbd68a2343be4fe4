package train

import "gorgpt/dist"

// overlap decides whether gradients are summed over ranks while the backward pass is still
// running. This hides network time but costs each rank a core, because Open MPI busy-waits. The
// first updates alternate between both ways and measure which is faster. The sums have the same
// bits either way.
type overlap struct {
	tried int        // updates so far
	spent [2]float64 // seconds, summed over ranks: without and with overlap
	pays  bool
}

// trials is the number of updates measured each way. The first two updates do not count, because
// they touch memory for the first time.
const trials = 8

// next reports whether the next update overlaps. Ranks on one host never do, as they have no
// network to wait for.
func (b *overlap) next(g *dist.Group) bool {
	switch {
	case g.Neighbours() == g.Size():
		return false
	case b.tried < 2+2*trials:
		return b.tried%2 == 1
	}
	return b.pays
}

// took records the time of an update on this rank. After the last trial, the ranks decide.
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
