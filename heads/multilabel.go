package heads

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/loaders"
	"gorgpt/score"
)

// MultiLabel gives a text any number of labels.
const MultiLabel Kind = "multilabel"

// separator separates the labels of a row in tables and predictions. Alone, it means that no label
// applies.
const separator = "|"

type multiLabel struct{}

func (multiLabel) Kind() Kind { return MultiLabel }

func (multiLabel) Fields() loaders.Fields {
	return loaders.Fields{Texts: []string{"text"}, Label: "labels", Lists: true}
}

// Format returns [s] text [c].
func (multiLabel) Format(f *Formatter, e Example) ([][]int32, error) { return f.single(e.A) }

func (multiLabel) Class() (name, problem string) {
	return gpt1.ClassificationModel, "multi_label_classification"
}

func (multiLabel) Sequences(Space) int { return 1 }

func (multiLabel) Parts(int) []string { return nil }

// Space lists the labels of the rows in order.
func (multiLabel) Space(rows []loaders.Row) (Space, error) {
	seen := map[string]bool{}
	for _, row := range rows {
		for _, l := range split(row.Label) {
			seen[l] = true
		}
	}
	s := Space{Labels: sortedLabels(seen)}
	if len(s.Labels) < 2 {
		return s, errors.Errorf("%s: two or more different labels are needed, not %d", rows[0].File(), len(s.Labels))
	}
	return s, nil
}

// split returns the labels of a row.
func split(l loaders.Label) (all []string) {
	for part := range strings.SplitSeq(l.Text, separator) {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(all, part) {
			all = append(all, part)
		}
	}
	return all
}

func (multiLabel) Whole() bool { return true }

func (multiLabel) CheckSpace(s Space) error {
	if n := len(s.Thresholds); n != 0 && n != len(s.Labels) {
		return errors.Errorf("thresholds: there must be one for each of the %d labels, not %d", len(s.Labels), n)
	}
	for i, x := range s.Thresholds {
		if !(x >= 0 && x <= 1) {
			return errors.Errorf("thresholds: number %d is %v: it must be a probability", i, x)
		}
	}
	for i, l := range s.Labels {
		if strings.Contains(l, separator) {
			return errors.Errorf("labels: number %d is %q: it must not contain %q, which separates labels", i, l, separator)
		}
	}
	for _, l := range split(loaders.Label{Text: s.Baseline}) {
		if !slices.Contains(s.Labels, l) {
			return errors.Errorf("baseline is %q: it must be %s", s.Baseline, listed(s.Labels))
		}
	}
	s.Baseline = ""
	return classes{}.CheckSpace(s)
}

func (multiLabel) CheckRow(loaders.Row, bool) error { return nil }

func (multiLabel) Target(s Space, l loaders.Label, _ loaders.Row) (Target, error) {
	t := Target{Labels: make([]float32, len(s.Labels))}
	for _, label := range split(l) {
		k, err := s.class(label)
		if err != nil {
			return Target{}, err
		}
		t.Labels[k] = 1
	}
	return t, nil
}

func (multiLabel) CheckTarget(t Target, scores int) error {
	if len(t.Labels) != scores {
		return errors.Errorf("the target has %d labels: it must have %d", len(t.Labels), scores)
	}
	return nil
}

func (multiLabel) Outputs(s Space) int { return len(s.Labels) }

func (multiLabel) Scores(k, _ int) int { return k }

// Logits computes h W + b, one for each label.
func (multiLabel) Logits(h *Head, states graph.Node, _, _ int) graph.Node {
	return h.Linear.Forward(states).Axes("B K")
}

func (multiLabel) Inputs(g *graph.Graph, b, k int) (graph.Node, func(int, Target)) {
	labels, values := g.Floats("labels", b, k)
	return labels.Named("B K"), func(i int, t Target) { copy(values[i*k:(i+1)*k], t.Labels) }
}

// Losses computes the binary cross-entropy, −y log σ(z) − (1−y) log(1−σ(z)), averaged over labels.
func (multiLabel) Losses(logits, labels graph.Node) graph.Node {
	return logits.SigmoidCrossEntropy(labels)
}

func (multiLabel) Measures(Space) []string { return []string{"micro_f1", "macro_f1", "subset_acc"} }

func (multiLabel) Judge(s Space, training []Target) Judge {
	j := labelsJudge{Space: s, blind: make([]bool, len(s.Labels))}
	stored := split(loaders.Label{Text: s.Baseline})
	for k := range j.blind {
		n := 0
		for _, t := range training {
			n += int(t.Labels[k])
		}
		if j.blind[k] = 2*n > len(training); s.Baseline != "" {
			j.blind[k] = slices.Contains(stored, s.Labels[k])
		}
	}
	return j
}

// Calibrate fits one temperature for all labels to the binary cross-entropy.
func (multiLabel) Calibrate(s Space, gold []Target, logits [][]float32) Space {
	s.Temperature = score.Temperature(func(beta float64) (slope float64) {
		for i, row := range logits {
			for k, z := range row {
				slope += float64(z) * (sigmoid(z, 1/beta) - float64(gold[i].Labels[k]))
			}
		}
		return slope
	})
	return s
}

// Fit chooses for each label the threshold with the highest F1 on held-out examples. Of equally
// good thresholds it takes the nearest to 0.5. A label that no example has keeps 0.5.
func (multiLabel) Fit(s Space, gold []Target, logits [][]float32) Space {
	s.Thresholds = make([]float64, len(s.Labels))
	for k := range s.Labels {
		p, y := make([]float64, len(gold)), make([]bool, len(gold))
		for i := range gold {
			p[i], y[i] = sigmoid(logits[i][k], s.Temperature), gold[i].Labels[k] == 1
		}
		s.Thresholds[k] = bestThreshold(p, y)
	}
	return s
}

// bestThreshold returns the threshold with the highest F1 among 0.5 and the midpoints between
// neighbouring probabilities.
func bestThreshold(p []float64, y []bool) float64 {
	sorted := slices.Compact(slices.Sorted(slices.Values(p)))
	candidates := []float64{0.5}
	for i := 1; i < len(sorted); i++ {
		candidates = append(candidates, (sorted[i-1]+sorted[i])/2)
	}
	slices.SortStableFunc(candidates, func(a, b float64) int { return cmp.Compare(math.Abs(a-0.5), math.Abs(b-0.5)) })
	best, highest := 0.5, 0.0
	for _, threshold := range candidates {
		var c score.Binary
		for i, x := range p {
			c.Add(y[i], x >= threshold)
		}
		if f1 := c.F1(); f1 > highest {
			best, highest = threshold, f1
		}
	}
	return best
}

// sigmoid returns the probability of a logit divided by a temperature, where 0 stands for 1.
func sigmoid(z float32, temperature float64) float64 {
	if temperature == 0 {
		temperature = 1
	}
	return 1 / (1 + math.Exp(-float64(z)/temperature))
}
