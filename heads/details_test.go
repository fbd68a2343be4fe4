package heads

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func measures(all []Measure, _ []float64) map[string]float64 {
	out := map[string]float64{}
	for _, m := range all {
		out[m.Name] = m.Value
	}
	return out
}

// Worked out by hand: 3 of 4 are right, class c is never predicted.
func TestDetailsOfClasses(t *testing.T) {
	s := Space{Labels: []string{"a", "b", "c"}, Baseline: "b"}
	gold := []Target{{Label: 0}, {Label: 0}, {Label: 1}, {Label: 2}}
	logits := [][]float32{{1, 0, 0}, {2, 0, 0}, {0, 5, 0}, {0, 5, 1}}
	j := classification{}.Judge(s, []Target{{Label: 0}})
	text, what := j.Blind()
	require.Equal(t, "b", text, "the baseline of the space comes before the training targets")
	require.Equal(t, `"b", the most frequent label of the training rows`, what)
	d := j.Details(gold, logits)
	require.Equal(t, [][]int{{2, 0, 0}, {0, 1, 0}, {0, 1, 0}}, d.Confusion)
	require.Equal(t, []Class{
		{Label: "a", Precision: 1, Recall: 1, F1: 1, Support: 2, Predicted: 2, Right: 2},
		{Label: "b", Precision: 0.5, Recall: 1, F1: 2. / 3, Support: 1, Predicted: 2, Right: 1},
		{Label: "c", Support: 1},
	}, d.Classes)
	got := measures(d.Measure(numbers(4)))
	require.InDelta(t, 0.75, got["acc"], 1e-12)
	_, f1 := d.Measure([]int{1, 2})
	require.Equal(t, []float64{1, 1, 0}, f1, "of each class")
	require.InDelta(t, 5./9, got["macro_f1"], 1e-12)
	require.InDelta(t, (2+2./3)/4, got["weighted_f1"], 1e-12)
	require.InDelta(t, 1./3, measures(d.Measure([]int{0, 1}))["macro_f1"], 1e-12, "classes that the examples drawn lack still count")
	require.InDelta(t, 0.25, measures(d.Blind, nil)["acc"], 1e-12)
	require.Equal(t, 4, func() (n int) {
		for _, b := range d.Calibration.Bins {
			n += b.Count
		}
		return n
	}())
}

func TestDetailsOfAnswers(t *testing.T) {
	gold := []Target{{Label: 0}, {Label: 1}, {Label: 2}, {Label: 0}}
	d := multipleChoice{}.Judge(Space{Choices: 3, Baseline: "2"}, nil).Details(gold, [][]float32{{1, 0}, {1, 0}, {0, 0, 1}, {1, 0}})
	require.Equal(t, []Answers{{2, 3, 2. / 3, 0.5}, {3, 1, 1, 1. / 3}}, d.Answers)
	require.Empty(t, d.Confusion)
	require.InDelta(t, 0.25, measures(d.Blind, nil)["acc"], 1e-12)
}

func TestDetailsOfScores(t *testing.T) {
	d := regression{}.Judge(Space{Baseline: "2"}, nil).Details([]Target{{Score: 1}, {Score: 3}}, [][]float32{{1}, {2}})
	require.Equal(t, map[string]float64{"pearson": 1, "spearman": 1, "mse": 0.5}, measures(d.Measure(numbers(2))))
	require.Equal(t, map[string]float64{"pearson": 0, "spearman": 0, "mse": 1}, measures(d.Blind, nil))
	require.Nil(t, d.Calibration)
	require.Equal(t, []float64{1, 2}, d.Predicted)
}

func TestDetailsOfLabels(t *testing.T) {
	s := Space{Labels: []string{"a", "b"}, Baseline: "b"}
	gold := []Target{{Labels: []float32{1, 0}}, {Labels: []float32{1, 1}}}
	j := multiLabel{}.Judge(s, []Target{{Labels: []float32{1, 0}}})
	_, what := j.Blind()
	require.Equal(t, `"b", the labels of more than half of the training rows`, what)
	_, what = multiLabel{}.Judge(Space{Labels: s.Labels, Baseline: "|"}, nil).Blind()
	require.Equal(t, "no label, since none belongs to more than half of the training rows", what)
	d := j.Details(gold, [][]float32{{1, -1}, {1, -1}})
	require.Equal(t, []Class{{Label: "a", Precision: 1, Recall: 1, F1: 1, Support: 2, Predicted: 2, Right: 2}, {Label: "b", Support: 1}}, d.Classes)
	require.InDelta(t, 0.5, measures(d.Measure(numbers(2)))["subset_acc"], 1e-12)
	_, f1 := d.Measure([]int{1})
	require.Equal(t, []float64{1, 0}, f1, "of each label")
	require.InDelta(t, 2./3, measures(d.Measure(numbers(2)))["weighted_f1"], 1e-12)
	require.InDelta(t, 0.4, measures(d.Blind, nil)["micro_f1"], 1e-12, "b for both: 1 right of 2 predicted and 3 gold")
	p := 1 / (1 + math.Exp(-1))
	loss, ofGold, ofPredicted := j.Loss(gold[1], []float32{1, -1})
	require.InDelta(t, -(math.Log(p)+math.Log(1-p))/2, loss, 1e-9)
	require.InDelta(t, p*(1-p), ofGold, 1e-9)
	require.InDelta(t, p*p, ofPredicted, 1e-9)
}

// Losses are exact where the probability is 0 in float64.
func TestLossOfAnImpossibleLabel(t *testing.T) {
	loss, gold, predicted := classification{}.Judge(spaces[Classification], nil).Loss(Target{Label: 1}, []float32{1000, -1000, 0})
	require.InDelta(t, 2000, loss, 1e-6)
	require.Zero(t, gold)
	require.InDelta(t, 1, predicted, 1e-12)
	loss, _, _ = classification{}.Judge(Space{Labels: []string{"a", "b"}, Temperature: 2}, nil).Loss(Target{Label: 1}, []float32{4, 0})
	require.InDelta(t, math.Log(1+math.Exp(2)), loss, 1e-9, "the temperature counts")
}

// Logits that are four times too great get temperature 4. Predictions stay the same.
func TestCalibrationFindsTheTemperature(t *testing.T) {
	for _, kind := range []Kind{Classification, MultipleChoice, MultiLabel} {
		r := rand.New(rand.NewPCG(3, 3))
		var gold []Target
		var logits [][]float32
		for range 4000 {
			z := []float32{float32(r.NormFloat64()), float32(r.NormFloat64()), float32(r.NormFloat64())}
			target := Target{Labels: make([]float32, 3)}
			for k := range z {
				if r.Float64() < sigmoid(z[k], 1) {
					target.Labels[k] = 1
				}
			}
			p, _ := softmax(z, 1)
			for x := r.Float64() - p[0]; x > 0 && target.Label < 2; x -= p[target.Label] {
				target.Label++
			}
			for k := range z {
				z[k] *= 4
			}
			gold, logits = append(gold, target), append(logits, z)
		}
		s := spaces[kind]
		fitted := kind.Task().(Calibrator).Calibrate(s, gold, logits)
		require.InDelta(t, 4, fitted.Temperature, 0.4, kind)
		require.NoError(t, kind.Task().CheckSpace(fitted))
		before, after := kind.Task().Judge(s, nil), kind.Task().Judge(fitted, nil)
		require.Greater(t, before.Details(gold, logits).Calibration.Error, 3*after.Details(gold, logits).Calibration.Error, kind)
		for _, z := range logits[:50] {
			a, _ := before.Predict(z)
			b, _ := after.Predict(z)
			require.Equal(t, a, b)
		}
	}
	_, calibrates := Regression.Task().(Calibrator)
	require.False(t, calibrates)
}

func TestBaselinesAndTemperaturesAreChecked(t *testing.T) {
	for _, c := range []struct {
		kind      Kind
		good, bad string
		want      string
	}{
		{Classification, "b", "d", `baseline is "d": it must be one of a, b, c`},
		{MultipleChoice, "2", "x", `baseline is "x": it must be the number of an answer, from 0`},
		{Regression, "2.5", "x", `baseline is "x": it must be a score`},
		{MultiLabel, "a|c", "a|d", `baseline is "a|d": it must be one of a, b, c`},
		{MultiLabel, "|", "d", `baseline is "d": it must be one of a, b, c`},
	} {
		s := spaces[c.kind]
		s.Baseline = c.good
		require.NoError(t, c.kind.Task().CheckSpace(s), c.kind)
		text, _ := c.kind.Task().Judge(s, nil).Blind()
		require.Equal(t, c.good, text, "what a judge calls its baseline is what it was given")
		s.Baseline = c.bad
		require.EqualError(t, c.kind.Task().CheckSpace(s), c.want)
		s.Baseline, s.Temperature = c.good, -1
		require.ErrorContains(t, c.kind.Task().CheckSpace(s), "temperature")
	}
}
