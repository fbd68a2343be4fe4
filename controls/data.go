package controls

import (
	"math"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/score"
)

// data are the three sets of a task.
type data struct {
	task             heads.Task
	space            heads.Space
	train, dev, test set

	form         form
	most         int     // most frequent class of the training set
	blind        []bool  // whether more than half of the training set has each label; sets only
	mean, spread float64 // mean and standard deviation of the training scores; scores only
}

// newData splits the rows into words and looks up their targets.
func newData(kind heads.Kind, space heads.Space, train, dev, test []loaders.Row) (*data, error) {
	task := kind.Task()
	d := &data{task: task, space: space}
	words := vocabulary{}
	for _, part := range []struct {
		set  *set
		rows []loaders.Row
	}{{&d.train, train}, {&d.dev, dev}, {&d.test, test}} {
		var err error
		if *part.set, err = newSet(task, space, words, part.rows); err != nil {
			return nil, err
		}
	}
	d.form = formOf(task, space, d.train.targets)
	if d.form == oneClass {
		if n := slices.Max(d.train.gold) + 1; n > d.outcomes() {
			return nil, errors.Errorf("controls: %s has targets of %d classes but %d outputs: a task with a score sets Target.Score", kind, n, d.outcomes())
		}
		d.most = score.Majority(d.outcomes(), d.train.gold)
	}
	if d.mean, d.spread = d.train.spread(); d.form == aScore && d.spread == 0 {
		return nil, errors.Errorf("%s: every score is %g: the rows need different scores", train[0].Path, d.mean)
	}
	d.blind = d.train.usual(len(space.Labels))
	return d, nil
}

// form is the form of a prediction.
type form int

const (
	oneClass form = iota // a class, or the number of an answer
	aScore
	aSet // a set of labels
)

// formOf returns the form of a task's targets.
func formOf(task heads.Task, space heads.Space, training []heads.Target) form {
	switch {
	case len(training) > 0 && training[0].Labels != nil:
		return aSet
	case task.Judge(space, training).Names(1) == nil:
		return aScore
	}
	return oneClass
}

// outcomes returns the number of classes, or the greatest number of answers. It is 1 for a score.
func (d *data) outcomes() int {
	return max(d.space.Choices, d.task.Outputs(d.space))
}

// set holds the rows of a file as words and targets.
type set struct {
	examples []example
	targets  []heads.Target
	gold     []int     // classes or numbers of the right answers
	scores   []float64 // regression only
}

// example holds the texts of a row as words.
type example struct {
	texts, answers []text
}

// newSet splits the rows into words and looks up their targets.
func newSet(task heads.Task, space heads.Space, words vocabulary, rows []loaders.Row) (s set, err error) {
	for _, row := range rows {
		target, err := task.Target(space, row.Label, row)
		if err != nil {
			return s, errors.WithMessage(err, row.Place())
		}
		e := example{words.texts(row.Texts), words.texts(row.Answers)}
		s.examples, s.targets = append(s.examples, e), append(s.targets, target)
		s.gold, s.scores = append(s.gold, int(target.Label)), append(s.scores, float64(target.Score))
	}
	return s, nil
}

// spread returns the mean of the scores and their standard deviation.
func (s *set) spread() (mean, deviation float64) {
	mean = score.Mean(s.scores)
	for _, x := range s.scores {
		deviation += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(deviation / float64(len(s.scores)))
}

// usual reports for each label whether more than half of the examples have it.
func (s *set) usual(labels int) []bool {
	usual := make([]bool, labels)
	for k := range usual {
		n := 0
		for _, t := range s.targets {
			if t.Labels != nil {
				n += int(t.Labels[k])
			}
		}
		usual[k] = 2*n > len(s.targets)
	}
	return usual
}

// majority measures the prediction that needs no input: the most frequent class of the training
// set, the most frequent number of the right answer, or the mean score.
func (d *data) majority() Result {
	r := Result{Name: Majority, Inputs: "nothing", Partial: true}
	constant := make([]float64, d.outcomes())
	switch d.form {
	case aScore:
		r.Name, constant[0] = Mean, d.mean
	case aSet:
		for k, yes := range d.blind {
			constant[k] = -1
			if yes {
				constant[k] = 1
			}
		}
	default:
		constant[d.most] = 1
	}
	same := func(int) []float64 { return constant }
	r.Dev, r.Test = d.judge(&d.dev, same), d.judge(&d.test, same)
	for _, s := range []*Score{&r.Dev, &r.Test} {
		if d.form == aScore {
			s.Value, s.Lift = 0, 0 // removes rounding errors
		} else if s.Rows > 0 {
			s.Noise = 2 * math.Sqrt(s.Value*(1-s.Value)/float64(s.Rows))
		}
	}
	return r
}

// judge compares predictions with a set's labels and with the majority on the same rows.
func (d *data) judge(s *set, predict func(i int) []float64) Score {
	r := Score{Rows: len(s.examples)}
	switch {
	case r.Rows == 0:
	case d.form == aScore:
		predicted := make([]float64, r.Rows)
		for i := range predicted {
			predicted[i] = predict(i)[0]
		}
		r.Value, r.MSE = score.Pearson(s.scores, predicted), score.SquaredError(s.scores, predicted)
		r.Lift, r.Noise = r.Value, 2/math.Sqrt(float64(r.Rows))
	default:
		var c comparison
		for i := range s.examples {
			d.compare(&c, s, i, predict(i))
		}
		n := float64(c.right + c.won + c.lost + c.wrong)
		r.Value, r.Lift = float64(c.right+c.won)/n, float64(c.won-c.lost)/n
		r.Noise = 2 * math.Sqrt(float64(c.won+c.lost)) / n
	}
	return r
}

// comparison counts decisions by whether a control and the majority are right: both, only the
// control, only the majority, or neither.
type comparison struct{ right, won, lost, wrong int }

func (c *comparison) add(hit, majority bool) {
	switch {
	case hit && majority:
		c.right++
	case hit:
		c.won++
	case majority:
		c.lost++
	default:
		c.wrong++
	}
}

// compare counts the decisions on an example: one for each label of a set, otherwise one.
func (d *data) compare(c *comparison, s *set, i int, z []float64) {
	if d.form != aSet {
		c.add(largest(z) == s.gold[i], d.most == s.gold[i])
		return
	}
	for k, y := range s.targets[i].Labels {
		c.add(z[k] > 0 == (y == 1), d.blind[k] == (y == 1))
	}
}

// largest returns the index of the largest number, the first among equals.
func largest(x []float64) (best int) {
	for k, v := range x {
		if v > x[best] {
			best = k
		}
	}
	return best
}
