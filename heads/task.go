package heads

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/graph"
	"gorgpt/loaders"
)

// Kind is the name of a task, as commands and task.json have it.
// A Kind is safe for concurrent use.
type Kind string

// Task is all that is particular to one kind of task. Each has a file of its own and a line in
// registry.go; nothing else in this project names a task to treat it differently.
// A Task is safe for concurrent use.
type Task interface {
	Kind() Kind

	// Fields are the fields of a row by their default names.
	Fields() loaders.Fields

	// Space learns from training rows what the model decides among.
	Space(rows []loaders.Row) (Space, error)

	// Whole says that labels which are whole numbers with a point, such as 1.0, are integers.
	Whole() bool

	// CheckSpace says what is wrong with a space that was read or given.
	CheckSpace(s Space) error

	// CheckRow says what is wrong with a row, apart from its label.
	CheckRow(row loaders.Row, training bool) error

	// Target is what the label of a row says.
	Target(s Space, l loaders.Label, row loaders.Row) (Target, error)

	// CheckTarget says what is wrong with the target of an example with so many scores.
	CheckTarget(t Target, scores int) error

	// Format makes the sequences of an example, as figure 1 of the paper shows them.
	Format(f *Formatter, e Example) ([][]int32, error)

	// Sequences is how many an example has, or the most that a training example has. With an
	// empty space, 0 says that examples differ.
	Sequences(s Space) int

	// Parts are what the n sequences of an example are, for drawings; nil if there is one.
	Parts(n int) []string

	// Outputs is K, the outputs of the head; 0 if it depends on labels that the space lacks.
	Outputs(s Space) int

	// Scores is the number of logits of an example of n sequences, for a head of k outputs.
	Scores(k, n int) int

	// Logits computes the scores of b examples of n sequences each from the states at their
	// classify tokens. states [B·S C] → [B K] or [B S]
	Logits(h *Head, states graph.Node, b, n int) graph.Node

	// Inputs declares the input of the targets of b examples with k scores each, and returns
	// how the target of example i is written into it.
	Inputs(g *graph.Graph, b, k int) (targets graph.Node, write func(i int, t Target))

	// Losses computes the loss of each example, the terms of L2. logits [B K] → [B]
	Losses(logits, targets graph.Node) graph.Node

	// Judge compares predictions with targets. What is predicted without looking at the input
	// comes from the targets of the training set.
	Judge(s Space, training []Target) Judge

	// Measures are the names of the measures that a dataset may choose for its tables; the first is
	// the task's own choice.
	Measures(s Space) []string
}

// Space is what a model decides among.
// A Space is safe for concurrent use as long as nothing changes it.
type Space struct {
	Labels     []string  `json:"labels,omitempty"`     // of class 0, 1, …; none for scores and answers
	Choices    int       `json:"choices,omitempty"`    // the most answers of a training question; qa only
	Thresholds []float64 `json:"thresholds,omitempty"` // probabilities from which labels are predicted; multilabel only

	Given bool `json:"-"` // the labels were given, not learned from the training rows
}

// Target is what an example is labelled with.
// A Target is safe for concurrent use as long as nothing changes it.
type Target struct {
	Label  int32     // class, or number of the right answer
	Score  float32   // regression only
	Labels []float32 // 1 for each label that applies, 0 for the others [K]; multilabel only
}

// Judge turns logits into predictions and measures them.
// A Judge is safe for concurrent use.
type Judge interface {
	// Names are what the probabilities are of, where an example has up to n scores; none for a task
	// without probabilities.
	Names(n int) []string
	// Predict is the prediction for an example, with its probabilities.
	Predict(logits []float32) (text string, probabilities []float64)
	// Unlabelled is a target for an example without a label, which means nothing.
	Unlabelled() Target
	// Gold is the text of a target, in the form of a prediction.
	Gold(t Target) string
	// Blind is what is predicted without looking at the input, and a description of it.
	Blind() (text, what string)
	// Measure are the measures of a set, each with what it is to be compared to. primary is
	// the measure that tables have.
	Measure(primary string, gold []Target, logits [][]float32) []Measure
	// Baseline is the primary measure of the blind prediction.
	Baseline(primary string, gold []Target) float64
}

// Fitter is a [Task] that adjusts its predictions to held-out examples after training.
// A Fitter is safe for concurrent use.
type Fitter interface {
	Fit(s Space, gold []Target, logits [][]float32) Space
}

// Refiner is a [Task] that may turn out to be another one when its training rows are seen.
// A Refiner is safe for concurrent use.
type Refiner interface {
	Refine(rows []loaders.Row) Kind
}

// Variant is a [Task] that options name as a form of another.
// A Variant is safe for concurrent use.
type Variant interface {
	Of() Kind
}

// Base is the task that k is a variant of, or k itself.
func (k Kind) Base() Kind {
	if v, ok := k.Task().(Variant); ok {
		return v.Of()
	}
	return k
}

// Form is the variant that a task has, or the task itself.
func (k Kind) Form() Kind {
	for _, t := range registry {
		if v, ok := t.(Variant); ok && v.Of() == k {
			return t.Kind()
		}
	}
	return k
}

// Submitter is a [Task] that writes predictions in another form for a server's judgement.
// A Submitter is safe for concurrent use.
type Submitter interface {
	Submission(predicted string) string
}

// Measure is one named value.
// A Measure is safe for concurrent use.
type Measure struct {
	Name  string
	Value float64
}

// Of returns the task of a kind.
func Of(k Kind) (Task, error) {
	i := slices.IndexFunc(registry, func(t Task) bool { return t.Kind() == k })
	if i < 0 {
		return nil, errors.Errorf("unknown task %q: it must be %s", k, oneOf(Kinds()))
	}
	return registry[i], nil
}

// Task returns the task of a registered kind; it is nil for others.
func (k Kind) Task() Task {
	t, err := Of(k)
	if err != nil {
		return nil
	}
	return t
}

// Learn learns from training rows what the model decides among. A [Refiner] may become another kind.
func Learn(k Kind, rows []loaders.Row) (Kind, Space, error) {
	task, err := Of(k)
	if err != nil {
		return k, Space{}, err
	}
	if r, refines := task.(Refiner); refines {
		k = r.Refine(rows)
	}
	space, err := k.Task().Space(rows)
	return k, space, err
}

// Kinds are the names of all tasks.
func Kinds() []Kind {
	kinds := make([]Kind, len(registry))
	for i, t := range registry {
		kinds[i] = t.Kind()
	}
	return kinds
}

// oneOf lists names for an error: "a, b or c".
func oneOf(kinds []Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
