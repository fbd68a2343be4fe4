package graph

import (
	"time"

	"gorgpt/internal/kernels"
)

// Speed measures how many floating-point operations a second matrix products reach on this
// machine now, in about a tenth of a second.
func Speed() float64 {
	const m, n, k = 256, 512, 256
	a, b, c := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
	product := func() { kernels.Gemm(false, false, m, n, k, a, k, b, n, 0, c, n) }
	product() // memory is touched for the first time
	best := 0.0
	for begin := time.Now(); time.Since(begin) < 100*time.Millisecond; {
		start := time.Now()
		product()
		best = max(best, 2*m*n*k/time.Since(start).Seconds())
	}
	return best
}
