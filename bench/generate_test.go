package bench_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/bench"
	"gorgpt/generate"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/internal/kernels"
	"gorgpt/internal/simd"
)

// BenchmarkGenerate writes texts of bench.GenerateTokens tokens from a prompt of one token: greedily,
// or by sampling for a batch, with weights of each type. tok/s is the speed of the median token. A token reads all weights
// except the positions. GB/s is the speed of these reads, and memory% is their speed relative to
// only reading as much memory, at the best of the speeds that are measured alternately.
func BenchmarkGenerate(b *testing.B) {
	for _, preset := range []string{"gpt1", "mini", "tiny"} {
		for _, batch := range []int{1, 8} {
			for _, d := range graph.Dtypes() {
				b.Run(fmt.Sprintf("%s/B%d/%s", preset, batch, d), func(b *testing.B) { benchGenerate(b, preset, batch, d) })
			}
		}
	}
}

func benchGenerate(b *testing.B, preset string, batch int, d graph.Dtype) {
	require.NoError(b, simd.Err())
	c, err := gpt1.Preset(preset)
	require.NoError(b, err)
	m, err := gpt1.New(c)
	require.NoError(b, err)
	m.Init(1)
	bytes, _, _ := m.Store.Bytes()
	memory := make([]float32, bytes/4)
	for i := range memory { // pages that were never written to would all be one
		memory[i] = 1
	}
	require.NoError(b, m.Compact(d))
	bytes, _, _ = m.Store.Bytes()
	bytes -= 4 * len(m.Embed.Positions.Value)
	o := generate.Options{Tokens: min(bench.GenerateTokens, c.NCtx), Samples: batch}
	if batch > 1 {
		o.Temperature, o.TopK = 0.8, 40
	}
	g := generate.New(m)
	var tokens, reads []time.Duration
	for b.Loop() {
		reads = append(reads, timeRead(memory[:bytes/4]), timeRead(memory[:bytes/4]))
		tokens = append(tokens, tokenTimes(b, g, o)...)
	}
	token, read := median(tokens), slices.Min(reads)
	b.ReportMetric(float64(batch)/token.Seconds(), "tok/s")
	b.ReportMetric(1e3*token.Seconds(), "ms/token")
	b.ReportMetric(float64(bytes)/token.Seconds()/1e9, "GB/s")
	b.ReportMetric(100*read.Seconds()/token.Seconds(), "memory%")
}

// BenchmarkLongText fills the context of gpt1. It reports the time per token at the start and at the
// end, where attention reads 38 MB of keys and values in addition to the weights.
func BenchmarkLongText(b *testing.B) {
	require.NoError(b, simd.Err())
	c, err := gpt1.Preset("gpt1")
	require.NoError(b, err)
	m, err := gpt1.New(c)
	require.NoError(b, err)
	m.Init(1)
	g := generate.New(m)
	var first, last []time.Duration
	for b.Loop() {
		took := tokenTimes(b, g, generate.Options{Tokens: c.NCtx})
		first, last = append(first, took[:64]...), append(last, took[len(took)-64:]...)
	}
	b.ReportMetric(1e3*median(first).Seconds(), "first-ms")
	b.ReportMetric(1e3*median(last).Seconds(), "last-ms")
}

// tokenTimes writes one batch of texts and returns the time of each token except the first few.
func tokenTimes(b *testing.B, g *generate.Generator, o generate.Options) []time.Duration {
	var took []time.Duration
	last := time.Now()
	_, err := g.Sample(context.Background(), []int32{1}, o, func(sample int, _ int32) bool {
		if sample == 0 {
			now := time.Now()
			took = append(took, now.Sub(last))
			last = now
		}
		return true
	})
	require.NoError(b, err)
	return took[warmUp:]
}

// timeRead reads memory and returns the time it took.
func timeRead(memory []float32) time.Duration {
	start := time.Now()
	kernels.SumSquares(memory)
	return time.Since(start)
}

func median(took []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(took))[len(took)/2]
}
