package kernels

import (
	"sync/atomic"
	"time"

	"gorgpt/internal/simd"
)

// Peak measures for the time d how many floating-point operations a second so
// many cores reach with multiply-adds on registers alone. No kernel can be
// faster. Other work on the machine slows it down as it does the kernels, so a
// share of the peak compares measurements of the same seconds.
func Peak(cores int, d time.Duration) float64 {
	var rounds atomic.Int64
	begin := time.Now()
	Parallel(cores, 1, func(lo, hi int) {
		for time.Since(begin) < d {
			simd.Peak(1 << 12) // some microseconds
			rounds.Add(1 << 12)
		}
	})
	return float64(rounds.Load()) * simd.PeakOperations() / time.Since(begin).Seconds()
}
