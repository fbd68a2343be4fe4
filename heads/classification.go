package heads

import (
	"gorgpt/gpt1"
	"gorgpt/loaders"
)

// Classification gives a text one of several labels.
const Classification Kind = loaders.Classification

type classification struct{ classes }

func (classification) Kind() Kind { return Classification }

func (classification) Fields() loaders.Fields {
	return loaders.Fields{Texts: []string{"text"}, Label: "label"}
}

// Format returns [s] text [c].
func (classification) Format(f *Formatter, e Example) ([][]int32, error) { return f.single(e.A) }

func (classification) Class() (name, problem string) {
	return gpt1.ClassificationModel, "single_label_classification"
}

func (classification) Sequences(Space) int { return 1 }

func (classification) Parts(int) []string { return nil }
