package heads

import (
	"slices"

	"gorgpt/score"
)

func (classes) Judge(s Space, training []Target) Judge {
	most := slices.Index(s.Labels, s.Baseline)
	if most < 0 {
		most = majority(training)
	}
	return classJudge{s, most}
}

// Calibrate fits the temperature to the cross-entropy.
func (classes) Calibrate(s Space, gold []Target, logits [][]float32) Space {
	s.Temperature = softmaxTemperature(gold, logits)
	return s
}

// classJudge judges predicted classes.
type classJudge struct {
	Space
	most int // the most frequent class of the training set
}

func (j classJudge) Names(int) []string { return j.Labels }

func (j classJudge) Predict(logits []float32) (string, []float64) {
	p, best := softmax(logits, j.Temperature)
	return j.Labels[best], p
}

func (classJudge) Unlabelled() Target { return Target{} }

func (j classJudge) Gold(t Target) string { return j.Labels[t.Label] }

func (j classJudge) Blind() (text, what string) {
	return j.Labels[j.most], j.describe(j.Labels[j.most])
}

func (j classJudge) Measure(primary string, gold []Target, logits [][]float32) []Measure {
	c := confusion(len(j.Labels), gold, best(logits))
	all := []Measure{{"acc", c.Accuracy()}, {"majority_acc", c.Always(j.most)}, {"mcc", c.Matthews()}}
	if len(j.Labels) == 2 {
		all = append(all, Measure{"f1", c.F1(1)})
	}
	if primary == "f1" {
		all = append(all, Measure{"majority_f1", j.Baseline(primary, gold)})
	}
	return all
}

// measures returns the measures of a report and F1 of all classes. The macro average is over the given
// classes or, if they are nil, over those that are present.
func (j classJudge) measures(gold, predicted, classes []int) (all []Measure, f1 []float64) {
	c := score.NewConfusion(len(j.Labels), gold, predicted)
	if classes == nil {
		classes = c.Present()
	}
	for k := range j.Labels {
		f1 = append(f1, c.F1(k))
	}
	all = []Measure{{"acc", c.Accuracy()}, {"macro_f1", c.MacroF1(classes)}, {"weighted_f1", c.WeightedF1()}, {"mcc", c.Matthews()}}
	if len(j.Labels) == 2 {
		all = append(all, Measure{"f1", f1[1]})
	}
	return all, f1
}

func (j classJudge) Details(targets []Target, logits [][]float32) Details {
	gold, predicted := labelsOf(targets), best(logits)
	c := score.NewConfusion(len(j.Labels), gold, predicted)
	present := c.Present() // some examples may lack a rare class, which still counts
	blind, _ := j.measures(gold, slices.Repeat([]int{j.most}, len(gold)), nil)
	d := Details{
		Measure: func(at []int) ([]Measure, []float64) {
			return j.measures(pick(gold, at), pick(predicted, at), present)
		},
		Blind:       blind,
		Confusion:   c,
		Calibration: topCalibration(j.Temperature, targets, logits),
	}
	for k, label := range j.Labels {
		d.Classes = append(d.Classes, Class{
			Label: label, Precision: c.Precision(k), Recall: c.Recall(k), F1: c.F1(k),
			Support: c.Support(k), Predicted: c.Predicted(k), Right: c[k][k],
		})
	}
	return d
}

func (j classJudge) Loss(t Target, logits []float32) (loss, gold, predicted float64) {
	return softmaxLoss(t.Label, logits, j.Temperature)
}

func (j classJudge) Baseline(primary string, gold []Target) float64 {
	c := confusion(len(j.Labels), gold, slices.Repeat([]int{j.most}, len(gold)))
	switch primary {
	case "f1":
		return c.F1(1)
	case "mcc":
		return c.Matthews()
	}
	return c.Accuracy()
}

// majority returns the most frequent class, or number of the right answer.
func majority(gold []Target) int {
	if len(gold) == 0 {
		return 0
	}
	labels := labelsOf(gold)
	return score.Majority(slices.Max(labels)+1, labels)
}

func (j classJudge) Evidence(t Target, logits []float32) float64 {
	loss, _, _ := j.Loss(t, logits)
	return -loss
}

func (classJudge) Towards(logits []float32) Target { return Target{Label: int32(greatest(logits))} }
