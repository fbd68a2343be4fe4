package heads

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/pkg/errors"
)

// microCost is what a micro-batch costs beside its tokens, in tokens: all weights
// are read once more for it.
const microCost = 16

// roundUp returns the least number from n on with at most so many leading bits
// that are not 0. Lengths and sizes are rounded so that few graphs serve all
// micro-batches; with four bits at most an eighth is lost.
func roundUp(n, leading int) int {
	step := 1 << max(0, bits.Len(uint(n))-leading)
	return (n + step - 1) / step * step
}

// paddedLength is the length that sequences of n tokens are computed with.
func paddedLength(n, limit int) int { return min(roundUp(n, 4), limit) }

// Micro is the size of a micro-batch: B examples whose sequences are computed with
// T tokens.
// A Micro is safe for concurrent use as long as nothing changes it.
type Micro struct{ B, T int }

// MicroBatches cuts examples of s sequences, of which the longest have the given
// lengths in ascending order, into micro-batches of consecutive ones such that the
// least is computed: s·B·T tokens each, and the cost of another micro-batch. None
// has more than budget tokens, unless it is a single example. No sequence is
// computed with more than limit tokens.
func MicroBatches(lengths []int, s, limit, budget int) []Micro {
	n := len(lengths)
	cost, size := make([]int, n+1), make([]int, n+1) // of the best cut of the first j
	for j := 1; j <= n; j++ {
		cost[j] = math.MaxInt
		t := paddedLength(lengths[j-1], limit)
		for b := 1; b <= j; b++ {
			tokens := b * s * t
			if b > 1 && tokens > budget {
				break
			}
			if roundUp(b, 2) != b {
				continue
			}
			if c := cost[j-b] + tokens + microCost; c < cost[j] {
				cost[j], size[j] = c, b
			}
		}
	}
	var micros []Micro
	for j := n; j > 0; j -= size[j] {
		micros = append(micros, Micro{size[j], paddedLength(lengths[j-1], limit)})
	}
	slices.Reverse(micros)
	return micros
}

// micro is a micro-batch: its shape, and the numbers of its examples in the batch.
type micro struct {
	shape
	at []int
}

// cut divides examples that are in order into micro-batches. All examples of one have as many
// sequences, so that nothing is computed for answers that a question does not have.
func (t *Tuner) cut(batch []Encoded, order []int) []micro {
	var micros []micro
	for len(order) > 0 {
		s, lengths := len(batch[order[0]].Sequences), []int(nil)
		for _, at := range order {
			if len(batch[at].Sequences) != s {
				break
			}
			lengths = append(lengths, batch[at].longest())
		}
		for _, m := range MicroBatches(lengths, s, t.Model.NCtx, t.Micro*s*t.Model.NCtx) {
			micros = append(micros, micro{shape{b: m.B, s: s, t: m.T}, order[:m.B]})
			order = order[m.B:]
		}
	}
	return micros
}

// inOrder are the numbers of the examples, by how many sequences they have, then by length.
func inOrder(batch []Encoded) []int {
	order := make([]int, len(batch))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := batch[i], batch[j]
		return cmp.Or(cmp.Compare(len(a.Sequences), len(b.Sequences)), cmp.Compare(a.longest(), b.longest()))
	})
	return order
}

// firstSequences numbers the sequences of a batch from 0 on. It returns the number of each
// example's first one, and how many there are.
func firstSequences(batch []Encoded) (first []int, n int) {
	first = make([]int, len(batch))
	for i, e := range batch {
		first[i] = n
		n += len(e.Sequences)
	}
	return first, n
}

// check refuses examples that the head or the model cannot take.
func (t *Tuner) check(batch []Encoded) error {
	for i, e := range batch {
		s, want := len(e.Sequences), t.Head.Kind.Task().Sequences(Space{})
		switch {
		case want == 0 && s == 0:
			return errors.Errorf("example %d of the batch has no answers: want one or more", i)
		case want != 0 && s != want:
			return errors.Errorf("example %d of the batch has %d sequences: one for %s has %d", i, s, t.Head.Kind, want)
		case slices.ContainsFunc(e.Sequences, func(seq []int32) bool { return len(seq) == 0 }):
			return errors.Errorf("example %d of the batch has a sequence without a token", i)
		}
		if n := e.longest(); n > t.Model.NCtx {
			return errors.Errorf("a sequence has %d tokens, the model %d positions", n, t.Model.NCtx)
		}
		if err := t.Head.Kind.Task().CheckTarget(e.Target, t.Head.scores(s)); err != nil {
			return errors.WithMessagef(err, "example %d of the batch", i)
		}
	}
	return nil
}

// deal returns what falls to a rank when examples in the order of their lengths are dealt out to
// all ranks in turn, each round in the other direction, so that all get about as much.
func deal(order []int, rank, ranks int) []int {
	var mine []int
	for i, at := range order {
		turn := i % ranks
		if i/ranks%2 == 1 {
			turn = ranks - 1 - turn
		}
		if turn == rank {
			mine = append(mine, at)
		}
	}
	return mine
}
