package controls

import (
	"context"
	"math"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
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

// The names of the first result, which reads nothing, and of the control that reads all words. The other
// names are in list.go.
const (
	Majority   = "majority"
	Mean       = "mean" // for regression
	BagOfWords = "bag of words"
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

// Measure fits the controls of a task in the given space, which [heads.Learn] derives from rows. The
// training rows may lack some of its labels. The first result is the majority. Training and development
// rows are required, test rows are optional.
func Measure(ctx context.Context, kind heads.Kind, space heads.Space, train, dev, test []loaders.Row) ([]Result, error) {
	if err := check(train, dev); err != nil {
		return nil, err
	}
	d, err := newData(kind, space, train, dev, test)
	if err != nil {
		return nil, err
	}
	results := []Result{d.majority()}
	for _, c := range list(d.task.Fields()) {
		result, err := d.measure(ctx, c)
		if err != nil {
			return nil, errors.WithMessage(err, "control "+c.name)
		}
		results = append(results, result)
	}
	return results, nil
}

// Predict fits the control of that name on the training rows, and returns what it computes for each test
// row in the given space: a number for each class or label, one for each answer, or the score. The largest
// decides, and a label applies if its number is positive.
func Predict(ctx context.Context, name string, kind heads.Kind, space heads.Space, train, dev, test []loaders.Row) ([][]float64, error) {
	if err := check(train, dev); err != nil {
		return nil, err
	}
	d, err := newData(kind, space, train, dev, test)
	if err != nil {
		return nil, err
	}
	all := list(d.task.Fields())
	at := slices.IndexFunc(all, func(c control) bool { return c.name == name })
	if at < 0 {
		return nil, errors.Errorf("controls: %s has no control %q", kind, name)
	}
	s, err := d.fit(ctx, all[at])
	if err != nil {
		return nil, errors.WithMessage(err, "control "+name)
	}
	predict, out := s.test.predictor(s.weights), make([][]float64, len(test))
	for i := range out {
		out[i] = slices.Clone(predict(i))
	}
	return out, nil
}

// check returns an error if there are no rows to fit controls on.
func check(train, dev []loaders.Row) error {
	switch {
	case len(train) == 0:
		return errors.New("controls: no training rows")
	case len(dev) == 0:
		return errors.New("controls: no development rows to choose the penalty on")
	}
	return nil
}

// solution is a control with its weights.
type solution struct {
	dev, test *design
	weights   []float64
	l2        float64
}

// fit fits one control.
func (d *data) fit(ctx context.Context, c control) (s solution, err error) {
	columns := newColumns(c, &d.train)
	s.dev, s.test = columns.design(d, &d.dev), columns.design(d, &d.test)
	s.weights, s.l2, err = fit(ctx, columns.design(d, &d.train), s.dev)
	return s, err
}

// measure fits one control and measures it.
func (d *data) measure(ctx context.Context, c control) (Result, error) {
	s, err := d.fit(ctx, c)
	if err != nil {
		return Result{}, err
	}
	return Result{
		Name: c.name, Inputs: c.inputs, Partial: c.partial, L2: s.l2,
		Dev:  d.judge(&d.dev, s.dev.predictor(s.weights)),
		Test: d.judge(&d.test, s.test.predictor(s.weights)),
	}, nil
}
