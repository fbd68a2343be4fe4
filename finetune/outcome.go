package finetune

import (
	"slices"

	"gorgpt/heads"
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
	judge   heads.Judge
	places  []place // see Set
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

// newOutcome compares the logits of a set with its labels, if it has any. The baseline is what the
// training set says without any input.
func newOutcome(spec Spec, training, set *Set, losses heads.Losses, logits [][]float32) *Outcome {
	judge := spec.Task.Task().Judge(spec.Space, training.targets())
	o := &Outcome{
		Losses: losses, spec: spec, judge: judge, names: judge.Names(max(longest(logits), spec.Choices)),
		places: set.places, leftOut: set.leftOut,
	}
	gold := set.targets()
	for i, row := range logits {
		p := Prediction{}
		p.Predicted, p.Probabilities = judge.Predict(row)
		if !set.unlabelled {
			p.Gold = judge.Gold(gold[i])
		}
		o.Predictions = append(o.Predictions, p)
	}
	if set.unlabelled {
		return o
	}
	o.Measures = metrics(judge.Measure(spec.Primary(), gold, logits))
	names, rows := set.partRows()
	for i, name := range names {
		measures := judge.Measure(spec.Primary(), pick(gold, rows[i]), pick(logits, rows[i]))
		o.Parts = append(o.Parts, Part{name, len(rows[i]), metrics(measures)})
	}
	return o
}

func metrics(measures []heads.Measure) []train.Metric {
	out := make([]train.Metric, len(measures))
	for i, m := range measures {
		out[i] = train.Metric(m)
	}
	return out
}

// longest is the greatest number of logits that an example has.
func longest(logits [][]float32) (n int) {
	for _, row := range logits {
		n = max(n, len(row))
	}
	return n
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

func (s *Set) targets() []heads.Target {
	out := make([]heads.Target, len(s.Examples))
	for i, e := range s.Examples {
		out[i] = e.Target
	}
	return out
}
