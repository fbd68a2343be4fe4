package finetune

import "math/rand/v2"

// order draws the examples of one epoch after the other, each epoch in a new shuffle
// that depends on the seed and its own number alone.
type order struct {
	n     int // examples
	seed  uint64
	epoch int
	perm  []int // of epoch; nil before the first draw
}

// at is the i-th example drawn since the first epoch began.
func (o *order) at(i int) int {
	if epoch := i / o.n; o.perm == nil || epoch != o.epoch {
		o.epoch, o.perm = epoch, rand.New(rand.NewPCG(o.seed, uint64(epoch))).Perm(o.n)
	}
	return o.perm[i%o.n]
}
