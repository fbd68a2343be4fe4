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

// SpecFormat is the format of task.json that this program writes. It reads that and all before.
const SpecFormat = 1

// Spec is what a fine-tuned model decides, and how its input is built.
// A Spec is safe for concurrent use as long as nothing changes it.
type Spec struct {
	Task heads.Kind `json:"task"`
	heads.Space
	Specials heads.Specials `json:"special_ids"`

	// Where the rows come from, so that more of the kind can be read.
	Dataset string          `json:"dataset,omitempty"` // a published one
	Fields  *loaders.Fields `json:"fields,omitempty"`  // columns of one's own files; nil: those of the task
	Metric  string          `json:"metric,omitempty"`  // the dataset's; "": that of the task
}

// Outputs is K, the outputs of the head.
func (s Spec) Outputs() int { return s.Task.Task().Outputs(s.Space) }

// Sequences is how many sequences an example becomes, or at most becomes in training.
func (s Spec) Sequences() int { return s.Task.Task().Sequences(s.Space) }

// Target is what a row's label says.
func (s Spec) Target(row loaders.Row) (heads.Target, error) {
	return s.Task.Task().Target(s.Space, row.Label, row)
}

// Primary is the measure that tables have, and that the best weights are chosen by: the
// dataset's, or else the task's.
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

// SameHead says whether a head for one spec serves the other.
func (s Spec) SameHead(other Spec) bool {
	return s.Task == other.Task && slices.Equal(s.Labels, other.Labels)
}

// JSON is the content of task.json.
func (s Spec) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(struct {
		Format int `json:"format"`
		Spec
	}{SpecFormat, s}, "", "  ")
	return append(data, '\n'), errors.Wrap(err, SpecFile)
}
