package golden

import (
	"encoding/json"
	"os"
	"testing"
)

// Examples are the raw fine-tuning examples of a set, before they are formatted
// into the tokens and mask tensors of the finetune_* files.
type Examples struct {
	SpecialIDs SpecialIDs             `json:"special_ids"`
	PadID      int32                  `json:"pad_id"`
	Tasks      map[string][][]Example `json:"tasks"` // task → step → example
}

// Example is one raw example. Texts are token ids; those that the task does not
// have are nil.
type Example struct {
	// Label is a class, the index of the right answer, or a score.
	Label float64 `json:"label"`

	Text []int32 `json:"text"` // classification

	Premise    []int32 `json:"premise"` // entailment
	Hypothesis []int32 `json:"hypothesis"`

	A []int32 `json:"a"` // similarity
	B []int32 `json:"b"`

	Context  []int32   `json:"context"` // multiple choice
	Question []int32   `json:"question"`
	Answers  [][]int32 `json:"answers"`
}

// Examples reads the set's raw examples.
func (s *Set) Examples(tb testing.TB) Examples {
	tb.Helper()
	data, err := os.ReadFile(s.path("finetune_examples.json"))
	if err != nil {
		tb.Fatalf("golden set %s: %v", s.Name, err)
	}
	var examples Examples
	if err := json.Unmarshal(data, &examples); err != nil {
		tb.Fatalf("golden set %s: finetune_examples.json: %v", s.Name, err)
	}
	return examples
}
