package heads

import (
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/layers"

	"github.com/pkg/errors"
)

// Head is the linear layer of a task on top of a model.
// A Head is safe for concurrent use like its Model.
type Head struct {
	Kind   Kind
	Linear layers.Linear // head.weight [C K], head.bias [K]
	Drop   graph.Drop    // dropout of the states that the head reads

	// ClassWeights are the weights of the classes in L2 during training [K]; nil: all are 1.
	ClassWeights []float32
}

// Params declares the head's parameters: K outputs for each state of width C.
func Params(width, k int) []graph.Param {
	return []graph.Param{{Name: "head.weight", Shape: []int{width, k}, Axes: "C K"}, {Name: "head.bias", Shape: []int{k}, Axes: "K"}}
}

// New returns the head of a model whose store has the parameters that Params declares.
func New(kind Kind, m *gpt1.Model, dropout float32) (*Head, error) {
	h := &Head{
		Kind:   kind,
		Linear: layers.Linear{W: m.Store.Param("head.weight"), B: m.Store.Param("head.bias")},
		Drop:   graph.Drop{Name: "head.dropout", P: dropout},
	}
	if h.Linear.W == nil || h.Linear.B == nil {
		return nil, errors.New("the model has no head.weight and head.bias")
	}
	if _, err := Of(kind); err != nil {
		return nil, err
	}
	if k := h.Outputs(); k != 1 && kind.Task().Outputs(Space{}) == 1 {
		return nil, errors.Errorf("a head for %s must have one output, not %d", kind, k)
	}
	return h, nil
}

// Outputs returns K, the number of outputs of the linear layer.
func (h *Head) Outputs() int { return h.Linear.W.Shape[1] }

// scores returns the number of scores of an example of n sequences.
func (h *Head) scores(n int) int { return h.Kind.Task().Scores(h.Outputs(), n) }

// Logits computes the scores of b examples of n sequences each from the states at their classify
// tokens. states [B·S C] → [B K], or [B S] for multiple choice
func (h *Head) Logits(states graph.Node, b, n int) graph.Node {
	defer states.Graph().Scope("head")()
	return h.Kind.Task().Logits(h, states.Axes("B·S C").Dropout(h.Drop), b, n)
}

// Losses computes the loss of each example, the terms of L2. logits [B K] → [B]
func (h *Head) Losses(logits, targets graph.Node) graph.Node {
	defer logits.Graph().Scope("head")()
	return h.Kind.Task().Losses(logits, targets).Axes("B")
}
