package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

// random returns n values from a normal distribution, the same for each seed.
func random(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func indices(seed uint64, n, below int) []int32 {
	r := rand.New(rand.NewPCG(seed, 2))
	x := make([]int32, n)
	for i := range x {
		x[i] = int32(r.IntN(below))
	}
	return x
}

// number is any float: references are float64, results float32.
type number interface{ ~float32 | ~float64 }

// allClose fails unless |got − want| ≤ tol·(1 + |want|) everywhere; it prints
// the worst index.
func allClose[G, W number](t *testing.T, what string, got []G, want []W, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	worst, at := 0.0, -1
	for i := range got {
		g, w := float64(got[i]), float64(want[i])
		err := math.Abs(g-w) / (1 + math.Abs(w))
		if g == w || math.IsNaN(g) && math.IsNaN(w) {
			err = 0
		}
		if err > worst || math.IsNaN(err) {
			worst, at = err, i
			if math.IsNaN(err) {
				worst = math.Inf(1)
			}
		}
	}
	if worst > tol {
		t.Errorf("%s: at %d got %g, want %g (error %.2g, allowed %.2g)", what, at, got[at], want[at], worst, tol)
	}
}

func clone(x []float32) []float32 { return append([]float32(nil), x...) }
