package heads

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/pkg/errors"
)

// microCost is the fixed cost of a micro-batch in tokens: each reads all weights once.
const microCost = 16

// roundUp rounds n up to a number whose bits are all 0 after the given number of leading bits.
// Lengths and sizes are rounded so that a few graphs serve all micro-batches. Four bits cost at
// most an eighth more.
func roundUp(n, leading int) int {
	step := 1 << max(0, bits.Len(uint(n))-leading)
	return (n + step - 1) / step * step
}

// paddedLength returns the length to which sequences of n tokens are padded.
func paddedLength(n, limit int) int { return min(roundUp(n, 4), limit) }

// Micro is the size of a micro-batch: B examples whose sequences are padded to T tokens.
// A Micro is safe for concurrent use as long as nothing changes it.
type Micro struct{ B, T int }

// MicroBatches cuts examples of s sequences into micro-batches of consecutive examples. lengths are
// those of the longest sequence of each example, in ascending order. The cut has the least cost: a
// micro-batch costs s·B·T tokens and a fixed amount. It has at most budget tokens, unless it is a
// single example. No sequence is padded to more than limit tokens.
func MicroBatches(lengths []int, s, limit, budget int) []Micro {
	n := len(lengths)
	cost, size := make([]int, n+1), make([]int, n+1) // best cut of the first j examples: its cost and its last size
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

// micro is a micro-batch: its shape and the numbers of its examples in the batch.
type micro struct {
	shape
	at []int
}

// Cut is a batch that is cut into the micro-batches of this rank's share.
// A Cut is safe for concurrent use as long as nothing changes its examples.
type Cut struct {
	batch     []Encoded
	first     []int // number of the first sequence of each example
	sequences int   // in the batch
	micros    []micro
	beside    bool // micro-batches are computed side by side
}

// Cut cuts a batch. All examples of a micro-batch have the same number of sequences, so that
// nothing is computed for answers that do not exist. The cut depends on the model and the batch
// alone, not on the number of cores.
func (t *Tuner) Cut(batch []Encoded) (*Cut, error) {
	if err := t.check(batch); err != nil {
		return nil, err
	}
	c := &Cut{batch: batch}
	c.first, c.sequences = firstSequences(batch)
	order := deal(inOrder(batch), t.Group.Rank(), t.Group.Size())
	c.beside = t.sideBySide(batch, order)
	budget := math.MaxInt
	if c.beside {
		budget = partTokens
	}
	c.micros = t.cutInto(batch, order, budget)
	if c.beside { // the last to begin should be the first to end
		slices.SortStableFunc(c.micros, func(a, b micro) int { return cmp.Compare(b.tokens(), a.tokens()) })
	}
	return c, nil
}

// cutInto cuts the ordered examples into micro-batches of at most budget tokens.
func (t *Tuner) cutInto(batch []Encoded, order []int, budget int) (micros []micro) {
	for len(order) > 0 {
		s, lengths := len(batch[order[0]].Sequences), []int(nil)
		for _, at := range order {
			if len(batch[at].Sequences) != s {
				break
			}
			lengths = append(lengths, batch[at].longest())
		}
		for _, m := range MicroBatches(lengths, s, t.Model.NCtx, min(budget, t.Micro*s*t.Model.NCtx)) {
			micros = append(micros, micro{shape{b: m.B, s: s, t: m.T}, order[:m.B]})
			order = order[m.B:]
		}
	}
	return micros
}

// A batch is computed side by side if it has besideTokens or more. It is then cut into micro-batches
// of up to partTokens, which are many enough to keep the cores equally busy. The texts of a smaller
// batch would make a few uneven parts: its micro-batches are cut for little padding, and run one
// after the other with products that the cores share.
const besideTokens, partTokens = 2048, 256

// sideBySide reports whether the examples at the given places are computed side by side.
func (t *Tuner) sideBySide(batch []Encoded, order []int) bool {
	tokens := 0
	for _, at := range order {
		tokens += len(batch[at].Sequences) * batch[at].longest()
	}
	return !t.Wide && tokens >= besideTokens
}

func (s shape) tokens() int { return s.b * s.s * s.t }

// inOrder returns the numbers of the examples, ordered by number of sequences, then by length.
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

// firstSequences numbers the sequences of a batch from 0. It returns the number of the first
// sequence of each example, and the number of sequences.
func firstSequences(batch []Encoded) (first []int, n int) {
	first = make([]int, len(batch))
	for i, e := range batch {
		first[i] = n
		n += len(e.Sequences)
	}
	return first, n
}

// check returns an error for examples that do not match the head or the model.
func (t *Tuner) check(batch []Encoded) error {
	for i, e := range batch {
		s, want := len(e.Sequences), t.Head.Kind.Task().Sequences(Space{})
		switch {
		case want == 0 && s == 0:
			return errors.Errorf("example %d of the batch has no answers", i)
		case want != 0 && s != want:
			return errors.Errorf("example %d of the batch has the wrong number of sequences for %s: %d, not %d", i, t.Head.Kind, s, want)
		case slices.ContainsFunc(e.Sequences, func(seq []int32) bool { return len(seq) == 0 }):
			return errors.Errorf("example %d of the batch has an empty sequence", i)
		}
		if n := e.longest(); n > t.Model.NCtx {
			return errors.Errorf("example %d of the batch has a sequence of %d tokens, but the model has %d positions", i, n, t.Model.NCtx)
		}
		if err := t.Head.Kind.Task().CheckTarget(e.Target, t.Head.scores(s)); err != nil {
			return errors.WithMessagef(err, "example %d of the batch", i)
		}
	}
	return nil
}

// deal returns the share of a rank. Examples in order of length are dealt to the ranks in turn, with
// the direction reversed in each round, so that all ranks get about the same amount of work.
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
