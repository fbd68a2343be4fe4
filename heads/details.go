package heads

import (
	"math"

	"gorgpt/score"
)

// Details are what a [Judge] says about a set beyond its measures.
// Details are safe for concurrent use as long as nothing changes them.
type Details struct {
	// Measure returns the measures of the examples with the given numbers, always in the same
	// order, and the F1 of each of the Classes. It is safe for concurrent use.
	Measure func(at []int) (all []Measure, f1 []float64) `json:"-"`
	// Blind are the measures of all examples if the baseline's prediction is made for each.
	Blind []Measure `json:"-"`

	Classes     []Class      `json:"classes,omitempty"`     // in the order of the labels
	Confusion   [][]int      `json:"confusion,omitempty"`   // row gold, column predicted [K K]
	Calibration *Calibration `json:"calibration,omitempty"` // nil for scores
	Answers     []Answers    `json:"answers,omitempty"`     // qa only

	Gold, Predicted []float64 `json:"-"` // scores, for a scatter plot; regression only
}

// Class holds the measures of a class or, with several labels per text, of a label.
// A Class is safe for concurrent use.
type Class struct {
	Label     string  `json:"label"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	F1Low     float64 `json:"f1_low"` // ends of the 95 % interval of F1; a [Judge] leaves them 0
	F1High    float64 `json:"f1_high"`
	Support   int     `json:"support"`   // examples that have it
	Predicted int     `json:"predicted"` // examples it is predicted for
	Right     int     `json:"right"`     // examples that have it and it is predicted for
}

// Calibration compares probabilities with the share of right predictions. With several labels per
// text, each label of each text counts as a prediction whose confidence is the label's probability.
// A Calibration is safe for concurrent use as long as nothing changes it.
type Calibration struct {
	Error       float64     `json:"expected_error"`        // expected calibration error
	Temperature float64     `json:"temperature,omitempty"` // that the logits were divided by; 0: none was fitted
	Bins        []score.Bin `json:"bins"`
}

// Answers holds the accuracy on questions with the same number of answers.
// Answers are safe for concurrent use.
type Answers struct {
	Answers  int     `json:"answers"`
	Rows     int     `json:"rows"`
	Accuracy float64 `json:"acc"`
	Chance   float64 `json:"chance"` // accuracy of a random choice
}

// Calibrator is a [Task] whose probabilities can be calibrated by a temperature.
// A Calibrator is safe for concurrent use.
type Calibrator interface {
	// Calibrate returns the space with the temperature that suits held-out examples best.
	Calibrate(s Space, gold []Target, logits [][]float32) Space
}

// calibrationBins is the number of bins of Guo et al. 2017.
const calibrationBins = 15

func calibration(temperature float64, confidence []float64, right []bool) *Calibration {
	bins := score.Bins(calibrationBins, confidence, right)
	return &Calibration{Error: score.CalibrationError(bins), Temperature: temperature, Bins: bins}
}

// topCalibration is calibration by the most probable class or answer.
func topCalibration(temperature float64, gold []Target, logits [][]float32) *Calibration {
	confidence, right := make([]float64, len(gold)), make([]bool, len(gold))
	for i, row := range logits {
		p, best := softmax(row, temperature)
		confidence[i], right[i] = p[best], best == int(gold[i].Label)
	}
	return calibration(temperature, confidence, right)
}

// softmaxTemperature returns the temperature with the least cross-entropy.
func softmaxTemperature(gold []Target, logits [][]float32) float64 {
	return score.Temperature(func(beta float64) (slope float64) {
		for i, row := range logits {
			p, _ := softmax(row, 1/beta)
			for k, z := range row {
				slope += p[k] * float64(z)
			}
			slope -= float64(row[gold[i].Label])
		}
		return slope
	})
}

// softmaxLoss returns −log p of a class, and the probabilities of this and of the predicted class.
func softmaxLoss(label int32, logits []float32, temperature float64) (loss, gold, predicted float64) {
	p, best := softmax(logits, temperature)
	if temperature == 0 {
		temperature = 1
	}
	// p[best] is at least 1/K, so its logarithm is exact where that of p[label] may underflow.
	loss = float64(logits[best]-logits[label])/temperature - math.Log(p[best])
	return loss, p[label], p[best]
}

// numbers returns 0, 1, … n−1.
func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func pick[T any](x []T, at []int) []T {
	out := make([]T, len(at))
	for i, k := range at {
		out[i] = x[k]
	}
	return out
}
