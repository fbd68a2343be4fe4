package generate

import (
	"context"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
)

// Inside is what a model computes on its way through a text. An Inside is safe for concurrent use as long
// as nothing changes it.
type Inside struct {
	// Attention has the weights of each block: how much position i of the second-last axis reads from
	// position j of the last. blocks × [H T T]
	Attention [][]float32

	// Best has the most likely tokens after each position, the most likely first, if the model ended
	// there: its output matrix reads the state before the first block, then that after each. GPT-1
	// normalises within its blocks and has no norm after the last, so that nothing stands between a
	// state and the matrix. (1 + blocks) × [T] × n
	Best [][][]Ranked
}

// Look reads a text and returns what happens inside the model, with the n most likely tokens. It uses
// plain attention, which keeps the weights.
func Look(ctx context.Context, m *gpt1.Model, ids []int32, n int) (*Inside, error) {
	if n < 1 || n > m.VocabSize {
		return nil, errors.Errorf("%d tokens for each position: the number must be from 1 to %d, the size of the vocabulary", n, m.VocabSize)
	}
	states, weights, err := plain(m, ids)
	if err != nil {
		return nil, err
	}
	g := graph.New(false)
	h, state := g.Floats("state", 1, len(ids), m.NEmbd)
	logits := m.Logits(h.Named("B T C"))
	machine, err := g.Compile(new(graph.Arena), logits)
	if err != nil {
		return nil, err
	}
	in := &Inside{Attention: weights}
	for _, s := range states {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		copy(state, s)
		if err := machine.Run(); err != nil {
			return nil, err
		}
		best, all := make([][]Ranked, len(ids)), logits.Values()
		for i := range ids {
			row := len(all) / len(ids) // V', with padding
			_, best[i] = Rank(all[i*row:i*row+m.VocabSize], 0, n)
		}
		in.Best = append(in.Best, best)
	}
	return in, nil
}

// AttentionWeights returns the attention weights of a text in each block, as [Inside] has them. blocks × [H T T]
func AttentionWeights(m *gpt1.Model, ids []int32) ([][]float32, error) {
	_, weights, err := plain(m, ids)
	return weights, err
}

// plain runs the model with plain attention. It returns the states before the first block and after each,
// and the attention weights. 1 + blocks × [T C], blocks × [H T T]
func plain(m *gpt1.Model, ids []int32) (states, weights [][]float32, err error) {
	if len(ids) == 0 || len(ids) > m.NCtx {
		return nil, nil, errors.Errorf("the text has %d tokens: it must have 1 to %d, the length of the context", len(ids), m.NCtx)
	}
	if m.IsLSTM() {
		return nil, nil, errors.WithMessage(ErrLSTM, "it has no attention")
	}
	if err := checkTokens(m, ids); err != nil {
		return nil, nil, err
	}
	g := graph.New(false)
	in, data := g.Ints("inputs", 1, len(ids))
	copy(data, ids)
	s, w := m.Plain(in)
	machine, err := g.Compile(new(graph.Arena), append(s, w...)...)
	if err != nil {
		return nil, nil, err
	}
	if err := machine.Run(); err != nil {
		return nil, nil, err
	}
	values := func(nodes []graph.Node) (out [][]float32) { // no other call uses this arena
		for _, n := range nodes {
			out = append(out, n.Values())
		}
		return out
	}
	return values(s), values(w), nil
}
