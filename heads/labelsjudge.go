package heads

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgpt/score"
)

// labelsJudge judges predicted sets of labels.
type labelsJudge struct {
	Space
	blind []bool // whether more than half of the training examples have each label
}

func (j labelsJudge) Names(int) []string { return j.Labels }

// Predict returns the labels whose probability reaches their threshold.
func (j labelsJudge) Predict(logits []float32) (string, []float64) {
	p := make([]float64, len(logits))
	for k, z := range logits {
		p[k] = sigmoid(z, j.Temperature)
	}
	return j.text(j.chosen(logits)), p
}

func (j labelsJudge) chosen(logits []float32) []bool {
	chosen := make([]bool, len(logits))
	for k, z := range logits {
		threshold := 0.5
		if len(j.Thresholds) > 0 {
			threshold = j.Thresholds[k]
		}
		chosen[k] = sigmoid(z, j.Temperature) >= threshold
	}
	return chosen
}

// text writes labels as in a table.
func (j labelsJudge) text(chosen []bool) string {
	var names []string
	for k, yes := range chosen {
		if yes {
			names = append(names, j.Labels[k])
		}
	}
	if len(names) == 0 {
		return separator
	}
	return strings.Join(names, separator)
}

// Unlabelled returns a target without labels.
func (j labelsJudge) Unlabelled() Target {
	return Target{Labels: make([]float32, len(j.Labels))}
}

func (j labelsJudge) Gold(t Target) string { return j.text(applies(t)) }

func (j labelsJudge) Blind() (text, what string) {
	if !slices.Contains(j.blind, true) {
		return separator, "no label, since none belongs to more than half of the " + j.rows()
	}
	return j.text(j.blind), fmt.Sprintf("%q, the labels of more than half of the %s", j.text(j.blind), j.rows())
}

func (j labelsJudge) Measure(primary string, gold []Target, logits [][]float32) []Measure {
	predicted := make([][]bool, len(logits))
	for i, row := range logits {
		predicted[i] = j.chosen(row)
	}
	s := score.Sets{Gold: golds(gold), Predicted: predicted}
	return []Measure{
		{"micro_f1", s.MicroF1()},
		{"macro_f1", s.MacroF1()},
		{"subset_acc", s.Accuracy()},
		{"majority_" + primary, j.Baseline(primary, gold)},
	}
}

func (j labelsJudge) Baseline(primary string, gold []Target) float64 {
	s := score.Sets{Gold: golds(gold), Predicted: slices.Repeat([][]bool{j.blind}, len(gold))}
	switch primary {
	case "macro_f1":
		return s.MacroF1()
	case "subset_acc":
		return s.Accuracy()
	}
	return s.MicroF1()
}

// measures returns the measures of a report and F1 of all labels.
func (labelsJudge) measures(s score.Sets) (all []Measure, f1 []float64) {
	for _, b := range s.Labels() {
		f1 = append(f1, b.F1())
	}
	return []Measure{{"micro_f1", s.MicroF1()}, {"macro_f1", s.MacroF1()}, {"weighted_f1", s.WeightedF1()}, {"subset_acc", s.Accuracy()}}, f1
}

func (j labelsJudge) Details(targets []Target, logits [][]float32) Details {
	all := score.Sets{Gold: golds(targets), Predicted: make([][]bool, len(logits))}
	var p []float64
	var y []bool
	for i, row := range logits {
		all.Predicted[i] = j.chosen(row)
		for k, z := range row {
			p, y = append(p, sigmoid(z, j.Temperature)), append(y, all.Gold[i][k])
		}
	}
	blind, _ := j.measures(score.Sets{Gold: all.Gold, Predicted: slices.Repeat([][]bool{j.blind}, len(targets))})
	d := Details{
		Measure: func(at []int) ([]Measure, []float64) {
			return j.measures(score.Sets{Gold: pick(all.Gold, at), Predicted: pick(all.Predicted, at)})
		},
		Blind:       blind,
		Calibration: calibration(j.Temperature, p, y),
	}
	for k, b := range all.Labels() {
		d.Classes = append(d.Classes, Class{
			Label: j.Labels[k], Precision: b.Precision(), Recall: b.Recall(), F1: b.F1(),
			Support: b.Support(), Predicted: b.Predicted(), Right: b.Right(),
		})
	}
	return d
}

// Loss returns the mean of the labels' losses. The probabilities are those of the whole set of
// labels.
func (j labelsJudge) Loss(t Target, logits []float32) (loss, gold, predicted float64) {
	gold, predicted = 1, 1
	chosen := j.chosen(logits)
	for k, z := range logits {
		yes, no := sigmoid(z, j.Temperature), sigmoid(-z, j.Temperature)
		of := func(applies bool) float64 {
			if applies {
				return yes
			}
			return no
		}
		gold *= of(t.Labels[k] == 1)
		predicted *= of(chosen[k])
		loss -= math.Log(max(of(t.Labels[k] == 1), math.SmallestNonzeroFloat64)) / float64(len(logits))
	}
	return loss, gold, predicted
}

func golds(targets []Target) [][]bool {
	all := make([][]bool, len(targets))
	for i, t := range targets {
		all[i] = applies(t)
	}
	return all
}

func applies(t Target) []bool {
	yes := make([]bool, len(t.Labels))
	for k, x := range t.Labels {
		yes[k] = x == 1
	}
	return yes
}

func (j labelsJudge) Evidence(t Target, logits []float32) float64 {
	loss, _, _ := j.Loss(t, logits)
	return -loss
}

func (j labelsJudge) Towards(logits []float32) Target {
	t := j.Unlabelled()
	for k, yes := range j.chosen(logits) {
		if yes {
			t.Labels[k] = 1
		}
	}
	return t
}
