package generate

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/internal/kernels"
)

var errNotNumbers = errors.New("the model's scores are not numbers: its weights are damaged")

// chooser picks the tokens of one text.
type chooser struct {
	o      Options
	random *rand.Rand
	seen   []bool  // by id: whether the token is in the text
	has    []int32 // the ids in the text

	scores []float32   // by id
	kept   []candidate // the candidates to draw from
	heap   []float32
}

// candidate is a token with its score, later its probability.
type candidate struct {
	id int32
	p  float32
}

// newChooser returns the chooser of one sample. Its draws depend on the seed and the index of the
// sample, not on the number of samples.
func newChooser(o Options, sample int, v int, text []int32) *chooser {
	c := &chooser{
		o: o, random: rand.New(rand.NewPCG(o.Seed, uint64(sample))),
		seen: make([]bool, v), scores: make([]float32, v),
	}
	for _, id := range text {
		c.note(id)
	}
	return c
}

// note records a token of the text.
func (c *chooser) note(id int32) {
	if !c.seen[id] {
		c.seen[id] = true
		c.has = append(c.has, id)
	}
}

// next chooses a token by its logits and records it.
func (c *chooser) next(logits []float32) (int32, error) {
	scores, best, err := c.weigh(logits)
	if err != nil {
		return 0, err
	}
	if c.o.Temperature > 0 {
		best = c.draw(scores, scores[best])
	}
	c.note(best)
	return best, nil
}

// weigh applies the penalty, the biases and the bans, and finds the token with the highest score, the lowest id
// on a tie. The penalty is that of Keskar et al. 2019 (CTRL), section 4.1, except that negative scores
// are multiplied by it. The scores are valid until the next call.
func (c *chooser) weigh(logits []float32) (scores []float32, best int32, err error) {
	scores = c.scores
	copy(scores, logits)
	if p := float32(c.o.Penalty); p > 1 {
		for _, id := range c.has {
			if scores[id] > 0 {
				scores[id] /= p
			} else {
				scores[id] *= p
			}
		}
	}
	for id, bias := range c.o.Bias {
		scores[id] += float32(bias)
	}
	for _, id := range c.o.Ban {
		scores[id] = float32(math.Inf(-1))
	}
	for i, v := range scores {
		if v != v {
			return nil, 0, errNotNumbers
		}
		if v > scores[best] {
			best = int32(i)
		}
	}
	if math.IsInf(float64(scores[best]), 0) {
		return nil, 0, errors.New("the model's scores are infinite: its weights are damaged")
	}
	return scores, best, nil
}

// draw samples from softmax(scores/temperature), cut to the top k and then to the top p.
func (c *chooser) draw(scores []float32, highest float32) int32 {
	least := float32(math.Inf(-1))
	if c.o.TopK > 0 && c.o.TopK < len(scores) {
		least = c.kthLargest(scores, c.o.TopK)
	}
	c.kept = c.kept[:0]
	p := c.heap[:0] // the probabilities, in the memory of the heap
	for i, v := range scores {
		if v >= least && !math.IsInf(float64(v), -1) {
			c.kept = append(c.kept, candidate{id: int32(i)})
			p = append(p, float32(float64(v-highest)/c.o.Temperature))
		}
	}
	kernels.Softmax(p, p, 1, len(p))
	for i, v := range p {
		c.kept[i].p = v
	}
	c.heap = p
	kept := c.kept
	if c.o.TopP > 0 && c.o.TopP < 1 {
		kept = nucleus(kept, c.o.TopP)
	}
	total := 0.0
	for _, k := range kept {
		total += float64(k.p)
	}
	at := c.random.Float64() * total
	last := kept[0].id
	for _, k := range kept {
		if k.p > 0 {
			last = k.id
		}
		if at -= float64(k.p); at < 0 {
			break
		}
	}
	return last // if rounding left a remainder, the last candidate
}

// kthLargest returns the k-th largest score. It keeps the k largest so far in a heap, the smallest on
// top.
func (c *chooser) kthLargest(scores []float32, k int) float32 {
	h := append(c.heap[:0], scores[:k]...)
	slices.Sort(h)
	for _, v := range scores[k:] {
		if v <= h[0] {
			continue
		}
		i := 0
		for {
			child := 2*i + 1
			if child+1 < k && h[child+1] < h[child] {
				child++
			}
			if child >= k || v <= h[child] {
				break
			}
			h[i] = h[child]
			i = child
		}
		h[i] = v
	}
	c.heap = h
	return h[0]
}

// atLeast keeps the candidates of probability p and more.
func atLeast(all []candidate, p float32) []candidate {
	return slices.DeleteFunc(all, func(c candidate) bool { return c.p < p })
}

// nucleus keeps the fewest most likely candidates whose probabilities sum to at least p (Holtzman et
// al. 2020, section 3.1). Lower ids come first among equals.
func nucleus(all []candidate, p float64) []candidate {
	// The probabilities below the bound sum to less than 1-p, so none of them is needed.
	bound := float32((1 - p) / float64(len(all)))
	kept := atLeast(all, bound)
	// Nor are those below a higher bound that enough others reach. Sorting takes longest.
	for least := float32(0.25); least > bound; least /= 4 {
		sum := 0.0
		for _, c := range kept {
			if c.p >= least {
				sum += float64(c.p)
			}
		}
		if sum > p+1e-9 { // more than rounding in another order may change
			kept = atLeast(kept, least)
			break
		}
	}
	slices.SortFunc(kept, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.p, a.p), cmp.Compare(a.id, b.id)) })
	sum := 0.0
	for i, c := range kept {
		if sum += float64(c.p); sum >= p {
			return kept[:i+1]
		}
	}
	return kept
}
