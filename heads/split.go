package heads

import (
	"math"
	"math/bits"
	"slices"
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
