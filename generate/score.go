package generate

import (
	"context"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Scorer computes log-probabilities of texts. A Scorer is safe for concurrent use. Several Scorers
// may share a model.
type Scorer struct {
	model *gpt1.Model
	lanes graph.Lanes[int, *scorePass] // by length
}

// scorePass is the graph that computes −log P of each of t tokens.
type scorePass struct {
	inputs, targets []int32    // [1 T]
	losses          graph.Node // [1 T]
	machine         *graph.Machine
}

// NewScorer returns a scorer for the model.
func NewScorer(m *gpt1.Model) *Scorer {
	return &Scorer{model: m, lanes: graph.Lanes[int, *scorePass]{Wide: m.Wide()}}
}

// LogProbs returns log P(ids[i] | ids[:i]) for i ≥ 1; the model gives the first token no
// probability. In a text longer than the context, each token has at least half a context before
// it, or the start of the text. → len(ids)−1. When ctx ends, LogProbs returns its error.
func (s *Scorer) LogProbs(ctx context.Context, ids []int32) ([]float64, error) {
	for _, id := range ids {
		if id < 0 || int(id) >= s.model.VocabSize {
			return nil, errors.Errorf("token %d is not one of the model, which are 0 to %d", id, s.model.VocabSize-1)
		}
	}
	updates := s.model.Store.Updates()
	out := make([]float64, max(0, len(ids)-1))
	windows := s.windows(len(out))
	err := s.lanes.Each(ctx, len(windows), func(k int, lane *graph.ByShape[int, *scorePass]) error {
		w := windows[k]
		losses, err := s.losses(lane, ids[w.from:w.to], ids[w.from+1:w.to+1])
		for i := w.scored; err == nil && i < w.to; i++ {
			out[i] = -float64(losses[i-w.from])
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if updates != s.model.Store.Updates() {
		return nil, errors.New("the model was trained while it scored: the results come from different weights")
	}
	return out, nil
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

// losses returns −log P of each target. The graphs are as long as powers of two, so that few
// of them serve all texts. Positions after the text do not change those before.
func (s *Scorer) losses(lane *graph.ByShape[int, *scorePass], inputs, targets []int32) ([]float32, error) {
	t := 1
	for t < len(inputs) {
		t *= 2
	}
	t = min(t, s.model.NCtx)
	p, err := lane.Get(t, func(arena *graph.Arena) (*scorePass, error) { return newScorePass(s.model, arena, t) })
	if err != nil {
		return nil, err
	}
	clear(p.inputs[copy(p.inputs, inputs):])
	clear(p.targets[copy(p.targets, targets):])
	if err := p.machine.Run(); err != nil {
		return nil, err
	}
	return p.losses.Values()[:len(inputs)], nil
}

func newScorePass(m *gpt1.Model, arena *graph.Arena, t int) (p *scorePass, err error) {
	p = &scorePass{}
	g := graph.New(false)
	in, ids := g.Ints("inputs", 1, t)
	next, following := g.Ints("targets", 1, t)
	p.inputs, p.targets = ids, following
	p.losses = m.Losses(m.Hidden(in), next)
	p.machine, err = g.Compile(arena, p.losses)
	return p, err
}

// AttentionWeights returns the attention weights of a text in each layer: how much position i
// of the second-last axis reads from position j of the last. It uses plain attention, which keeps
// the weights. layers × [H T T]
func AttentionWeights(m *gpt1.Model, ids []int32) ([][]float32, error) {
	if len(ids) == 0 || len(ids) > m.NCtx {
		return nil, errors.Errorf("the text has %d tokens: it must have 1 to %d, the length of the context", len(ids), m.NCtx)
	}
	if m.IsLSTM() {
		return nil, errors.WithMessage(ErrLSTM, "it has no attention")
	}
	g := graph.New(false)
	in, data := g.Ints("inputs", 1, len(ids))
	copy(data, ids)
	_, weights := m.Plain(in)
	machine, err := g.Compile(new(graph.Arena), weights...)
	if err != nil {
		return nil, err
	}
	if err := machine.Run(); err != nil {
		return nil, err
	}
	layers := make([][]float32, len(weights))
	for i, w := range weights {
		layers[i] = w.Values() // [1 H T T]; no other call uses this arena
	}
	return layers, nil
}
