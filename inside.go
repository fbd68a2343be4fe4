package gorgpt

import (
	"context"

	"gorgpt/generate"
	"gorgpt/gpt1"
)

// Inside is what a model computes on its way through a text: the attention of its blocks, and what its output
// matrix reads before the first block and after each. An Inside is safe for concurrent use as long as nothing changes it.
type Inside = generate.Inside

// Config returns the shape of the model; the zero value once it is closed.
func (m *Model) Config() gpt1.Config {
	if in := m.opened.Load(); in != nil {
		return in.base.Model.Config
	}
	return gpt1.Config{}
}

// Look reads a text and returns what happens inside of the model, with the n most likely tokens in each place.
// It needs memory for the attention weights and for the scores of all positions, and calls wait for each other.
// An LSTM has no attention: the error is [generate.ErrLSTM].
func (m *Model) Look(ctx context.Context, ids []int32, n int) (*Inside, error) {
	in, err := m.use()
	if err != nil {
		return nil, err
	}
	select {
	case in.looking <- struct{}{}:
		defer func() { <-in.looking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return generate.Look(ctx, in.base.Model, ids, n)
}

// AlikePositions returns the cosine of the angle between the embeddings of each pair of positions; nil for an LSTM,
// which has none. [T T]
func (m *Model) AlikePositions() ([]float32, error) {
	in, err := m.use()
	if err != nil {
		return nil, err
	}
	return in.base.Model.AlikePositions(), nil
}
