package heads

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/graph/graphtest"
)

var small = gpt1.Config{
	NLayer: 2, NHead: 3, NEmbd: 24, NCtx: 30, VocabSize: 61,
	EmbdPDrop: 0.1, AttnPDrop: 0.1, ResidPDrop: 0.1, LayerNormEps: 1e-5, InitRange: 0.1,
}

// newTuner returns a tuner of a fresh small model.
func newTuner(t *testing.T, kind Kind, k, micro int, lambda float32) *Tuner {
	t.Helper()
	pre, err := gpt1.New(small)
	require.NoError(t, err)
	pre.Init(1)
	m, err := Attach(pre, small.VocabSize+3, k, pre.NLayer, 2)
	require.NoError(t, err)
	m.Store.Train()
	h, err := New(kind, m, 0.1)
	require.NoError(t, err)
	return &Tuner{Model: m, Head: h, Lambda: lambda, Micro: micro, Seed: 9}
}

// examples returns n random examples of s sequences, of very different lengths.
func examples(n, s, k int) []Encoded {
	r := rand.New(rand.NewPCG(5, 5))
	out := make([]Encoded, n)
	for i := range out {
		out[i] = Encoded{Label: int32(r.IntN(k)), Score: r.Float32()}
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

// Any split of a batch, of unequal lengths, gives one gradient, dropout included.
func TestMicroBatchesGiveTheGradientOfTheBatch(t *testing.T) {
	cases := []struct {
		kind Kind
		s, k int
	}{{Classification, 1, 4}, {Entailment, 1, 3}, {Similarity, 2, 2}, {Regression, 2, 1}, {MultipleChoice, 3, 1}}
	for _, c := range cases {
		for _, lambda := range []float32{0.5, 0} {
			t.Run(fmt.Sprint(c.kind, lambda), func(t *testing.T) {
				batch := examples(7, c.s, max(c.k, c.s))
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

func TestTunerRefusesWhatDoesNotFit(t *testing.T) {
	tuner := newTuner(t, MultipleChoice, 1, 4, 0.5)
	mixed := append(examples(1, 2, 2), examples(1, 3, 2)...)
	_, err := tuner.Accumulate(context.Background(), 1, mixed, atOnce)
	require.ErrorContains(t, err, "a batch mixes examples of")
	long := []Encoded{{Sequences: [][]int32{make([]int32, small.NCtx+1)}}}
	_, err = tuner.Accumulate(context.Background(), 1, long, atOnce)
	require.ErrorContains(t, err, "a sequence has 31 tokens, the model 30 positions")
	_, err = New(Regression, newTuner(t, Classification, 4, 4, 0.5).Model, 0.1)
	require.ErrorContains(t, err, "a head for regression has one output, this one has 4")
}

// atOnce lets a last micro-batch begin.
func atOnce() error { return nil }
