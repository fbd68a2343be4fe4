package heads

import (
	"fmt"

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
	Drop   graph.Drop    // on the states that the head reads
}

// Params declares the head's parameters: K outputs for each state of width C.
func Params(width, k int) []graph.Param {
	return []graph.Param{{Name: "head.weight", Shape: []int{width, k}, Axes: "C K"}, {Name: "head.bias", Shape: []int{k}, Axes: "K"}}
}

// New returns the head whose parameters, declared by Params, are in m's store.
func New(kind Kind, m *gpt1.Model, dropout float32) (*Head, error) {
	h := &Head{
		Kind:   kind,
		Linear: layers.Linear{W: m.Store.Param("head.weight"), B: m.Store.Param("head.bias")},
		Drop:   graph.Drop{Name: "head.dropout", P: dropout},
	}
	if h.Linear.W == nil || h.Linear.B == nil {
		return nil, errors.New("the model has no head.weight and head.bias")
	}
	if k := h.Outputs(); k != 1 && (kind == MultipleChoice || kind == Regression) {
		return nil, errors.Errorf("a head for %s has one output, this one has %d", kind, k)
	}
	return h, nil
}

// Outputs returns K, the outputs of the linear layer.
func (h *Head) Outputs() int { return h.Linear.W.Shape[1] }

// logits is the number of scores of an example of s sequences.
func (h *Head) logits(s int) int {
	if h.Kind == MultipleChoice {
		return s
	}
	return h.Outputs()
}

// Logits computes the scores of b examples from the states at their classify
// tokens, s sequences an example. states [B·S C] → [B K], or [B S] for multiple
// choice
func (h *Head) Logits(states graph.Node, b, s int) graph.Node {
	defer states.Graph().Scope("head")()
	x := states.Dropout(h.Drop) // [B·S C]
	switch h.Kind {
	case Similarity, Regression:
		return h.Linear.Forward(x.SumGroups(s).Parts(h.parts(s)...)) // the two orders, added
	case MultipleChoice:
		return h.Linear.Forward(x).Reshape(b, s).Named("B S").Parts(h.parts(s)...) // one score an answer
	}
	return h.Linear.Forward(x)
}

// parts are what the s sequences of an example are, for drawings.
func (h *Head) parts(s int) []string {
	switch h.Kind {
	case Similarity, Regression:
		return []string{"order a, b", "order b, a"}
	case MultipleChoice:
		names := make([]string, s)
		for i := range names {
			names[i] = fmt.Sprintf("answer %d", i)
		}
		return names
	}
	return nil
}

// Losses computes the loss of each example, the terms of L2.
// logits [B K], labels [B] of int32, or of float32 for regression → [B]
func (h *Head) Losses(logits, labels graph.Node) graph.Node {
	defer logits.Graph().Scope("head")()
	if h.Kind == Regression {
		return logits.SquaredError(labels)
	}
	shape := logits.Shape()
	return logits.CrossEntropy(labels, shape[len(shape)-1])
}
