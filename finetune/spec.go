package finetune

import (
	"encoding/json"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// SpecFile is the file of a model folder that holds the [Spec].
const SpecFile = checkpoint.TaskFile

// SpecFormat is the format of task.json that this program writes. It also reads all earlier ones.
// Format 2 added baseline and temperature.
const SpecFormat = 2

// Spec describes the task of a fine-tuned model: its label space and how its input is built.
// A Spec is safe for concurrent use as long as nothing changes it.
type Spec struct {
	Task heads.Kind `json:"task"`
	heads.Space
	Specials heads.Specials `json:"special_ids"`

	Long heads.Long `json:"long,omitempty"` // what is done with long texts; "": their end is cut

	// The origin of the rows, so that more rows of the same layout can be read.
	Dataset string          `json:"dataset,omitempty"` // name of a published dataset
	Fields  *loaders.Fields `json:"fields,omitempty"`  // column names of the user's files; nil: the task's defaults
	Metric  string          `json:"metric,omitempty"`  // the dataset's primary measure; "": the task's
}

// Outputs returns K, the number of outputs of the head.
func (s Spec) Outputs() int { return s.Task.Task().Outputs(s.Space) }

// Sequences returns how many sequences an example has, or the most that one has in training.
func (s Spec) Sequences() int { return s.Task.Task().Sequences(s.Space) }

// Target returns the target that a row's label stands for.
func (s Spec) Target(row loaders.Row) (heads.Target, error) {
	return s.Task.Task().Target(s.Space, row.Label, row)
}

// Class returns the class of Hugging Face's tools that computes the task, and its problem_type. Both are ""
// if there is none.
func (s Spec) Class() (name, problem string) {
	if c, ok := s.Task.Task().(heads.Classed); ok {
		return c.Class()
	}
	return "", ""
}

// Primary returns the measure that tables show and that selects the best weights: the dataset's
// or, without a dataset, the task's.
func (s Spec) Primary() string {
	if s.Metric != "" {
		return s.Metric
	}
	return s.Task.Task().Measures(s.Space)[0]
}

// Specials looks up the special tokens in a vocabulary that has them.
func Specials(tok *tokenizer.Tokenizer) (heads.Specials, error) {
	var s heads.Specials
	for name, id := range map[string]*int32{
		tokenizer.Start: &s.Start, tokenizer.Delimiter: &s.Delimiter, tokenizer.Classify: &s.Classify,
	} {
		var found bool
		if *id, found = tok.ID(name); !found {
			return s, errors.Errorf("the vocabulary of %d tokens has no %s", tok.Size(), name)
		}
	}
	return s, nil
}

// SameHead reports whether a head for one spec also serves the other.
func (s Spec) SameHead(other Spec) bool {
	return s.Task == other.Task && slices.Equal(s.Labels, other.Labels)
}

// JSON returns the content of task.json.
func (s Spec) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(struct {
		Format int `json:"format"`
		Spec
	}{SpecFormat, s}, "", "  ")
	return append(data, '\n'), errors.Wrap(err, SpecFile)
}
