package score

import (
	"math"
	"math/rand/v2"
	"slices"

	"gorgpt/internal/parallel"
)

// Interval is a 95 % confidence interval.
// An Interval is safe for concurrent use.
type Interval struct{ Low, High float64 }

// Resamples returns how many times a set of n examples is resampled: 1,000 times, or fewer if the
// set is large and the interval narrow.
func Resamples(n int) int { return min(max(20_000_000/max(n, 1), 100), 1000) }

// Bootstrap estimates the 95 % intervals of measures of n examples by the percentile bootstrap: it
// measures sets of n examples that are drawn with replacement. measure gets the numbers of the
// examples drawn, must return the measures in the same order each time, and must be safe for
// concurrent use. The result depends on the seed, not on the number of cores. It is nil without
// examples.
func Bootstrap(n int, seed uint64, measure func(at []int) []float64) []Interval {
	if n == 0 {
		return nil
	}
	drawn := make([][]float64, Resamples(n))
	_ = parallel.Do(len(drawn), func(b int) error { // never fails
		r, at := rand.New(rand.NewPCG(seed, uint64(b))), make([]int, n)
		for i := range at {
			at[i] = r.IntN(n)
		}
		drawn[b] = measure(at)
		return nil
	})
	intervals := make([]Interval, len(drawn[0]))
	values := make([]float64, len(drawn))
	for k := range intervals {
		for b := range drawn {
			values[b] = drawn[b][k]
		}
		slices.Sort(values)
		intervals[k] = Interval{quantile(values, 0.025), quantile(values, 0.975)}
	}
	return intervals
}

// BootstrapGroups is [Bootstrap] for examples that are not independent of the others of their group: it draws
// as many groups as there are, and measures the examples of all of them.
func BootstrapGroups(groups [][]int, seed uint64, measure func(at []int) []float64) []Interval {
	return Bootstrap(len(groups), seed, func(drawn []int) []float64 {
		var at []int
		for _, i := range drawn {
			at = append(at, groups[i]...)
		}
		return measure(at)
	})
}

// quantile interpolates between sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(math.Floor(at))
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
