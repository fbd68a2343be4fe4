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
		return Space{}, errors.Errorf("%s: every label is %q: the rows need two or more classes", rows[0].File(), names[0])
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
	if err := checkLabels(s.Labels); err != nil {
		return err
	}
	if s.Baseline != "" && !slices.Contains(s.Labels, s.Baseline) {
		return errors.Errorf("baseline is %q: it must be %s", s.Baseline, listed(s.Labels))
	}
	return s.checkTemperature()
}

// checkTemperature returns an error for a temperature that is not a positive number.
func (s Space) checkTemperature() error {
	if !(s.Temperature >= 0 && s.Temperature <= 1e6) {
		return errors.Errorf("temperature is %v: it must be a positive number", s.Temperature)
	}
	return nil
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

func (classes) Balanced(s Space, training []Target) []float32 {
	counts, present := make([]int, len(s.Labels)), 0
	for _, t := range training {
		if counts[t.Label]++; counts[t.Label] == 1 {
			present++
		}
	}
	weights := make([]float32, len(counts))
	for k, n := range counts {
		weights[k] = 1
		if n > 0 {
			weights[k] = float32(float64(len(training)) / float64(present*n))
		}
	}
	return weights
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
		out[i] = greatest(row)
	}
	return out
}

// greatest returns the number of the greatest logit, the first among equals.
func greatest(logits []float32) (best int) {
	for i, v := range logits {
		if v > logits[best] {
			best = i
		}
	}
	return best
}

// softmax returns the probabilities of the logits divided by a temperature, where 0 stands for 1,
// and the number of the greatest.
func softmax(logits []float32, temperature float64) (p []float64, best int) {
	if temperature == 0 {
		temperature = 1
	}
	p, best = make([]float64, len(logits)), greatest(logits)
	sum := 0.0
	for i, v := range logits {
		p[i] = math.Exp(float64(v-logits[best]) / temperature)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p, best
}
