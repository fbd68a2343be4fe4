package bench_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"gorgpt/internal/kernels"
)

// BenchmarkLimits measures what no program exceeds on this machine now: multiply-adds on registers, and reading
// 256 MB of memory with all cores.
func BenchmarkLimits(b *testing.B) {
	memory := make([]float32, 64<<20)
	for i := range memory { // memory that was never written is one page of zeros, in the cache
		memory[i] = 1
	}
	var operations float64
	var took []time.Duration
	for b.Loop() {
		operations = max(operations, kernels.Peak(runtime.GOMAXPROCS(0), 200*time.Millisecond))
		start := time.Now()
		kernels.SumSquares(memory)
		took = append(took, time.Since(start))
	}
	b.ReportMetric(operations/1e9, "GFLOPS")
	b.ReportMetric(4*float64(len(memory))/slices.Min(took).Seconds()/1e9, "GB/s")
}
