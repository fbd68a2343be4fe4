package heads

import "github.com/pkg/errors"

// Kind is one of the task types.
// A Kind is safe for concurrent use.
type Kind string

// The task types, by the names that the commands use.
const (
	Classification Kind = "classification"
	Entailment     Kind = "entailment"
	Similarity     Kind = "similarity" // of a pair, as classes
	Regression     Kind = "regression" // of a pair, as a score
	MultipleChoice Kind = "qa"
)

// ParseKind checks a name that a user gave.
func ParseKind(s string) (Kind, error) {
	switch k := Kind(s); k {
	case Classification, Entailment, Similarity, Regression, MultipleChoice:
		return k, nil
	}
	return "", errors.Errorf("unknown task %q: want classification, entailment, similarity, regression or qa", s)
}

// sequences is how many an example has; 0 if that differs.
func (k Kind) sequences() int {
	switch k {
	case MultipleChoice:
		return 0
	case Similarity, Regression:
		return 2
	}
	return 1
}

// Example is one labelled input, as token ids.
// An Example is safe for concurrent use as long as nothing changes it.
type Example struct {
	A, B    []int32   // the text; the premise and hypothesis; the pair; the context and question
	Answers [][]int32 // multiple choice only
	Label   int32     // class, or number of the right answer
	Score   float32   // regression only
}
