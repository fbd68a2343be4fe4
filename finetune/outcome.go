package finetune

import (
	"math"
	"slices"
	"strconv"

	"gorgpt/heads"
	"gorgpt/score"
	"gorgpt/train"
)

// Outcome is what a model makes of a set. An Outcome is safe for concurrent use as long as it is
// not changed.
type Outcome struct {
	Losses      heads.Losses // of rows without labels they mean nothing
	Predictions []Prediction
	Measures    []train.Metric // of the task, each with what it is to be compared to; none without labels
	Parts       []Part         // of a set that has several

	spec    Spec
	names   []string // of the classes, or of as many answers as any example has; none for scores
	blind   string   // what is predicted without looking at the input
	places  []place  // see Set
	leftOut []place
}

// Part is how good the predictions of a part of a set are.
// A Part is safe for concurrent use as long as nothing changes it.
type Part struct {
	Name     string
	Rows     int
	Measures []train.Metric
}

// Prediction is what a model makes of one example.
// A Prediction is safe for concurrent use as long as nothing changes it.
type Prediction struct {
	Gold, Predicted string    // labels, numbers of answers, or scores; no gold without labels
	Probabilities   []float64 // of the classes, or of the answers there are; none for a score
}

// newOutcome compares the logits of a set with its labels, if it has any. The baseline is
// what the training set says without any input: its most frequent class, or its mean score.
func newOutcome(spec Spec, training, set *Set, losses heads.Losses, logits [][]float32) *Outcome {
	o := &Outcome{Losses: losses, spec: spec, names: spec.names(longest(logits)), places: set.places, leftOut: set.leftOut}
	classes, values := make([]int, len(logits)), make([]float64, len(logits))
	for i, row := range logits {
		p := Prediction{Predicted: number(row[0])}
		if spec.Task == heads.Regression {
			values[i], p.Gold = float64(row[0]), number(set.Examples[i].Score)
		} else {
			p.Probabilities, classes[i] = softmax(row)
			p.Gold, p.Predicted = o.names[set.Examples[i].Label], o.names[classes[i]]
		}
		if set.unlabelled {
			p.Gold = ""
		}
		o.Predictions = append(o.Predictions, p)
	}
	mean, most := score.Mean(training.scores()), majority(training.classes())
	if o.blind = number(float32(mean)); spec.Task != heads.Regression {
		o.blind = spec.names(most + 1)[most]
	}
	if set.unlabelled {
		return o
	}
	measure := func(at []int) []train.Metric {
		if spec.Task == heads.Regression {
			return measureScores(mean, pick(set.scores(), at), pick(values, at))
		}
		return spec.measureClasses(most, pick(set.classes(), at), pick(classes, at))
	}
	all := make([]int, len(logits))
	for i := range all {
		all[i] = i
	}
	o.Measures = measure(all)
	names, rows := set.partRows()
	for i, name := range names {
		o.Parts = append(o.Parts, Part{name, len(rows[i]), measure(rows[i])})
	}
	return o
}

// longest is the greatest number of logits that an example has.
func longest(logits [][]float32) (n int) {
	for _, row := range logits {
		n = max(n, len(row))
	}
	return n
}

// majority is the most frequent class, or number of the right answer.
func majority(gold []int) int {
	if len(gold) == 0 {
		return 0
	}
	return score.Majority(slices.Max(gold)+1, gold)
}

// partRows are the examples of each part, in the order in which parts come; none if there
// are fewer than two.
func (s *Set) partRows() (names []string, rows [][]int) {
	for i, at := range s.places {
		k := slices.Index(names, at.part)
		if k < 0 {
			k, names, rows = len(names), append(names, at.part), append(rows, nil)
		}
		rows[k] = append(rows[k], i)
	}
	if len(names) < 2 {
		return nil, nil
	}
	return names, rows
}

func pick[T any](x []T, at []int) []T {
	out := make([]T, len(at))
	for i, k := range at {
		out[i] = x[k]
	}
	return out
}

// measureClasses judges predicted classes, or numbers of answers.
func (s Spec) measureClasses(most int, gold, predicted []int) []train.Metric {
	c := s.confusion(most, gold, predicted)
	all := []train.Metric{{Name: "acc", Value: c.Accuracy()}, {Name: "majority_acc", Value: c.Always(most)}}
	if s.Task == heads.MultipleChoice {
		return all // the number of an answer is no class
	}
	all = append(all, train.Metric{Name: "mcc", Value: c.Matthews()})
	if len(s.Labels) == 2 {
		all = append(all, train.Metric{Name: "f1", Value: c.F1(1)})
	}
	if s.Primary() == "f1" {
		all = append(all, train.Metric{Name: "majority_f1", Value: s.Always(most, gold)})
	}
	return all
}

// confusion counts predictions of classes or, where there may be more of them than in
// training, of answers. most is another number that it must have room for.
func (s Spec) confusion(most int, gold, predicted []int) score.Confusion {
	k := len(s.Names())
	for _, x := range slices.Concat([]int{most}, gold, predicted) {
		k = max(k, x+1)
	}
	return score.NewConfusion(k, gold, predicted)
}

// measureScores judges predicted scores.
func measureScores(mean float64, gold, predicted []float64) []train.Metric {
	constant := make([]float64, len(gold))
	for i := range constant {
		constant[i] = mean
	}
	return []train.Metric{
		{Name: "mse", Value: score.SquaredError(gold, predicted)},
		{Name: "mean_mse", Value: score.SquaredError(gold, constant)},
		{Name: "pearson", Value: score.Pearson(gold, predicted)},
		{Name: "spearman", Value: score.Spearman(gold, predicted)},
	}
}

// Primary is the measure that tables have, and that the best weights are chosen by: the
// dataset's, or else accuracy, or for regression Pearson's correlation.
func (s Spec) Primary() string {
	switch {
	case s.Metric != "":
		return s.Metric
	case s.Task == heads.Regression:
		return "pearson"
	}
	return "acc"
}

// Always is the primary measure of predicting one class throughout.
func (s Spec) Always(class int, gold []int) float64 {
	c := s.confusion(class, gold, slices.Repeat([]int{class}, len(gold)))
	switch s.Primary() {
	case "f1":
		return c.F1(1)
	case "mcc":
		return c.Matthews()
	}
	return c.Accuracy()
}

// Headline is the primary measure, and what is reached without looking at the input; a
// correlation is 0 then.
func (o *Outcome) Headline() (value, baseline float64) {
	for _, m := range o.Measures {
		switch m.Name {
		case o.spec.Primary():
			value = m.Value
		case "majority_" + o.spec.Primary():
			baseline = m.Value
		}
	}
	return value, baseline
}

// Metrics are the losses and measures, their names after a prefix.
func (o *Outcome) Metrics(prefix string) []train.Metric {
	all := []train.Metric{
		{Name: "loss", Value: o.Losses.Total}, {Name: "clf_loss", Value: o.Losses.Task}, {Name: "lm_loss", Value: o.Losses.LM},
	}
	all = append(all, o.Measures...)
	for _, p := range o.Parts {
		for _, m := range p.Measures {
			all = append(all, train.Metric{Name: m.Name + "_" + p.Name, Value: m.Value})
		}
	}
	for i := range all {
		all[i].Name = prefix + all[i].Name
	}
	return all
}

func (s *Set) classes() []int {
	out := make([]int, len(s.Examples))
	for i, e := range s.Examples {
		out[i] = int(e.Label)
	}
	return out
}

func (s *Set) scores() []float64 {
	out := make([]float64, len(s.Examples))
	for i, e := range s.Examples {
		out[i] = float64(e.Score)
	}
	return out
}

// softmax returns the probabilities of the logits, and the likeliest one.
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

// number writes a score with as few digits as tell it apart.
func number(x float32) string { return strconv.FormatFloat(float64(x), 'g', -1, 32) }
