package controls

import (
	"math"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/score"
)

// data are the three sets of a task.
type data struct {
	spec             finetune.Spec
	train, dev, test set

	most         int     // the most frequent class of the training set
	mean, spread float64 // of its scores; regression only
}

// outcomes is how many classes or answers there are to choose from; 1 for a score.
func (d *data) outcomes() int {
	if d.spec.Task == heads.MultipleChoice {
		return d.spec.Choices // or fewer
	}
	return d.spec.Outputs()
}

// set is the rows of a file as words and targets.
type set struct {
	examples []example
	gold     []int     // classes or numbers of the right answers
	scores   []float64 // regression only
}

// example is the texts of a row as words.
type example struct {
	texts, answers []text
}

// newSet splits the rows into words and looks up what is right.
func newSet(spec finetune.Spec, words vocabulary, rows []loaders.Row) (s set, err error) {
	for _, row := range rows {
		label, value, err := spec.Target(row)
		if err != nil {
			return s, errors.WithMessage(err, row.Place())
		}
		e := example{words.texts(row.Texts), words.texts(row.Answers)}
		s.examples, s.gold, s.scores = append(s.examples, e), append(s.gold, int(label)), append(s.scores, float64(value))
	}
	return s, nil
}

// spread is the mean of the scores and their standard deviation.
func (s *set) spread() (mean, deviation float64) {
	mean = score.Mean(s.scores)
	for _, x := range s.scores {
		deviation += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(deviation / float64(len(s.scores)))
}

// majority is what is reached without any input: by the most frequent class of the
// training set, or the most frequent place of the right answer, or the mean score.
func (d *data) majority() Result {
	r := Result{Name: Majority, Inputs: "nothing", Partial: true}
	constant := make([]float64, d.outcomes())
	if d.spec.Task == heads.Regression {
		r.Name, constant[0] = Mean, d.mean
	} else {
		constant[d.most] = 1
	}
	same := func(int) []float64 { return constant }
	r.Dev, r.Test = d.judge(&d.dev, same), d.judge(&d.test, same)
	for _, s := range []*Score{&r.Dev, &r.Test} {
		if d.spec.Task == heads.Regression {
			s.Value, s.Lift = 0, 0 // but for rounding
		} else if s.Rows > 0 {
			s.Noise = 2 * math.Sqrt(s.Value*(1-s.Value)/float64(s.Rows))
		}
	}
	return r
}

// judge compares predictions with a set's labels, and with the majority on the same rows.
func (d *data) judge(s *set, predict func(i int) []float64) Score {
	r := Score{Rows: len(s.examples)}
	switch {
	case r.Rows == 0:
	case d.spec.Task == heads.Regression:
		predicted := make([]float64, r.Rows)
		for i := range predicted {
			predicted[i] = predict(i)[0]
		}
		r.Value, r.MSE = score.Pearson(s.scores, predicted), score.SquaredError(s.scores, predicted)
		r.Lift, r.Noise = r.Value, 2/math.Sqrt(float64(r.Rows))
	default:
		right, won, lost := 0, 0, 0
		for i, gold := range s.gold {
			switch hit := largest(predict(i)) == gold; {
			case hit && gold != d.most:
				won++
			case !hit && gold == d.most:
				lost++
			case hit:
				right++
			}
		}
		n := float64(r.Rows)
		r.Value, r.Lift = float64(right+won)/n, float64(won-lost)/n
		r.Noise = 2 * math.Sqrt(float64(won+lost)) / n
	}
	return r
}

// largest is the place of the largest number, the first among equals.
func largest(x []float64) (best int) {
	for k, v := range x {
		if v > x[best] {
			best = k
		}
	}
	return best
}
