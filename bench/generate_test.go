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
	"gorgpt/internal/kernels"
	"gorgpt/internal/simd"
)

// BenchmarkGenerate writes texts of bench.GenerateTokens tokens from a prompt of one token: greedily,
// or by sampling for a batch. tok/s is the speed of the median token. A token reads all weights
// except the positions. GB/s is the speed of these reads, and memory% is their speed relative to
// only reading the weights, which is measured alternately.
func BenchmarkGenerate(b *testing.B) {
	for _, preset := range []string{"gpt1", "mini", "tiny"} {
		for _, batch := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/B%d", preset, batch), func(b *testing.B) {
				require.NoError(b, simd.Err())
				c, err := gpt1.Preset(preset)
				require.NoError(b, err)
				m, err := gpt1.New(c)
				require.NoError(b, err)
				m.Init(1)
				o := generate.Options{Tokens: min(bench.GenerateTokens, c.NCtx), Samples: batch}
				if batch > 1 {
					o.Temperature, o.TopK = 0.8, 40
				}
				g := generate.New(m)
				var tokens, memory []time.Duration
				for b.Loop() {
					memory = append(memory, readWeights(m))
					tokens = append(tokens, tokenTimes(b, g, o)...)
				}
				bytes := 4 * float64(m.Store.Len()-len(m.Embed.Positions.Value))
				token, read := median(tokens), median(memory)
				b.ReportMetric(float64(batch)/token.Seconds(), "tok/s")
				b.ReportMetric(1e3*token.Seconds(), "ms/token")
				b.ReportMetric(bytes/token.Seconds()/1e9, "GB/s")
				b.ReportMetric(100*read.Seconds()/token.Seconds(), "memory%")
			})
		}
	}
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

// readWeights reads the weights that a token needs and returns the time it took.
func readWeights(m *gpt1.Model) time.Duration {
	start := time.Now()
	for _, p := range m.Store.Params() {
		if len(p.Shape) > 1 && p != m.Embed.Positions {
			kernels.SumSquares(p.Value)
		}
	}
	return time.Since(start)
}

func median(took []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(took))[len(took)/2]
}
