package heads

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph/graphtest"
)

var small = gpt1.Config{
	NLayer: 2, NHead: 3, NEmbd: 24, NCtx: 30, VocabSize: 61,
	EmbdPDrop: 0.1, AttnPDrop: 0.1, ResidPDrop: 0.1, LayerNormEps: 1e-5, InitRange: 0.1,
}

// newTuner returns a tuner of a new small model.
func newTuner(t *testing.T, kind Kind, k, micro int, lambda float32) *Tuner {
	t.Helper()
	return tunerOf(t, small, kind, k, micro, lambda)
}

func tunerOf(t *testing.T, c gpt1.Config, kind Kind, k, micro int, lambda float32) *Tuner {
	t.Helper()
	pre, err := gpt1.New(c)
	require.NoError(t, err)
	pre.Init(1)
	m, err := Attach(pre, AttachOptions{Rows: c.VocabSize + 3, Outputs: k, Blocks: pre.NLayer, Seed: 2})
	require.NoError(t, err)
	m.Store.AllocateGradients()
	h, err := New(kind, m, c.ResidPDrop)
	require.NoError(t, err)
	return &Tuner{Model: m, Head: h, Lambda: lambda, Micro: micro, Seed: 9}
}

// examples returns n random examples of s sequences, of very different lengths.
func examples(n, s, k int) []Encoded {
	r := rand.New(rand.NewPCG(5, 5))
	out := make([]Encoded, n)
	for i := range out {
		out[i] = Encoded{Target: Target{Label: int32(r.IntN(k)), Score: r.Float32(), Labels: make([]float32, k)}}
		for k := range out[i].Labels {
			out[i].Labels[k] = float32((i + k) % 2)
		}
		for range s {
			seq := make([]int32, 2+r.IntN(small.NCtx-2))
			for j := range seq {
				seq[j] = int32(r.IntN(small.VocabSize + 3))
			}
			out[i].Sequences = append(out[i].Sequences, seq)
		}
	}
	return out
}

// mixed returns questions with 3, 5, 4, 3, … answers.
func mixed(n int) []Encoded {
	out := examples(n, 5, 3)
	for i := range out {
		out[i].Sequences = out[i].Sequences[:3+2*i%3]
	}
	return out
}

// anyNumber stands for questions with different numbers of answers.
const anyNumber = 0

// batchOf returns n examples of s sequences. Unless they are answers, they have k classes.
func batchOf(n, s, k int) []Encoded {
	if s == anyNumber {
		return mixed(n)
	}
	return examples(n, s, max(k, s))
}

// Every split of a batch of unequal lengths gives the same gradient, including dropout.
func TestMicroBatchesGiveTheGradientOfTheBatch(t *testing.T) {
	cases := []struct {
		kind Kind
		s, k int
	}{
		{Classification, 1, 4},
		{Entailment, 1, 3},
		{Similarity, 2, 2},
		{Regression, 2, 1},
		{MultipleChoice, 3, 1},
		{MultipleChoice, anyNumber, 1},
		{MultiLabel, 1, 3},
	}
	for _, c := range cases {
		for _, lambda := range []float32{0.5, 0} {
			t.Run(fmt.Sprint(c.kind, c.s, lambda), func(t *testing.T) {
				batch := batchOf(7, c.s, c.k)
				for i := range batch {
					if c.kind != MultipleChoice {
						batch[i].Label %= int32(c.k)
					}
				}
				whole := newTuner(t, c.kind, c.k, 7, lambda)
				want, err := whole.Accumulate(context.Background(), 3, batch, atOnce)
				require.NoError(t, err)
				require.NotZero(t, want.LM, "the LM loss is reported at any λ")
				for _, micro := range []int{1, 2, 5} {
					split := newTuner(t, c.kind, c.k, micro, lambda)
					got, err := split.Accumulate(context.Background(), 3, batch, atOnce)
					require.NoError(t, err)
					require.InDelta(t, want.Total, got.Total, 1e-5)
					require.InDelta(t, want.LM, got.LM, 1e-5)
					for _, p := range whole.Model.Store.Params() {
						largest := 0.0
						for _, g := range p.Grad {
							largest = max(largest, math.Abs(float64(g)))
						}
						graphtest.AllClose(t, p.Grad, split.Model.Store.Param(p.Name).Grad, 2e-5*largest+1e-7, 1e-5, p.Name)
					}
				}
			})
		}
	}
}

// Losses, gradients and logits have the same bits on any number of cores and lanes.
func TestAnyNumberOfCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, c := range []struct {
		kind Kind
		s, k int
	}{{Classification, 1, 4}, {Entailment, 1, 3}, {Similarity, 2, 2}, {MultipleChoice, anyNumber, 1}} {
		batch := batchOf(60, c.s, c.k)
		for i := range batch {
			if c.kind != MultipleChoice {
				batch[i].Label %= int32(c.k)
			}
		}
		compute := func(procs, lanes int) (Losses, []float32, [][]float32) {
			runtime.GOMAXPROCS(procs)
			tuner := newTuner(t, c.kind, c.k, 16, 0.5)
			tuner.Lanes = lanes
			cut, err := tuner.Cut(batch)
			require.NoError(t, err)
			require.Greater(t, len(cut.micros), 3)
			l, err := tuner.Accumulate(context.Background(), 3, batch, atOnce)
			require.NoError(t, err)
			_, logits, err := tuner.Evaluate(context.Background(), batch)
			require.NoError(t, err)
			predicted, err := tuner.Predict(context.Background(), batch)
			require.NoError(t, err)
			require.Equal(t, logits, predicted)
			return l, tuner.Model.Store.Gradients(), logits
		}
		losses, gradients, logits := compute(1, 0)
		for _, more := range [][2]int{{2, 0}, {3, 0}, {64, 0}, {3, 1}} {
			l, g, x := compute(more[0], more[1])
			require.Equal(t, losses, l)
			require.Equal(t, gradients, g)
			require.Equal(t, logits, x)
		}
	}
}

// For questions with different numbers of answers, L2 is the mean of the losses of the questions,
// each over its own answers, and L1 is the mean over all sequences.
func TestLossesOfMixedNumbersOfAnswersAreMeans(t *testing.T) {
	ctx, batch := context.Background(), mixed(7)
	whole, single := newTuner(t, MultipleChoice, 1, 7, 0.5), newTuner(t, MultipleChoice, 1, 7, 0.5)
	got, logits, err := whole.Evaluate(ctx, batch)
	require.NoError(t, err)
	var task, lm, sequences float64
	for i, e := range batch {
		one, alone, err := single.Evaluate(ctx, []Encoded{e})
		require.NoError(t, err)
		require.Len(t, logits[i], len(e.Sequences))
		graphtest.AllClose(t, alone[0], logits[i], 1e-5, 1e-5, "logits")
		sum := 0.0
		for _, x := range logits[i] {
			sum += math.Exp(float64(x))
		}
		require.InDelta(t, math.Log(sum)-float64(logits[i][e.Label]), one.Task, 1e-5)
		task += one.Task
		lm += one.LM * float64(len(e.Sequences))
		sequences += float64(len(e.Sequences))
	}
	require.InDelta(t, task/7, got.Task, 1e-5)
	require.InDelta(t, lm/sequences, got.LM, 1e-5)
	require.InDelta(t, got.Task+0.5*got.LM, got.Total, 1e-5)
}

// The gradient of such a batch is the mean of the gradients of its questions.
func TestGradientOfMixedNumbersOfAnswersIsTheMean(t *testing.T) {
	ctx, batch := context.Background(), mixed(7)
	still := small // without dropout
	still.EmbdPDrop, still.AttnPDrop, still.ResidPDrop = 0, 0, 0
	whole, sum := tunerOf(t, still, MultipleChoice, 1, 3, 0), tunerOf(t, still, MultipleChoice, 1, 3, 0)
	_, err := whole.Accumulate(ctx, 1, batch, nil)
	require.NoError(t, err)
	for _, e := range batch {
		_, err := sum.Accumulate(ctx, 1, []Encoded{e}, nil)
		require.NoError(t, err)
	}
	for _, p := range sum.Model.Store.Params() {
		largest := 0.0
		for i := range p.Grad {
			p.Grad[i] /= 7
			largest = max(largest, math.Abs(float64(p.Grad[i])))
		}
		graphtest.AllClose(t, p.Grad, whole.Model.Store.Param(p.Name).Grad, 2e-5*largest+1e-7, 1e-5, p.Name)
	}
}

// sequences returns n sequences of the given number of tokens.
func sequences(n, tokens int) (all [][]int32) {
	for range n {
		all = append(all, make([]int32, tokens))
	}
	return all
}

func TestTunerRejectsInvalidExamples(t *testing.T) {
	refused := func(kind Kind, k int, e Encoded, want string) {
		t.Helper()
		tuner := newTuner(t, kind, k, 4, 0.5)
		_, err := tuner.Accumulate(context.Background(), 1, []Encoded{e}, nil)
		require.ErrorContains(t, err, want)
		_, _, err = tuner.Evaluate(context.Background(), []Encoded{e})
		require.ErrorContains(t, err, want)
	}
	refused(MultipleChoice, 1, Encoded{Sequences: sequences(1, small.NCtx+1)}, "example 0 of the batch has a sequence of 31 tokens, but the model has 30 positions")
	refused(MultipleChoice, 1, Encoded{}, "example 0 of the batch has no answers")
	refused(MultipleChoice, 1, Encoded{Sequences: sequences(3, 4), Target: Target{Label: 3}}, "example 0 of the batch: label 3: it must be from 0 to 2")
	refused(MultipleChoice, 1, Encoded{Sequences: sequences(3, 0)}, "has an empty sequence")
	refused(Similarity, 2, Encoded{Sequences: sequences(3, 4)}, "has the wrong number of sequences for similarity: 3, not 2")
	refused(Classification, 4, Encoded{Sequences: sequences(1, 4), Target: Target{Label: -1}}, "example 0 of the batch: label -1: it must be from 0 to 3")

	_, err := New(Regression, newTuner(t, Classification, 4, 4, 0.5).Model, 0.1)
	require.ErrorContains(t, err, "a head for regression must have one output, not 4")
}

// atOnce lets the last micro-batch start.
func atOnce() error { return nil }
