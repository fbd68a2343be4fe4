package bench_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/bench"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/optim"
)

// In batches of 32 sentences, less than 15 % of the computed tokens are padding.
func TestLittlePadding(t *testing.T) {
	c, err := gpt1.Preset("gpt1")
	require.NoError(t, err)
	computed, real := tokens(bench.FinetuneUpdates(200), c)
	padding := 1 - float64(real)/float64(computed)
	t.Logf("padding %.1f %%", 100*padding)
	require.Less(t, padding, 0.15)
	require.Greater(t, padding, 0.0)
}

// tokens counts the tokens that the updates compute, and those that are not padding.
func tokens(updates [][]int, c gpt1.Config) (computed, real int) {
	for _, lengths := range updates {
		for _, n := range lengths {
			real += n
		}
		for _, m := range bench.MicroBatches(lengths, c) {
			computed += m.B * m.T
		}
	}
	return computed, real
}

// BenchmarkFinetune measures fine-tuning updates of a classification with 32 sentences each: L2 +
// ½·L1, dropout, clipping and Adam. The first round of updates builds their graphs and does not
// count. tok/s includes padding; padding-% is its share.
func BenchmarkFinetune(b *testing.B) {
	b.Run("gpt1/B32", func(b *testing.B) {
		c, err := gpt1.Preset("gpt1")
		require.NoError(b, err)
		pre, err := gpt1.New(c)
		require.NoError(b, err)
		m, err := heads.Attach(pre, heads.AttachOptions{Rows: c.VocabSize + 3, Outputs: 2, Blocks: pre.NLayer, Seed: 1})
		require.NoError(b, err)
		adam := optim.Defaults()
		adam.Clip = 1
		opt, err := optim.New(m.Store, adam)
		require.NoError(b, err)
		head, err := heads.New(heads.Classification, m, 0.1)
		require.NoError(b, err)
		tuner := &heads.Tuner{Model: m, Head: head, Lambda: 0.5, Micro: 4, Wide: c.Wide()}

		lengths := bench.FinetuneUpdates(bench.FinetuneRound)
		update := func(n int) {
			_, err := tuner.Accumulate(context.Background(), n+1, sentences(lengths[n%bench.FinetuneRound], c.VocabSize), atOnce)
			require.NoError(b, err)
			require.NoError(b, opt.Step(6.25e-5))
		}
		for n := range bench.FinetuneRound {
			update(n)
		}
		var took time.Duration
		computed, n := 0, 0
		for b.Loop() {
			start := time.Now()
			update(n)
			took += time.Since(start)
			done, _ := tokens(lengths[n%bench.FinetuneRound:n%bench.FinetuneRound+1], c)
			computed += done
			n++
		}
		all, real := tokens(lengths, c)
		b.ReportMetric(float64(computed)/took.Seconds(), "tok/s")
		b.ReportMetric(100*(1-float64(real)/float64(all)), "padding-%")
	})
}

// sentences returns examples of random tokens.
func sentences(lengths []int, vocab int) []heads.Encoded {
	r := rand.New(rand.NewPCG(2, 2))
	batch := make([]heads.Encoded, len(lengths))
	for i, n := range lengths {
		seq := make([]int32, n)
		for k := range seq {
			seq[k] = int32(r.IntN(vocab))
		}
		batch[i] = heads.Encoded{Sequences: [][]int32{seq}, Target: heads.Target{Label: int32(i % 2)}}
	}
	return batch
}

// atOnce lets the last micro-batch begin.
func atOnce() error { return nil }
