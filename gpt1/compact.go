package gpt1

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/graph"
)

// ErrCompactLSTM is the error of keeping the weights of an LSTM in another type than float32.
var ErrCompactLSTM = errors.New("the model is an LSTM, whose weights can only be kept as float32: use a Transformer")

// IsCompact reports whether a parameter of that name is kept in another type where the model
// is: the matrices of the linear layers, and the token embedding, which is the tied output
// matrix too. Positions, gains, biases and task heads stay in float32.
func IsCompact(name string) bool {
	if name == "tokens_embed.weight" {
		return true
	}
	layer := strings.TrimSuffix(name, ".weight")
	return BlockOf(name) >= 0 && layer != name && slices.ContainsFunc(
		[]string{".attn.c_attn", ".attn.c_proj", ".mlp.c_fc", ".mlp.c_proj"},
		func(linear string) bool { return strings.HasSuffix(layer, linear) },
	)
}

// Compact converts the weights of the linear layers and the token embedding to d, and releases
// their float32 memory. Such a model writes, scores and predicts, but it cannot be trained.
// No machine may be using the model; graphs that were declared before cannot run.
func (m *Model) Compact(d graph.Dtype) error {
	if d == graph.Float32 {
		return nil
	}
	if m.IsLSTM() {
		return errors.WithMessagef(ErrCompactLSTM, "%s", d)
	}
	return m.Store.Compact(d, func(p *graph.Param) bool { return IsCompact(p.Name) })
}

// NewCompact returns a model whose weights of that kind have type d and no value: each must be
// given its weights by [graph.Param.SetCompact] before use. All others are zero.
func NewCompact(c Config, d graph.Dtype, extra ...graph.Param) (*Model, error) {
	if d != graph.Float32 && c.IsLSTM() {
		return nil, errors.WithMessagef(ErrCompactLSTM, "%s", d)
	}
	return newModel(c, func(params []graph.Param) (*graph.Store, error) {
		return graph.NewStoreAs(params, d, func(p *graph.Param) bool { return IsCompact(p.Name) })
	}, extra)
}
