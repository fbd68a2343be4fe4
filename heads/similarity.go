package heads

import (
	"slices"

	"gorgpt/graph"
	"gorgpt/loaders"
)

// Similarity gives an unordered pair of texts one of several labels.
const Similarity Kind = loaders.Similarity

// similarity has the input of pair, and the label set, loss and measures of classes.
type similarity struct {
	pair
	classes
}

func (similarity) Kind() Kind { return Similarity }

// Logits computes (h₁ + h₂) W + b: the states of both orders are added before the linear layer.
func (similarity) Logits(h *Head, states graph.Node, b, n int) graph.Node {
	return pair{}.Logits(h, states, b, n)
}

// Refine returns Regression if any label is written as a number with a decimal point.
func (similarity) Refine(rows []loaders.Row) Kind {
	isFloat := func(r loaders.Row) bool { return r.Label.Form == loaders.Float }
	if slices.ContainsFunc(rows, isFloat) {
		return Regression
	}
	return Similarity
}

// pair is the common part of the tasks on unordered pairs.
type pair struct{}

func (pair) Fields() loaders.Fields {
	return loaders.Fields{Texts: []string{"a", "b"}, Label: "label"}
}

// Format returns [s] a [d] b [c] and [s] b [d] a [c].
func (pair) Format(f *Formatter, e Example) ([][]int32, error) {
	a, b := f.cutPair(e.A, e.B)
	ab, err := f.joined(a, nil, b)
	if err != nil {
		return nil, err
	}
	ba, err := f.joined(b, nil, a)
	return [][]int32{ab, ba}, err
}

func (pair) Sequences(Space) int { return 2 }

func (pair) Parts(int) []string { return []string{"order a, b", "order b, a"} }

// Logits computes (h₁ + h₂) W + b.
func (p pair) Logits(h *Head, states graph.Node, _, n int) graph.Node {
	return h.Linear.Forward(states.SumGroups(n).Parts(p.Parts(n)...)).Axes("B K")
}
