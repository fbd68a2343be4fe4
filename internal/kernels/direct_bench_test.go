package kernels

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gorgpt/internal/simd"
)

// BenchmarkFewRows reports how fast the products of one generated token of GPT-1 read its
// weights, 466 MB that no cache holds, beside the fastest that all cores read memory at.
func BenchmarkFewRows(b *testing.B) {
	if testing.Short() {
		b.Skip("half a gigabyte")
	}
	const layers, width, vocab = 12, 768, 40478
	weights := make([]float32, (layers*12*width+vocab)*width)
	for i := range weights {
		weights[i] = float32(i%7) - 3
	}
	rate := func(b *testing.B, run func()) {
		var took []time.Duration
		for b.Loop() {
			start := time.Now()
			run()
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		b.ReportMetric(4*float64(len(weights))/took[len(took)/2].Seconds()/1e9, "GB/s")
	}
	b.Run("memory", func(b *testing.B) {
		rate(b, func() { Parallel(len(weights), elementGrain, func(lo, hi int) { simd.SumSquares(weights[lo:hi]) }) })
	})
	for _, m := range []int{1, 2, 4, 8} {
		x, y := random(1, m*4*width), make([]float32, m*gpt1Products[len(gpt1Products)-1].n)
		b.Run(fmt.Sprintf("M=%d", m), func(b *testing.B) {
			rate(b, func() {
				at := 0
				for _, s := range gpt1Products {
					for range layers {
						if s.name == "head" {
							Gemm(false, true, m, vocab, s.k, x, s.k, weights[at:], s.k, 0, y, s.n)
							break
						}
						Gemm(false, false, m, s.n, s.k, x, s.k, weights[at:], s.n, 0, y, s.n)
						at += s.n * s.k
					}
				}
			})
		})
	}
}
