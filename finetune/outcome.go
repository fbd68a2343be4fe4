package finetune

import (
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/score"
	"gorgpt/train"
)

// Outcome is what a model makes of a set.
type Outcome struct {
	Losses      heads.Losses
	Predictions []Prediction
	Measures    []train.Metric // of the task, each with what it is to be compared to

	names []string // of the classes or answers; none for scores
}

// Prediction is what a model makes of one example.
type Prediction struct {
	Gold, Predicted string    // labels, numbers of answers, or scores
	Probabilities   []float64 // of the classes or answers; none for a score
}

// newOutcome compares the logits of a set with its labels. The baseline is what the
// training set tells without any input: its most frequent class, or its mean score.
func newOutcome(spec Spec, training, set *Set, losses heads.Losses, logits [][]float32) *Outcome {
	o := &Outcome{Losses: losses, names: spec.Names()}
	if spec.Task == heads.Regression {
		o.judgeScores(training, set, logits)
		return o
	}
	c := o.judgeClasses(training, set, logits)
	if spec.Task == heads.MultipleChoice {
		return o // the number of an answer is no class
	}
	o.Measures = append(o.Measures, train.Metric{Name: "mcc", Value: c.Matthews()})
	if len(spec.Labels) == 2 {
		o.Measures = append(o.Measures, train.Metric{Name: "f1", Value: c.F1(1)})
	}
	return o
}

// judgeClasses takes the likeliest class of each example.
func (o *Outcome) judgeClasses(training, set *Set, logits [][]float32) score.Confusion {
	k := len(o.names)
	gold, predicted := set.classes(), make([]int, len(logits))
	for i, row := range logits {
		p, best := softmax(row)
		predicted[i] = best
		o.Predictions = append(o.Predictions, Prediction{o.names[gold[i]], o.names[best], p})
	}
	c := score.NewConfusion(k, gold, predicted)
	o.Measures = []train.Metric{
		{Name: "acc", Value: c.Accuracy()},
		{Name: "majority_acc", Value: c.Always(score.Majority(k, training.classes()))},
	}
	return c
}

// judgeScores takes the one output as it is.
func (o *Outcome) judgeScores(training, set *Set, logits [][]float32) {
	gold, predicted := set.scores(), make([]float64, len(logits))
	mean, constant := score.Mean(training.scores()), make([]float64, len(logits))
	for i, row := range logits {
		predicted[i], constant[i] = float64(row[0]), mean
		o.Predictions = append(o.Predictions, Prediction{Gold: number(set.Examples[i].Score), Predicted: number(row[0])})
	}
	o.Measures = []train.Metric{
		{Name: "mse", Value: score.SquaredError(gold, predicted)},
		{Name: "mean_mse", Value: score.SquaredError(gold, constant)},
		{Name: "pearson", Value: score.Pearson(gold, predicted)},
		{Name: "spearman", Value: score.Spearman(gold, predicted)},
	}
}

// Headline is the measure that tables have, accuracy or for regression Pearson's
// correlation, and what is reached without looking at the input.
func (o *Outcome) Headline() (value, baseline float64) {
	for _, m := range o.Measures {
		switch m.Name {
		case "acc", "pearson":
			value = m.Value
		case "majority_acc":
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
	for i := range all {
		all[i].Name = prefix + all[i].Name
	}
	return all
}

// WritePredictions writes one line an example, columns apart by tabs: its number in the
// file from 1 on, gold label, predicted label, and the probability of each class or
// answer. Regression has scores for labels, and no probabilities. The first line names
// the columns.
func (o *Outcome) WritePredictions(w io.Writer) error {
	columns := []string{"row", "gold", "predicted"}
	for _, name := range o.names {
		columns = append(columns, "p("+name+")")
	}
	if err := writeLine(w, columns); err != nil {
		return err
	}
	for i, p := range o.Predictions {
		columns = append(columns[:0], strconv.Itoa(i+1), p.Gold, p.Predicted)
		for _, x := range p.Probabilities {
			columns = append(columns, strconv.FormatFloat(x, 'f', 6, 64))
		}
		if err := writeLine(w, columns); err != nil {
			return err
		}
	}
	return nil
}

func writeLine(w io.Writer, columns []string) error {
	_, err := io.WriteString(w, strings.Join(columns, "\t")+"\n")
	return errors.Wrap(err, "writing predictions")
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
