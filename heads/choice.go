package heads

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/loaders"
	"gorgpt/score"
)

// MultipleChoice picks the right one of several answers to a question about a context.
const MultipleChoice Kind = loaders.QA

// mostAnswers is the greatest number of answers of a question, which are all computed at once.
const mostAnswers = 1000

type multipleChoice struct{}

func (multipleChoice) Kind() Kind { return MultipleChoice }

func (multipleChoice) Fields() loaders.Fields {
	return loaders.Fields{Texts: []string{"context", "question"}, Answers: "answers", Label: "label"}
}

// Space finds the greatest number of answers of a question.
func (multipleChoice) Space(rows []loaders.Row) (Space, error) {
	s := Space{}
	for _, row := range rows {
		if n := len(row.Answers); n <= mostAnswers {
			s.Choices = max(s.Choices, n)
		}
	}
	if s.Choices < 2 {
		return s, errors.Errorf("%s: a question needs two or more answers, not one", rows[0].Place())
	}
	return s, nil
}

func (multipleChoice) Whole() bool { return true }

func (multipleChoice) CheckSpace(s Space) error {
	switch {
	case len(s.Labels) > 0:
		return errors.Errorf("labels: %s must not have labels", MultipleChoice)
	case s.Choices < 2 || s.Choices > mostAnswers:
		return errors.Errorf("choices is %d: it must be from 2 to %d", s.Choices, mostAnswers)
	}
	if i, err := strconv.Atoi(s.Baseline); s.Baseline != "" && (err != nil || i < 0 || i >= mostAnswers) {
		return errors.Errorf("baseline is %q: it must be the number of an answer, from 0", s.Baseline)
	}
	return s.checkTemperature()
}

// CheckRow checks the number of answers. A training question needs two or more.
func (multipleChoice) CheckRow(row loaders.Row, training bool) error {
	switch n := len(row.Answers); {
	case n > mostAnswers:
		return errors.Errorf("the question has %d answers: it must have at most %d", n, mostAnswers)
	case n == 0:
		return errors.New("the question has no answers")
	case n < 2 && training:
		return errors.New("a training question needs two or more answers, not one")
	}
	return nil
}

func (multipleChoice) Target(_ Space, l loaders.Label, row loaders.Row) (Target, error) {
	n := len(row.Answers)
	i, err := strconv.Atoi(l.Text)
	if err != nil || i < 0 || i >= n {
		return Target{}, errors.Errorf("label %s: it must be the number of the right answer, from 0 to %d", l.Text, n-1)
	}
	return Target{Label: int32(i)}, nil
}

func (multipleChoice) CheckTarget(t Target, scores int) error { return checkClass(t.Label, scores) }

// Format returns [s] context question [d] answer [c] for each answer.
func (multipleChoice) Format(f *Formatter, e Example) ([][]int32, error) {
	var seqs [][]int32
	for _, answer := range e.Answers {
		s, err := f.joined(e.A, e.B, answer)
		if err != nil {
			return nil, err
		}
		seqs = append(seqs, s)
	}
	return seqs, nil
}

func (multipleChoice) Class() (name, problem string) { return gpt1.DoubleHeadsModel, "" }

func (multipleChoice) Sequences(s Space) int { return s.Choices }

func (multipleChoice) Parts(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("answer %d", i)
	}
	return names
}

func (multipleChoice) Outputs(Space) int { return 1 }

func (multipleChoice) Scores(_, n int) int { return n }

// Logits computes h W + b for each answer. The softmax is over the answers.
func (m multipleChoice) Logits(h *Head, states graph.Node, b, n int) graph.Node {
	return h.Linear.Forward(states).Reshape(b, n).Named("B S").Axes("B S").Parts(m.Parts(n)...)
}

func (multipleChoice) Inputs(g *graph.Graph, b, k int) (graph.Node, func(int, Target)) {
	return classes{}.Inputs(g, b, k)
}

// Losses computes −log softmax(logits)[label].
func (multipleChoice) Losses(logits, labels graph.Node) graph.Node {
	return classes{}.Losses(logits, labels)
}

func (multipleChoice) Measures(Space) []string { return []string{"acc"} }

// Calibrate fits the temperature to the cross-entropy.
func (multipleChoice) Calibrate(s Space, gold []Target, logits [][]float32) Space {
	return classes{}.Calibrate(s, gold, logits)
}

func (multipleChoice) Judge(s Space, training []Target) Judge {
	most, err := strconv.Atoi(s.Baseline)
	if err != nil {
		most = majority(training)
	}
	return choiceJudge{s, most}
}

// choiceJudge judges numbers of answers. They are not classes, so accuracy is the only measure.
type choiceJudge struct {
	Space
	most int // the most frequent number of the right answer
}

// Names returns the numbers of the answers.
func (choiceJudge) Names(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

func (choiceJudge) Unlabelled() Target { return Target{} }

func (j choiceJudge) Predict(logits []float32) (string, []float64) {
	p, best := softmax(logits, j.Temperature)
	return strconv.Itoa(best), p
}

func (choiceJudge) Gold(t Target) string { return strconv.Itoa(int(t.Label)) }

func (j choiceJudge) Blind() (text, what string) {
	text = strconv.Itoa(j.most)
	return text, j.describe(text)
}

func (j choiceJudge) Measure(_ string, gold []Target, logits [][]float32) []Measure {
	c := j.confusion(gold, best(logits))
	return []Measure{{"acc", c.Accuracy()}, {"majority_acc", c.Always(j.most)}}
}

func (j choiceJudge) Baseline(_ string, gold []Target) float64 {
	return j.confusion(gold, slices.Repeat([]int{j.most}, len(gold))).Accuracy()
}

// confusion counts predictions. A question may have more answers than any training question.
func (j choiceJudge) confusion(gold []Target, predicted []int) score.Confusion {
	k := j.most + 1
	for _, x := range slices.Concat(labelsOf(gold), predicted) {
		k = max(k, x+1)
	}
	return confusion(k, gold, predicted)
}

func (j choiceJudge) Details(targets []Target, logits [][]float32) Details {
	gold, predicted := labelsOf(targets), best(logits)
	measures := func(gold, predicted []int) []Measure {
		right := 0
		for i, g := range gold {
			if g == predicted[i] {
				right++
			}
		}
		return []Measure{{"acc", float64(right) / float64(max(len(gold), 1))}}
	}
	d := Details{
		Measure:     func(at []int) ([]Measure, []float64) { return measures(pick(gold, at), pick(predicted, at)), nil },
		Blind:       measures(gold, slices.Repeat([]int{j.most}, len(gold))),
		Calibration: topCalibration(j.Temperature, targets, logits),
	}
	byNumber := map[int][]int{} // the examples with each number of answers
	for i, row := range logits {
		byNumber[len(row)] = append(byNumber[len(row)], i)
	}
	for _, n := range slices.Sorted(maps.Keys(byNumber)) {
		at := byNumber[n]
		acc := measures(pick(gold, at), pick(predicted, at))[0].Value
		d.Answers = append(d.Answers, Answers{n, len(at), acc, 1 / float64(n)})
	}
	return d
}

func (j choiceJudge) Loss(t Target, logits []float32) (loss, gold, predicted float64) {
	return softmaxLoss(t.Label, logits, j.Temperature)
}

func (j choiceJudge) Evidence(t Target, logits []float32) float64 {
	loss, _, _ := j.Loss(t, logits)
	return -loss
}

func (choiceJudge) Towards(logits []float32) Target { return Target{Label: int32(greatest(logits))} }
