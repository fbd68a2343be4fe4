package generate

import (
	"context"
	"sync"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Scorer computes log-probabilities of texts. A Scorer is safe for concurrent use, but its calls run
// one after the other. Several Scorers may share a model.
type Scorer struct {
	mu     sync.Mutex
	model  *gpt1.Model
	arena  graph.Arena
	graphs map[int]*scorePass // by length
}

// scorePass is the graph that computes −log P of each of t tokens.
type scorePass struct {
	inputs, targets []int32    // [1 T]
	losses          graph.Node // [1 T]
	machine         *graph.Machine
}

// NewScorer returns a scorer for the model.
func NewScorer(m *gpt1.Model) *Scorer { return &Scorer{model: m, graphs: map[int]*scorePass{}} }

// LogProbs returns log P(ids[i] | ids[:i]) for i ≥ 1; the model gives the first token no
// probability. In a text longer than the context, each token has at least half a context before
// it, or the start of the text. → len(ids)−1. When ctx ends, LogProbs returns its error.
func (s *Scorer) LogProbs(ctx context.Context, ids []int32) ([]float64, error) {
	for _, id := range ids {
		if id < 0 || int(id) >= s.model.VocabSize {
			return nil, errors.Errorf("token %d is not one of the model, which are 0 to %d", id, s.model.VocabSize-1)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	updates := s.model.Store.Updates()
	var out []float64
	for from := 0; len(out) < len(ids)-1; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(s.model.NCtx, len(ids)-1-from)
		losses, err := s.losses(ids[from:from+n], ids[from+1:from+1+n])
		if err != nil {
			return nil, err
		}
		for _, loss := range losses[len(out)-from:] {
			out = append(out, -float64(loss))
		}
		from = max(from+1, len(out)-s.model.NCtx/2)
	}
	if updates != s.model.Store.Updates() {
		return nil, errors.New("the model was trained while it scored: the results come from different weights")
	}
	return out, nil
}

// losses returns −log P of each target. The graphs are as long as powers of two, so that few
// of them serve all texts. Positions after the text do not change those before.
func (s *Scorer) losses(inputs, targets []int32) ([]float32, error) {
	t := 1
	for t < len(inputs) {
		t *= 2
	}
	t = min(t, s.model.NCtx)
	p, found := s.graphs[t]
	if !found {
		p = &scorePass{}
		g := graph.New(false)
		in, ids := g.Ints("inputs", 1, t)
		next, following := g.Ints("targets", 1, t)
		p.inputs, p.targets = ids, following
		p.losses = s.model.Losses(s.model.Hidden(in), next)
		machine, err := g.Compile(&s.arena, p.losses)
		if err != nil {
			return nil, err
		}
		p.machine, s.graphs[t] = machine, p
	}
	clear(p.inputs[copy(p.inputs, inputs):])
	clear(p.targets[copy(p.targets, targets):])
	if err := p.machine.Run(); err != nil {
		return nil, err
	}
	return p.losses.Values()[:len(inputs)], nil
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
