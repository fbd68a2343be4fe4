package kernels

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gorgpt/internal/simd"
)

// BenchmarkFewRows reports how fast the products of one generated token of GPT-1 read its
// weights, 466 MB in float32 that no cache holds, beside the fastest that all cores read memory
// at. best adds up the shortest times of the products, for a machine with other work.
func BenchmarkFewRows(b *testing.B) {
	if testing.Short() {
		b.Skip("half a gigabyte")
	}
	b.Run("memory", func(b *testing.B) {
		memory := make([]float32, 1<<26)
		for i := range memory {
			memory[i] = 1
		}
		rate(b, 4*len(memory), []func(int, []float32, []float32){func(int, []float32, []float32) {
			Parallel(len(memory), elementGrain, func(lo, hi int) { simd.SumSquares(memory[lo:hi]) })
		}}, 0, nil, nil)
	})
	for _, format := range []string{"float32", BFloat16, Int8} {
		for _, part := range []string{"layers", "head"} {
			bytes, products := tokenProducts(format, part)
			for _, m := range []int{1, 2, 4, 8, 16} {
				x, y := random(1, m*4*768), make([]float32, m*40512)
				b.Run(fmt.Sprintf("%s/%s/M=%d", format, part, m), func(b *testing.B) { rate(b, bytes, products, m, x, y) })
			}
		}
	}
}

// rate runs the products and reports how fast they read their weights.
func rate(b *testing.B, bytes int, products []func(m int, x, y []float32), m int, x, y []float32) {
	var took []time.Duration
	least := make([]time.Duration, len(products))
	for b.Loop() {
		sum := time.Duration(0)
		for i, product := range products {
			start := time.Now()
			product(m, x, y)
			d := time.Since(start)
			if sum += d; least[i] == 0 || d < least[i] {
				least[i] = d
			}
		}
		took = append(took, sum)
	}
	slices.Sort(took)
	best := time.Duration(0)
	for _, d := range least {
		best += d
	}
	b.ReportMetric(float64(bytes)/took[len(took)/2].Seconds()/1e9, "GB/s")
	b.ReportMetric(float64(bytes)/best.Seconds()/1e9, "best-GB/s")
	b.ReportMetric(1e3*best.Seconds(), "best-ms")
}

// tokenProducts are the products with the weights of all layers of GPT-1, or with its output
// matrix, and the bytes that they read.
func tokenProducts(format, part string) (bytes int, all []func(m int, x, y []float32)) {
	for _, s := range gpt1Products {
		head, n := s.name == "head", s.n
		if head != (part == "head") {
			continue
		}
		layers := 12
		if head {
			layers, n = 1, 40478
		}
		for range layers {
			values := make([]float32, n*s.k)
			for i := range values {
				values[i] = float32(i%7) - 3
			}
			if format == "float32" {
				bytes += 4 * len(values)
				ldb := n
				if head {
					ldb = s.k
				}
				all = append(all, func(m int, x, y []float32) { Gemm(false, head, m, n, s.k, x, s.k, values, ldb, 0, y, s.n) })
				continue
			}
			rows, cols := s.k, n
			if head {
				rows, cols = n, s.k
			}
			w := Quantize(format, values, rows, cols)
			w.Arrange(head, nil)
			bytes += w.Bytes()
			all = append(all, func(m int, x, y []float32) { GemmCompact(head, m, n, s.k, x, s.k, w, nil, y, s.n) })
		}
	}
	return bytes, all
}
