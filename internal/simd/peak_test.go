package simd

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPeakAdds checks that each round really adds: sums run 1, 1.5, 1.75, ….
func TestPeakAdds(t *testing.T) {
	for _, k := range append(assembled(), generic) {
		for rounds := 1; rounds < 12; rounds++ {
			want := float32(2 - math.Pow(2, float64(1-rounds)))
			assert.Equal(t, want, k.peak(rounds), fmt.Sprint(k.name, rounds))
		}
	}
}

// BenchmarkPeak reports the peak of one core in every table.
func BenchmarkPeak(b *testing.B) {
	for _, k := range append(assembled(), generic) {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				k.peak(1 << 12)
			}
			operations := float64(k.operations) * (1 << 12) * float64(b.N)
			b.ReportMetric(operations/b.Elapsed().Seconds()/1e9, "GFLOPS")
		})
	}
}
