package heads

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
)

func label(text string) loaders.Row { return loaders.Row{Label: loaders.Label{Text: text}} }

func TestLabelsOfRows(t *testing.T) {
	s, err := multiLabel{}.Space([]loaders.Row{label("wet|cold"), label("|"), label(" cold | dry "), label("wet")})
	require.NoError(t, err)
	require.Equal(t, []string{"cold", "dry", "wet"}, s.Labels)
	require.Equal(t, 3, multiLabel{}.Outputs(s))
	for text, want := range map[string][]float32{"wet|cold": {1, 0, 1}, "dry|dry": {0, 1, 0}, "|": {0, 0, 0}} {
		target, err := multiLabel{}.Target(s, loaders.Label{Text: text}, loaders.Row{})
		require.NoError(t, err)
		require.Equal(t, want, target.Labels, text)
	}
	_, err = multiLabel{}.Target(s, loaders.Label{Text: "wet|hot"}, loaders.Row{})
	require.ErrorContains(t, err, `label "hot" does not occur in the training file: it must be one of cold, dry, wet`)
	_, err = multiLabel{}.Space([]loaders.Row{label("wet"), label("|")})
	require.ErrorContains(t, err, "two or more different labels are needed, not 1")
}

func TestSpacesOfLabels(t *testing.T) {
	labels := []string{"a", "b"}
	require.NoError(t, multiLabel{}.CheckSpace(Space{Labels: labels, Thresholds: []float64{0, 1}}))
	for want, s := range map[string]Space{
		"thresholds: there must be one for each of the 2 labels, not 1": {Labels: labels, Thresholds: []float64{0.5}},
		"thresholds: number 1 is NaN":                                   {Labels: labels, Thresholds: []float64{0.5, math.NaN()}},
		"thresholds: number 0 is 1.5":                                   {Labels: labels, Thresholds: []float64{1.5, 0}},
		`labels: number 1 is "b|c"`:                                     {Labels: []string{"a", "b|c"}},
		"labels: there must be two or more, not 1":                      {Labels: labels[:1]},
	} {
		require.ErrorContains(t, multiLabel{}.CheckSpace(s), want)
	}
}

// The expected loss is the mean of −log σ(±z) over labels, computed by hand.
func TestMultiLabelLoss(t *testing.T) {
	tuner := newTuner(t, MultiLabel, 3, 2, 0)
	batch := []Encoded{
		{Sequences: sequences(1, 5), Target: Target{Labels: []float32{1, 0, 1}}},
		{Sequences: sequences(1, 7), Target: Target{Labels: []float32{0, 0, 0}}},
	}
	losses, logits, err := tuner.Evaluate(context.Background(), batch)
	require.NoError(t, err)
	want := 0.0
	for i, e := range batch {
		for k, z := range logits[i] {
			p := 1 / (1 + math.Exp(-float64(z)))
			if e.Labels[k] == 0 {
				p = 1 - p
			}
			want -= math.Log(p) / 6
		}
	}
	require.InDelta(t, want, losses.Task, 1e-6)
	batch[0].Labels = batch[0].Labels[:2]
	_, _, err = tuner.Evaluate(context.Background(), batch)
	require.ErrorContains(t, err, "example 0 of the batch: the target has 2 labels: it must have 3")
}

func TestLabelsJudge(t *testing.T) {
	s := Space{Labels: []string{"cold", "dry", "wet"}}
	training := []Target{{Labels: []float32{1, 0, 1}}, {Labels: []float32{1, 0, 0}}, {Labels: []float32{0, 0, 0}}}
	judge := multiLabel{}.Judge(s, training)
	text, p := judge.Predict([]float32{2, -2, 0})
	require.Equal(t, "cold|wet", text)
	require.InDeltaSlice(t, []float64{0.8808, 0.1192, 0.5}, p, 1e-4)
	text, _ = judge.Predict([]float32{-1, -1, -1})
	require.Equal(t, "|", text, "no label applies")
	blind, _ := judge.Blind()
	require.Equal(t, "cold", blind, "two of three examples have this label")
	require.Equal(t, "cold|wet", judge.Gold(training[0]))

	gold := []Target{training[0], training[2]}
	measures := judge.Measure("micro_f1", gold, [][]float32{{1, -1, -1}, {-1, -1, -1}})
	require.Equal(t, []Measure{{"micro_f1", 2. / 3}, {"macro_f1", 1. / 3}, {"subset_acc", 0.5}, {"majority_micro_f1", 0.5}}, measures)

	s.Thresholds = []float64{0.95, 0.1, 0.6}
	text, _ = multiLabel{}.Judge(s, training).Predict([]float32{2, -2, 0})
	require.Equal(t, "dry", text)
}

func TestThresholdsAreFitted(t *testing.T) {
	s := Space{Labels: []string{"rare", "often", "never"}}
	logit := func(p float64) float32 { return float32(math.Log(p / (1 - p))) }
	var gold []Target
	var logits [][]float32
	for _, x := range []struct{ rare, often, pRare, pOften float64 }{
		{1, 1, 0.3, 0.9}, {1, 1, 0.2, 0.8}, {0, 1, 0.1, 0.7}, {0, 0, 0.05, 0.6},
	} {
		gold = append(gold, Target{Labels: []float32{float32(x.rare), float32(x.often), 0}})
		logits = append(logits, []float32{logit(x.pRare), logit(x.pOften), logit(0.4)})
	}
	fitted := multiLabel{}.Fit(s, gold, logits)
	require.InDeltaSlice(t, []float64{0.15, 0.65, 0.5}, fitted.Thresholds, 1e-6)
	require.Nil(t, s.Thresholds, "Fit does not change the space")
}
