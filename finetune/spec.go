package finetune

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// SpecFile is the file of a model folder that holds the [Spec].
const SpecFile = "task.json"

// Spec is what a fine-tuned model decides, and how its input is built.
// A Spec is safe for concurrent use as long as nothing changes it.
type Spec struct {
	Task     heads.Kind     `json:"task"`
	Labels   []string       `json:"labels,omitempty"`  // of class 0, 1, …; none for regression and qa
	Choices  int            `json:"choices,omitempty"` // the most answers of a training question; qa only
	Specials heads.Specials `json:"special_ids"`

	// Where the rows come from, so that more of the kind can be read.
	Dataset string          `json:"dataset,omitempty"` // a published one
	Fields  *loaders.Fields `json:"fields,omitempty"`  // columns of one's own files; nil: those of the task
	Metric  string          `json:"metric,omitempty"`  // the dataset's; "": that of the task

	given bool // whether the labels are those of -labels, not of the training rows
}

// Outputs is K, the outputs of the head.
func (s Spec) Outputs() int { return max(len(s.Labels), 1) }

// Names are what predictions are called: the labels, or the numbers of the answers;
// none for regression. Questions to predict may have more answers than any to train on.
func (s Spec) Names() []string { return s.names(s.Choices) }

// names are those where questions have up to n answers.
func (s Spec) names(n int) []string {
	if s.Task != heads.MultipleChoice {
		return s.Labels
	}
	names := make([]string, max(n, s.Choices))
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

// Sequences is how many sequences an example becomes, or at most becomes in training.
func (s Spec) Sequences() int {
	switch s.Task {
	case heads.Similarity, heads.Regression:
		return 2 // both orders
	case heads.MultipleChoice:
		return s.Choices
	}
	return 1
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

// SameHead tells whether a head for one spec serves the other.
func (s Spec) SameHead(other Spec) bool {
	return s.Task == other.Task && slices.Equal(s.Labels, other.Labels)
}

// JSON is the content of task.json.
func (s Spec) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(s, "", "  ")
	return append(data, '\n'), errors.Wrap(err, SpecFile)
}
