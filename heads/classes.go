package heads

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/pkg/errors"

	"gorgpt/graph"
	"gorgpt/loaders"
	"gorgpt/score"
)

// classes is the common part of the tasks that choose one of several labels.
type classes struct{}

// Space lists the classes of the rows in order, in numerical order if all are integers.
func (classes) Space(rows []loaders.Row) (Space, error) {
	seen := map[string]bool{}
	for _, row := range rows {
		if row.Label.Form == loaders.Float {
			return Space{}, errors.Errorf("%s: label %s is not a class: it must be a string or an integer", row.Place(), row.Label.Text)
		}
		seen[row.Label.Text] = true
	}
	names := sortedLabels(seen)
	if len(names) < 2 {
		return Space{}, errors.Errorf("%s: every label is %q: the rows need two or more classes", rows[0].Path, names[0])
	}
	return Space{Labels: names}, nil
}

// sortedLabels returns labels in order, in numerical order if all are integers.
func sortedLabels(seen map[string]bool) []string {
	names := slices.Sorted(maps.Keys(seen))
	numbers := make(map[string]int, len(names))
	for _, name := range names {
		n, err := strconv.Atoi(name)
		if err != nil {
			return names
		}
		numbers[name] = n
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(numbers[a], numbers[b]) })
	return names
}

func (classes) Whole() bool { return true }

func (classes) CheckSpace(s Space) error {
	if s.Choices != 0 {
		return errors.New("choices: only qa may have choices")
	}
	return checkLabels(s.Labels)
}

// checkLabels checks that there are two or more labels, all legible and different.
func checkLabels(labels []string) error {
	if len(labels) < 2 {
		return errors.Errorf("labels: there must be two or more, not %d", len(labels))
	}
	seen := map[string]bool{}
	for i, l := range labels {
		switch {
		case strings.TrimSpace(l) == "" || strings.ContainsFunc(l, unicode.IsControl):
			return errors.Errorf("labels: number %d is %q: it must be a text without control characters", i, l)
		case seen[l]:
			return errors.Errorf("labels: %q occurs twice", l)
		}
		seen[l] = true
	}
	return nil
}

func (classes) CheckRow(loaders.Row, bool) error { return nil }

func (classes) Target(s Space, l loaders.Label, _ loaders.Row) (Target, error) {
	i, err := s.class(l.Text)
	return Target{Label: int32(i)}, err
}

// class returns the number of a label.
func (s Space) class(label string) (int, error) {
	i := slices.Index(s.Labels, label)
	switch {
	case i >= 0:
		return i, nil
	case s.Given:
		return 0, errors.Errorf("label %q is not among the given labels: it must be %s", label, listed(s.Labels))
	}
	return 0, errors.Errorf("label %q does not occur in the training file: it must be %s", label, listed(s.Labels))
}

// listed lists at most ten labels for an error message.
func listed(labels []string) string {
	const enough = 10
	if len(labels) > enough {
		return fmt.Sprintf("one of %s, … (%d in all)", strings.Join(labels[:enough], ", "), len(labels))
	}
	return "one of " + strings.Join(labels, ", ")
}

func (classes) CheckTarget(t Target, scores int) error { return checkClass(t.Label, scores) }

func checkClass(label int32, n int) error {
	if label < 0 || int(label) >= n {
		return errors.Errorf("label %d: it must be from 0 to %d", label, n-1)
	}
	return nil
}

func (classes) Outputs(s Space) int { return len(s.Labels) }

func (classes) Scores(k, _ int) int { return k }

// Logits computes h W + b.
func (classes) Logits(h *Head, states graph.Node, _, _ int) graph.Node {
	return h.Linear.Forward(states).Axes("B K")
}

func (classes) Inputs(g *graph.Graph, b, _ int) (graph.Node, func(int, Target)) {
	labels, ids := g.Ints("labels", b)
	return labels.Named("B"), func(i int, t Target) { ids[i] = t.Label }
}

// Losses computes −log softmax(logits)[label].
func (classes) Losses(logits, labels graph.Node) graph.Node {
	shape := logits.Shape()
	return logits.CrossEntropy(labels, shape[len(shape)-1])
}

func (classes) Measures(s Space) []string {
	if len(s.Labels) == 2 {
		return []string{"acc", "mcc", "f1"}
	}
	return []string{"acc", "mcc"}
}

func (classes) Judge(s Space, training []Target) Judge {
	return classJudge{s.Labels, majority(training)}
}

// classJudge judges predicted classes.
type classJudge struct {
	labels []string
	most   int // the most frequent class of the training set
}

func (j classJudge) Names(int) []string { return j.labels }

func (j classJudge) Predict(logits []float32) (string, []float64) {
	p, best := softmax(logits)
	return j.labels[best], p
}

func (classJudge) Unlabelled() Target { return Target{} }

func (j classJudge) Gold(t Target) string { return j.labels[t.Label] }

func (j classJudge) Blind() (text, what string) {
	return j.labels[j.most], fmt.Sprintf("%q, the most frequent label of the training rows", j.labels[j.most])
}

func (j classJudge) Measure(primary string, gold []Target, logits [][]float32) []Measure {
	c := confusion(len(j.labels), gold, best(logits))
	all := []Measure{{"acc", c.Accuracy()}, {"majority_acc", c.Always(j.most)}, {"mcc", c.Matthews()}}
	if len(j.labels) == 2 {
		all = append(all, Measure{"f1", c.F1(1)})
	}
	if primary == "f1" {
		all = append(all, Measure{"majority_f1", j.Baseline(primary, gold)})
	}
	return all
}

func (j classJudge) Baseline(primary string, gold []Target) float64 {
	c := confusion(len(j.labels), gold, slices.Repeat([]int{j.most}, len(gold)))
	switch primary {
	case "f1":
		return c.F1(1)
	case "mcc":
		return c.Matthews()
	}
	return c.Accuracy()
}

// majority returns the most frequent class, or number of the right answer.
func majority(gold []Target) int {
	if len(gold) == 0 {
		return 0
	}
	labels := labelsOf(gold)
	return score.Majority(slices.Max(labels)+1, labels)
}

func labelsOf(targets []Target) []int {
	out := make([]int, len(targets))
	for i, t := range targets {
		out[i] = int(t.Label)
	}
	return out
}

func confusion(k int, gold []Target, predicted []int) score.Confusion {
	return score.NewConfusion(k, labelsOf(gold), predicted)
}

// best returns the number of the greatest logit of each row.
func best(logits [][]float32) []int {
	out := make([]int, len(logits))
	for i, row := range logits {
		_, out[i] = softmax(row)
	}
	return out
}

// softmax returns the probabilities of the logits and the number of the greatest.
func softmax(logits []float32) (p []float64, best int) {
	p = make([]float64, len(logits))
	for i, v := range logits {
		if v > logits[best] {
			best = i
		}
	}
	sum := 0.0
	for i, v := range logits {
		p[i] = math.Exp(float64(v - logits[best]))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p, best
}
