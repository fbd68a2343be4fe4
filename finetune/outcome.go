package finetune

import (
	"slices"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/train"
)

// Outcome holds the predictions of a model on a set, and their losses and measures. An Outcome is
// safe for concurrent use as long as it is not changed.
type Outcome struct {
	Losses      heads.Losses // meaningless for rows without labels
	Predictions []Prediction
	Measures    []train.Metric // the task's measures and their baselines; empty without labels
	Parts       []Part         // empty unless the set has several parts

	spec    Spec
	names   []string // names of the classes, or of as many answers as any example has; nil for scores
	judge   heads.Judge
	places  []place // see Set
	leftOut []place
	rows    []loaders.Row  // of the examples; nil if they come from no rows
	gold    []heads.Target // nil without labels
	logits  [][]float32

	shifted bool // thresholds may have shifted the logits: see Pool

	partNames []string // see Set.partRows
	partRows  [][]int
}

// Part holds the measures of a part of a set.
// A Part is safe for concurrent use as long as nothing changes it.
type Part struct {
	Name     string
	Rows     int
	Measures []train.Metric
}

// Prediction is a model's prediction for one example.
// A Prediction is safe for concurrent use as long as nothing changes it.
type Prediction struct {
	Gold, Predicted string    // a label, the number of an answer, or a score; Gold is "" without labels
	Probabilities   []float64 // one for each class or answer; nil for a score
}

// newOutcome compares the logits of a set with its labels, if it has any. The baseline is that of the
// spec or, if it has none, comes from the labels of the training set alone.
func newOutcome(spec Spec, training, set *Set, losses heads.Losses, logits [][]float32) *Outcome {
	judge := spec.Task.Task().Judge(spec.Space, training.targets())
	o := &Outcome{
		Losses: losses, spec: spec, judge: judge, names: judge.Names(max(longest(logits), spec.Choices)),
		places: set.places, leftOut: set.leftOut, rows: set.rows, logits: logits,
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
	o.gold = gold
	o.Measures = metrics(judge.Measure(spec.Primary(), gold, logits))
	o.partNames, o.partRows = set.partRows()
	for i, name := range o.partNames {
		rows := o.partRows[i]
		measures := judge.Measure(spec.Primary(), pick(gold, rows), pick(logits, rows))
		o.Parts = append(o.Parts, Part{name, len(rows), metrics(measures)})
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

// longest returns the greatest number of logits of any example.
func longest(logits [][]float32) (n int) {
	for _, row := range logits {
		n = max(n, len(row))
	}
	return n
}

// partRows returns the examples of each part, in the order in which the parts first occur. It
// returns nil if there are fewer than two parts.
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

// Headline returns the primary measure and its baseline, which is reached without looking at the
// input. The baseline of a correlation is 0.
func (o *Outcome) Headline() (value, baseline float64) {
	return headline(o.spec.Primary(), o.Measures)
}

// headline returns the primary of some measures and its baseline.
func headline(primary string, measures []train.Metric) (value, baseline float64) {
	for _, m := range measures {
		switch m.Name {
		case primary:
			value = m.Value
		case "majority_" + primary:
			baseline = m.Value
		}
	}
	return value, baseline
}

// Metrics returns the losses and measures, with a prefix added to their names.
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

// targets returns the targets of the rows.
func (s *Set) targets() []heads.Target {
	out := make([]heads.Target, s.count())
	for i, e := range s.Examples {
		out[s.row(i)] = e.Target
	}
	return out
}
