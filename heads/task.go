package heads

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/graph"
	"gorgpt/loaders"
)

// Kind is the name of a task in commands and task.json.
// A Kind is safe for concurrent use.
type Kind string

// Task implements everything that is specific to one kind of task. Each has its own file and a line
// in registry.go. No other code of this project treats a task differently by its name.
// A Task is safe for concurrent use.
type Task interface {
	Kind() Kind

	// Fields returns the default names of the fields of a row.
	Fields() loaders.Fields

	// Space derives the label space from training rows.
	Space(rows []loaders.Row) (Space, error)

	// Whole reports whether labels such as 1.0, whole numbers with a decimal point, are integers.
	Whole() bool

	// CheckSpace returns an error if a space that was read or given is invalid.
	CheckSpace(s Space) error

	// CheckRow returns an error if a row is invalid. It does not check the label.
	CheckRow(row loaders.Row, training bool) error

	// Target returns the target that the label of a row stands for.
	Target(s Space, l loaders.Label, row loaders.Row) (Target, error)

	// CheckTarget returns an error if a target is invalid for an example with the given number of
	// scores.
	CheckTarget(t Target, scores int) error

	// Format returns the sequences of an example as figure 1 of the paper shows them.
	Format(f *Formatter, e Example) ([][]int32, error)

	// Sequences returns the number of sequences of an example, or the most that a training example
	// has. For an empty space it is 0 if examples differ in this.
	Sequences(s Space) int

	// Parts names the n sequences of an example for drawings; it is nil if there is only one.
	Parts(n int) []string

	// Outputs returns K, the number of outputs of the head. It is 0 if that depends on labels and
	// the space has none.
	Outputs(s Space) int

	// Scores returns the number of logits of an example of n sequences for a head of k outputs.
	Scores(k, n int) int

	// Logits computes the scores of b examples of n sequences each from the states at their
	// classify tokens. states [B·S C] → [B K] or [B S]
	Logits(h *Head, states graph.Node, b, n int) graph.Node

	// Inputs declares the input for the targets of b examples with k scores each. write writes the
	// target of example i into it.
	Inputs(g *graph.Graph, b, k int) (targets graph.Node, write func(i int, t Target))

	// Losses computes the loss of each example, the terms of L2. logits [B K] → [B]
	Losses(logits, targets graph.Node) graph.Node

	// Judge returns a judge of predictions. Its blind prediction is the baseline of the space. If
	// there is none, it comes from the training targets.
	Judge(s Space, training []Target) Judge

	// Measures names the measures that a dataset may choose for its tables. The first is the task's
	// default.
	Measures(s Space) []string
}

// Space is the label space of a model: the possible predictions.
// A Space is safe for concurrent use as long as nothing changes it.
type Space struct {
	Labels     []string  `json:"labels,omitempty"`     // labels of class 0, 1, …; nil for scores and answers
	Choices    int       `json:"choices,omitempty"`    // most answers of a training question; qa only
	Thresholds []float64 `json:"thresholds,omitempty"` // least probability at which each label is predicted; multilabel only

	// Baseline is the prediction that is made without looking at the input, as [Judge.Blind] returns
	// it: the most frequent label of the training rows, for example. "": unknown
	Baseline string `json:"baseline,omitempty"`
	// Temperature is what logits are divided by before they become probabilities; 0: 1. See
	// [Calibrator].
	Temperature float64 `json:"temperature,omitempty"`

	Given bool   `json:"-"` // the labels were given, not learned from the training rows
	Rows  string `json:"-"` // the rows that the baseline comes from, in reports; "": training rows
}

// describe describes a baseline that is the most frequent label.
func (s Space) describe(label string) string {
	return fmt.Sprintf("%q, the most frequent label of the %s", label, s.rows())
}

func (s Space) rows() string {
	if s.Rows == "" {
		return "training rows"
	}
	return s.Rows
}

// Target is the gold label of an example.
// A Target is safe for concurrent use as long as nothing changes it.
type Target struct {
	Label  int32     // class, or number of the right answer
	Score  float32   // regression only
	Labels []float32 // 1 for each label that applies, 0 for the others [K]; multilabel only
}

// Judge turns logits into predictions and measures them.
// A Judge is safe for concurrent use.
type Judge interface {
	// Names names the probabilities of examples with up to n scores. It is nil for a task without
	// probabilities.
	Names(n int) []string
	// Predict returns the prediction for an example and its probabilities.
	Predict(logits []float32) (text string, probabilities []float64)
	// Unlabelled returns a placeholder target for an example without a label.
	Unlabelled() Target
	// Gold returns the text of a target in the form of a prediction.
	Gold(t Target) string
	// Blind returns the prediction that is made without looking at the input, and describes it.
	Blind() (text, what string)
	// Measure returns the measures of a set, with their baselines. primary is the measure that
	// tables show.
	Measure(primary string, gold []Target, logits [][]float32) []Measure
	// Baseline returns the primary measure of the blind prediction.
	Baseline(primary string, gold []Target) float64
	// Details returns what a report says about a set.
	Details(gold []Target, logits [][]float32) Details
	// Loss returns the task's loss of an example, and the probabilities of the gold and of the
	// predicted label. The probabilities of a score are 0.
	Loss(t Target, logits []float32) (loss, gold, predicted float64)
	// Evidence returns what explanations of a prediction are about: the logarithm of the
	// probability of a target, the mean of those of its labels, or the score.
	Evidence(t Target, logits []float32) float64
	// Towards returns the target at which the slope of the loss is minus that of the evidence: the
	// prediction or, for a score, a target half a unit above it.
	Towards(logits []float32) Target
}

// Fitter is a [Task] that adjusts its predictions to held-out examples after training.
// A Fitter is safe for concurrent use.
type Fitter interface {
	Fit(s Space, gold []Target, logits [][]float32) Space
}

// Balancer is a [Task] whose classes may have weights.
// A Balancer is safe for concurrent use.
type Balancer interface {
	// Balanced returns weights [K] with which all classes of the training targets count the same:
	// n/(K·nₖ) for nₖ of n targets. Their mean over the targets is 1. A class without targets has 1.
	Balanced(s Space, training []Target) []float32
}

// Refiner is a [Task] that may become another task depending on its training rows.
// A Refiner is safe for concurrent use.
type Refiner interface {
	Refine(rows []loaders.Row) Kind
}

// Variant is a [Task] that options name as a variant of another task.
// A Variant is safe for concurrent use.
type Variant interface {
	Of() Kind
}

// Base returns the task that k is a variant of, or k itself.
func (k Kind) Base() Kind {
	if v, ok := k.Task().(Variant); ok {
		return v.Of()
	}
	return k
}

// Form returns the variant of a task if it has one, or the task itself.
func (k Kind) Form() Kind {
	for _, t := range registry {
		if v, ok := t.(Variant); ok && v.Of() == k {
			return t.Kind()
		}
	}
	return k
}

// Submitter is a [Task] that writes predictions in another form for an evaluation server.
// A Submitter is safe for concurrent use.
type Submitter interface {
	Submission(predicted string) string
}

// Classed is a [Task] that a class of Hugging Face's tools computes, too, from the same sequences.
// A Classed is safe for concurrent use.
type Classed interface {
	// Class returns the name of the class, and its problem_type or "".
	Class() (name, problem string)
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

// Task returns the task of a registered kind. It is nil for other kinds.
func (k Kind) Task() Task {
	t, err := Of(k)
	if err != nil {
		return nil
	}
	return t
}

// Learn derives the label space from training rows. A [Refiner] may become another kind.
func Learn(k Kind, rows []loaders.Row) (Kind, Space, error) {
	task, err := Of(k)
	if err != nil {
		return k, Space{}, err
	}
	if len(rows) == 0 {
		return k, Space{}, errors.New("there are no training rows to learn the labels from")
	}
	if r, refines := task.(Refiner); refines {
		k = r.Refine(rows)
	}
	space, err := k.Task().Space(rows)
	return k, space, err
}

// Kinds returns the names of all tasks.
func Kinds() []Kind {
	kinds := make([]Kind, len(registry))
	for i, t := range registry {
		kinds[i] = t.Kind()
	}
	return kinds
}

// oneOf lists names for an error message: "a, b or c".
func oneOf(kinds []Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
