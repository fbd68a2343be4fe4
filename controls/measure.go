package controls

import (
	"context"
	"math"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/score"
)

// Result is the result of one control.
// A Result is safe for concurrent use as long as nothing changes it.
type Result struct {
	Name    string
	Inputs  string  // description of its input
	Partial bool    // reads too little to decide, so it should stay within noise of the majority
	L2      float64 // penalty chosen on dev; 0 for the majority
	Dev     Score
	Test    Score // zero without test rows
}

// The names of the first result, which reads nothing. The other names are in list.go.
const (
	Majority = "majority"
	Mean     = "mean" // for regression
)

// Score is the score of a control on one set.
//
// The noise of the majority follows from the size of the set: 2·√(p(1−p)/n) for n rows of which a
// share p is right. The noise of another control is the noise of its lift under the hypothesis that
// it is no better than the majority: 2·√d/n if exactly one of the two is right on d rows (McNemar's
// test). It may exceed the noise of the majority by up to √2, because a lift compares two noisy
// values. For a correlation it is 2/√n.
// A Score is safe for concurrent use as long as nothing changes it.
type Score struct {
	Rows  int
	Value float64 // accuracy, over all decisions for sets of labels; Pearson's correlation for regression
	Lift  float64 // Value minus the value of the majority
	Noise float64 // two standard deviations
	MSE   float64 // regression only
}

// WithinNoise reports whether the set is too small to distinguish the control from the majority.
func (s Score) WithinNoise() bool { return math.Abs(s.Lift) <= s.Noise }

// Measure fits the controls of a task. The first result is the majority. Training and development
// rows are required, test rows are optional. Similarity becomes regression if a training label is
// written as a number with a decimal point, as in fine-tuning.
func Measure(ctx context.Context, kind heads.Kind, train, dev, test []loaders.Row) ([]Result, error) {
	switch {
	case len(train) == 0:
		return nil, errors.New("controls: no training rows")
	case len(dev) == 0:
		return nil, errors.New("controls: no development rows to choose the penalty on")
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
