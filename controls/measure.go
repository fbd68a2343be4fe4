package controls

import (
	"context"
	"math"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/score"
)

// Result is what one control reaches.
// A Result is safe for concurrent use as long as nothing changes it.
type Result struct {
	Name    string
	Inputs  string  // what it sees
	Partial bool    // sees too little to tell: should stay within noise of the majority
	L2      float64 // the penalty chosen on dev; 0 for the majority
	Dev     Score
	Test    Score // zero without test rows
}

// The names of the first result, which sees nothing; the others are in list.go.
const (
	Majority = "majority"
	Mean     = "mean" // for regression
)

// Score is how good a control is on one set.
//
// Noise of the majority is that of the set's size: 2·√(p(1−p)/n) for n rows of which a
// share p is right. Noise of another control is that of its lift, if it is no better
// than the majority: 2·√d/n when exactly one of the two is right on d rows (the test of
// McNemar). A lift compares two figures that both have noise, so this may be the larger
// one, by up to √2. For a correlation it is 2/√n.
// A Score is safe for concurrent use as long as nothing changes it.
type Score struct {
	Rows  int
	Value float64 // accuracy, for sets of labels over all decisions; for regression Pearson's correlation
	Lift  float64 // Value less that of the majority
	Noise float64 // two standard deviations
	MSE   float64 // regression only
}

// WithinNoise says whether the set is too small to distinguish the control from the majority.
func (s Score) WithinNoise() bool { return math.Abs(s.Lift) <= s.Noise }

// Measure fits the controls of a task, the majority first. There must be training and
// development rows; test rows may be missing. Similarity becomes regression when a
// training label is written as a number with a point, as in fine-tuning.
func Measure(ctx context.Context, kind heads.Kind, train, dev, test []loaders.Row) ([]Result, error) {
	switch {
	case len(train) == 0:
		return nil, errors.New("controls: no training rows")
	case len(dev) == 0:
		return nil, errors.New("controls: no development rows, on which the penalty is chosen")
	}
	kind, space, err := heads.Learn(kind, train)
	if err != nil {
		return nil, err
	}
	task := kind.Task()
	d := &data{task: task, space: space}
	words := vocabulary{}
	for _, part := range []struct {
		set  *set
		rows []loaders.Row
	}{{&d.train, train}, {&d.dev, dev}, {&d.test, test}} {
		if *part.set, err = newSet(task, space, words, part.rows); err != nil {
			return nil, err
		}
	}
	d.form = formOf(task, space, d.train.targets)
	d.most = score.Majority(d.outcomes(), d.train.gold)
	d.mean, d.spread = d.train.spread()
	d.blind = d.train.usual(len(space.Labels))
	results := []Result{d.majority()}
	for _, c := range list(task.Fields()) {
		result, err := d.measure(ctx, c)
		if err != nil {
			return nil, errors.WithMessage(err, "control "+c.name)
		}
		results = append(results, result)
	}
	return results, nil
}

// measure fits one control.
func (d *data) measure(ctx context.Context, c control) (Result, error) {
	columns := newColumns(c, &d.train)
	train, dev, test := columns.design(d, &d.train), columns.design(d, &d.dev), columns.design(d, &d.test)
	w, l2, err := fit(ctx, train, dev)
	if err != nil {
		return Result{}, err
	}
	return Result{
		Name: c.name, Inputs: c.inputs, Partial: c.partial, L2: l2,
		Dev:  d.judge(&d.dev, dev.predictor(w)),
		Test: d.judge(&d.test, test.predictor(w)),
	}, nil
}
