package generate

import (
	"context"
	"math"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Scorer computes log-probabilities of texts. A Scorer is safe for concurrent use. Several Scorers
// may share a model.
type Scorer struct {
	model *gpt1.Model
	lanes graph.Lanes[scoreShape, *scorePass]
}

// scoreShape says what a scorePass computes.
type scoreShape struct {
	t    int  // number of tokens
	rank bool // its logits are read
}

// scorePass is the graph that computes −log P of each of t tokens.
type scorePass struct {
	inputs, targets []int32    // [1 T]
	logits          graph.Node // [1 T V']
	losses          graph.Node // [1 T]
	machine         *graph.Machine
}

// Ranked is a token and its log-probability. A Ranked is safe for concurrent use.
type Ranked struct {
	ID      int32
	LogProb float64
}

// NewScorer returns a scorer for the model.
func NewScorer(m *gpt1.Model) *Scorer {
	return &Scorer{model: m, lanes: graph.Lanes[scoreShape, *scorePass]{Wide: m.Wide()}}
}

// LogProbs returns log P(ids[i] | ids[:i]) for i ≥ 1; the model gives the first token no
// probability. In a text longer than the context, each token has at least half a context before
// it, or the start of the text. → len(ids)−1. When ctx ends, LogProbs returns its error.
func (s *Scorer) LogProbs(ctx context.Context, ids []int32) ([]float64, error) {
	own, _, err := s.score(ctx, ids, 0)
	return own, err
}

// Rank is LogProbs with the n most likely tokens in each place, the most likely first. It keeps the
// scores of all tokens, which takes 4 bytes for each token of the vocabulary and position of the
// context.
func (s *Scorer) Rank(ctx context.Context, ids []int32, n int) (own []float64, best [][]Ranked, err error) {
	if n < 1 || n > s.model.VocabSize {
		return nil, nil, errors.Errorf("%d alternatives: the number must be from 1 to %d, the size of the vocabulary", n, s.model.VocabSize)
	}
	return s.score(ctx, ids, n)
}

// score computes log-probabilities and, unless n is 0, the n most likely tokens in each place.
func (s *Scorer) score(ctx context.Context, ids []int32, n int) (own []float64, best [][]Ranked, err error) {
	if err := checkTokens(s.model, ids); err != nil {
		return nil, nil, err
	}
	updates := s.model.Store.Updates()
	own = make([]float64, max(0, len(ids)-1))
	best = make([][]Ranked, len(own))
	windows := s.windows(len(own))
	err = s.lanes.Each(ctx, len(windows), func(k int, lane *graph.ByShape[scoreShape, *scorePass]) error {
		w := windows[k]
		p, err := s.run(lane, n > 0, ids[w.from:w.to], ids[w.from+1:w.to+1])
		if err != nil {
			return err
		}
		losses := p.losses.Values()
		for i := w.scored; i < w.to; i++ {
			if own[i] = -float64(losses[i-w.from]); math.IsNaN(own[i]) || math.IsInf(own[i], 0) {
				return errNotNumbers
			}
			if n > 0 {
				best[i] = mostLikely(s.logits(p, i-w.from), n, ids[i+1], own[i])
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if updates != s.model.Store.Updates() {
		return nil, nil, errors.New("the model was trained while it scored: the results come from different weights")
	}
	return own, best, nil
}

// logits returns the scores of all tokens in a place of a pass. [V]
func (s *Scorer) logits(p *scorePass, at int) []float32 {
	all := p.logits.Values()
	row := len(all) / len(p.inputs) // V', with padding
	return all[at*row : at*row+s.model.VocabSize]
}

// Rank returns log P of a token by the scores of all, and the n most likely tokens, the most likely
// first. scores [V]
func Rank(scores []float32, id int32, n int) (logProb float64, best []Ranked) {
	top, total := normalizer(scores)
	logProb = float64(scores[id]) - top - total
	return logProb, mostLikely(scores, n, id, logProb)
}

// LogSoftmax returns log P of all tokens by their scores. scores [V] → [V]
func LogSoftmax(scores []float32) []float64 {
	top, total := normalizer(scores)
	out := make([]float64, len(scores))
	for id, z := range scores {
		out[id] = float64(z) - top - total
	}
	return out
}

// normalizer returns the two numbers to subtract from scores to make them log-probabilities: the highest, and
// the logarithm of the sum of all exponentials relative to it.
func normalizer(scores []float32) (top, total float64) {
	top = float64(slices.Max(scores))
	for _, z := range scores {
		total += math.Exp(float64(z) - top)
	}
	return top, math.Log(total)
}

// mostLikely returns the n highest of the logits, given the log-probability of one of the tokens. Of
// equal ones, the lowest id comes first.
func mostLikely(logits []float32, n int, known int32, logProb float64) []Ranked {
	best := make([]Ranked, 0, n+1)
	for id, z := range logits {
		if len(best) == n && float64(z) <= best[n-1].LogProb {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, float64(z), func(r Ranked, z float64) int {
			if r.LogProb >= z {
				return -1
			}
			return 1
		})
		best = slices.Insert(best, at, Ranked{int32(id), float64(z)})[:min(n, len(best)+1)]
	}
	for i := range best {
		best[i].LogProb += logProb - float64(logits[known])
	}
	return best
}

// window is the tokens [from,to), which predict the tokens that follow them. Those from scored on
// have not been predicted by an earlier window.
type window struct{ from, scored, to int }

// windows covers n predictions.
func (s *Scorer) windows(n int) []window {
	var all []window
	for from, done := 0, 0; done < n; from = max(from+1, done-s.model.NCtx/2) {
		to := min(from+s.model.NCtx, n)
		all = append(all, window{from, done, to})
		done = to
	}
	return all
}

// run computes −log P of each target. The graphs are as long as powers of two, so that few
// of them serve all texts. Positions after the text do not change those before.
func (s *Scorer) run(lane *graph.ByShape[scoreShape, *scorePass], rank bool, inputs, targets []int32) (*scorePass, error) {
	t := 1
	for t < len(inputs) {
		t *= 2
	}
	shape := scoreShape{min(t, s.model.NCtx), rank}
	p, err := lane.Get(shape, func(arena *graph.Arena) (*scorePass, error) { return newScorePass(s.model, arena, shape) })
	if err != nil {
		return nil, err
	}
	clear(p.inputs[copy(p.inputs, inputs):])
	clear(p.targets[copy(p.targets, targets):])
	return p, p.machine.Run()
}

func newScorePass(m *gpt1.Model, arena *graph.Arena, shape scoreShape) (p *scorePass, err error) {
	p = &scorePass{}
	g := graph.New(false)
	in, ids := g.Ints("inputs", 1, shape.t)
	next, following := g.Ints("targets", 1, shape.t)
	p.inputs, p.targets = ids, following
	p.logits = m.Logits(m.Hidden(in))
	p.losses = p.logits.CrossEntropy(next, m.VocabSize)
	kept := []graph.Node{p.losses}
	if shape.rank {
		kept = append(kept, p.logits)
	}
	p.machine, err = g.Compile(arena, kept...)
	return p, err
}

func checkTokens(m *gpt1.Model, ids []int32) error {
	for _, id := range ids {
		if id < 0 || int(id) >= m.VocabSize {
			return errors.Errorf("token %d is not one of the model, which are 0 to %d", id, m.VocabSize-1)
		}
	}
	return nil
}
