package kernels

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"gorgpt/internal/simd"
)

// gpt1Products are the matrix products of one GPT-1 step on M tokens. N and K
// are those of the layer's weight [K N]; the head's N is padded to whole cache
// lines.
var gpt1Products = []struct {
	name string
	n, k int
}{
	{"qkv", 2304, 768},
	{"proj", 768, 768},
	{"fc", 3072, 768},
	{"mlp", 768, 3072},
	{"head", 40512, 768},
}

// BenchmarkGEMM reports the speed of each product and its two gradients, and its
// share of the peak measured in turn with it. The instruction set is chosen by
// GORGPT_CPU.
func BenchmarkGEMM(b *testing.B) {
	for _, m := range []int{512, 2048} {
		for _, s := range gpt1Products {
			if testing.Short() && (m > 512 || s.name == "head") {
				continue
			}
			x, w, y := random(1, m*s.k), random(2, s.k*s.n), random(3, m*s.n)
			for _, pass := range []struct {
				name string
				run  func()
			}{
				{"y=xW", func() { Gemm(false, false, m, s.n, s.k, x, s.k, w, s.n, 0, y, s.n) }},
				{"dx=dyWt", func() { Gemm(false, true, m, s.k, s.n, y, s.n, w, s.n, 0, x, s.k) }},
				{"dW+=xtdy", func() { Gemm(true, false, s.k, s.n, m, x, s.k, y, s.n, 1, w, s.n) }},
			} {
				b.Run(fmt.Sprintf("%s/M=%d/%s/%s", simd.ISA(), m, s.name, pass.name), func(b *testing.B) {
					benchmarkProduct(b, 2*float64(m)*float64(s.n)*float64(s.k), pass.run)
				})
			}
		}
	}
}

// benchmarkProduct runs the peak and a product in turn and reports medians.
func benchmarkProduct(b *testing.B, operations float64, run func()) {
	var speeds, shares []float64
	for b.Loop() {
		peak := Peak(runtime.GOMAXPROCS(0), time.Millisecond)
		start := time.Now()
		run()
		speed := operations / time.Since(start).Seconds()
		speeds, shares = append(speeds, speed), append(shares, speed/peak)
	}
	slices.Sort(speeds)
	slices.Sort(shares)
	b.ReportMetric(0, "ns/op") // it would include the peak
	b.ReportMetric(speeds[len(speeds)/2]/1e9, "GFLOPS")
	b.ReportMetric(100*shares[len(shares)/2], "peak%")
}
