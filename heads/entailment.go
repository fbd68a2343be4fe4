package heads

import (
	"gorgpt/gpt1"
	"gorgpt/loaders"
)

// Entailment says how a hypothesis follows from a premise.
const Entailment Kind = loaders.Entailment

type entailment struct{ classes }

func (entailment) Kind() Kind { return Entailment }

func (entailment) Fields() loaders.Fields {
	return loaders.Fields{Texts: []string{"premise", "hypothesis"}, Label: "label"}
}

// Format returns [s] premise [d] hypothesis [c].
func (entailment) Format(f *Formatter, e Example) ([][]int32, error) {
	a, b := f.cutPair(e.A, e.B)
	s, err := f.joined(a, nil, b)
	return [][]int32{s}, err
}

func (entailment) Class() (name, problem string) {
	return gpt1.ClassificationModel, "single_label_classification"
}

func (entailment) Sequences(Space) int { return 1 }

func (entailment) Parts(int) []string { return nil }
