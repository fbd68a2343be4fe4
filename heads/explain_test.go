package heads

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// explained are an example for each kind of task, with tokens that are all different.
func explained() map[Kind]Example {
	a, b := []int32{3, 9, 14, 22}, []int32{5, 30}
	return map[Kind]Example{
		Classification: {A: a},
		Entailment:     {A: a, B: b},
		Similarity:     {A: a, B: b},
		Regression:     {A: a, B: b},
		MultipleChoice: {A: a, B: b, Answers: [][]int32{{40}, {41, 42}, {43}}},
		MultiLabel:     {A: a},
	}
}

var spaces = map[Kind]Space{
	Classification: {Labels: []string{"a", "b", "c"}}, Entailment: {Labels: []string{"a", "b", "c"}}, Similarity: {Labels: []string{"a", "b", "c"}},
	MultipleChoice: {Choices: 3}, MultiLabel: {Labels: []string{"a", "b", "c"}},
}

// evidence returns the evidence for a target, of the example formatted and predicted by itself. A
// target of −1 becomes the prediction.
func evidence(t *testing.T, x *Explainer, target *Target, e Example) float64 {
	t.Helper()
	f := x.format
	sequences, err := f.Sequences(e)
	require.NoError(t, err)
	logits, err := x.tuner.Predict(context.Background(), []Encoded{{Sequences: sequences, Target: x.judge.Unlabelled()}})
	require.NoError(t, err)
	if target.Label < 0 {
		*target = x.judge.Towards(logits[0])
	}
	return x.judge.Evidence(*target, logits[0])
}

// replaced returns an example with token n replaced.
func replaced(e Example, n int, by int32) Example {
	out := Example{A: slices.Clone(e.A), B: slices.Clone(e.B)}
	for _, a := range e.Answers {
		out.Answers = append(out.Answers, slices.Clone(a))
	}
	for _, p := range append([][]int32{out.A, out.B}, out.Answers...) {
		if n >= 0 && n < len(p) {
			p[n] = by
		}
		n -= len(p)
	}
	return out
}

// unused is a token that no example has. It gets the mean of the other embeddings.
const unused = 50

// Masking equals predicting the example with a token whose embedding is the mean. Gradient × input equals the slope
// of the evidence, which a temperature changes, when the token's embedding is stretched.
func TestEffectsOfTokens(t *testing.T) {
	for kind, e := range explained() {
		t.Run(string(kind), func(t *testing.T) {
			outputs := kind.Task().Outputs(spaces[kind])
			tuner := newTuner(t, kind, outputs, 2, 0.5)
			for i := range tuner.Head.Linear.W.Value { // a head of some weight
				tuner.Head.Linear.W.Value[i] *= 4
			}
			table := tuner.Model.Store.Param(embedding)
			others := slices.Concat(table.Value[:unused*small.NEmbd], table.Value[(unused+1)*small.NEmbd:])
			copy(table.Value[unused*small.NEmbd:], meanRow(others, small.NEmbd))
			space := spaces[kind]
			if kind != Regression {
				space.Temperature = 2.5
			}
			f := Formatter{Kind: kind, Specials: Specials{Start: 61, Delimiter: 62, Classify: 63}, NCtx: small.NCtx}
			x, err := NewExplainer(tuner, space, f)
			require.NoError(t, err)
			var heard []int
			x.Progress = func(done, all int) { heard = append(heard, done, all) }
			_, effects, err := x.Explain(context.Background(), e)
			require.NoError(t, err)
			require.Equal(t, []int{len(effects), len(effects)}, heard[len(heard)-2:])
			ids := slices.Concat(append([][]int32{e.A, e.B}, e.Answers...)...)
			require.Len(t, effects, len(ids))

			target := Target{Label: -1}
			whole := evidence(t, x, &target, e)
			for n, id := range ids {
				require.True(t, effects[n].Seen)
				require.InDelta(t, whole-evidence(t, x, &target, replaced(e, n, unused)), effects[n].Masked, 1e-5, "token %d", n)

				row := table.Value[int(id)*small.NEmbd : int(id+1)*small.NEmbd]
				kept := slices.Clone(row)
				stretched := func(by float32) float64 {
					for i := range row {
						row[i] = by * kept[i]
					}
					defer copy(row, kept)
					return evidence(t, x, &target, e)
				}
				const step = 1. / 64
				slope := (stretched(1+step) - stretched(1-step)) / (2 * step)
				require.InDelta(t, slope, effects[n].Gradient, 2e-3*max(1, slope), "token %d", n)
			}
			sum := 0.0
			for _, x := range effects {
				sum += max(x.Gradient, -x.Gradient)
			}
			require.Greater(t, sum, 1e-3, "the test sees something")
		})
	}
}

// An LSTM has no positions, and other parameters.
func TestEffectsInAnLSTM(t *testing.T) {
	c := small
	c.NLayer, c.NHead, c.NUnits = 1, 1, 8
	tuner := tunerOf(t, c, Classification, 3, 2, 0.5)
	f := Formatter{Kind: Classification, Specials: Specials{Start: 61, Delimiter: 62, Classify: 63}, NCtx: small.NCtx}
	x, err := NewExplainer(tuner, spaces[Classification], f)
	require.NoError(t, err)
	_, effects, err := x.Explain(context.Background(), Example{A: []int32{1, 2, 3}})
	require.NoError(t, err)
	for _, e := range effects {
		require.NotZero(t, e.Gradient)
		require.NotZero(t, e.Masked)
	}
}

// Tokens that do not fit are not seen. A second example uses the same copy of the model.
func TestTokensThatAreCutHaveNoEffect(t *testing.T) {
	tuner := newTuner(t, Classification, 3, 2, 0.5)
	f := Formatter{Kind: Classification, Specials: Specials{Start: 61, Delimiter: 62, Classify: 63}, NCtx: 6}
	x, err := NewExplainer(tuner, spaces[Classification], f)
	require.NoError(t, err)
	_, effects, err := x.Explain(context.Background(), Example{A: []int32{1, 2, 1, 4, 5, 6}})
	require.NoError(t, err)
	require.True(t, effects[3].Seen)
	require.Equal(t, []Effect{{}, {}}, effects[4:])
	require.NotEqual(t, effects[0].Gradient, effects[2].Gradient, "the same token in another place")
	_, again, err := x.Explain(context.Background(), Example{A: []int32{1, 2, 1, 4, 5, 6}})
	require.NoError(t, err)
	require.Equal(t, effects, again)
}
