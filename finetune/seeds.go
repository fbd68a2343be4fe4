package finetune

import (
	"fmt"
	"slices"

	"gorgpt/internal/plural"
)

// Repeats collects the scores of runs that differ only in their seeds.
// Repeats must not be used by several goroutines at once.
type Repeats struct {
	metric    string
	dev, test []float64
}

// Add adds the scores of a completed run.
func (r *Repeats) Add(result Result) {
	for _, s := range []struct {
		of   *Outcome
		into *[]float64
	}{{result.Dev, &r.dev}, {result.Test, &r.test}} {
		if s.of != nil && s.of.labelled() {
			r.metric = s.of.spec.Primary()
			value, _ := s.of.Headline()
			*s.into = append(*s.into, value)
		}
	}
}

// Lines returns the median and the range of the scores as text, a line for each set.
func (r *Repeats) Lines() (lines []string) {
	for _, s := range []struct {
		name   string
		scores []float64
	}{{"dev", r.dev}, {"test", r.test}} {
		if n := len(s.scores); n > 0 {
			lines = append(lines, fmt.Sprintf("%s %s of %s: median %.4f, from %.4f to %.4f",
				s.name, r.metric, plural.Of(n, "seed"), median(s.scores), slices.Min(s.scores), slices.Max(s.scores)))
		}
	}
	return lines
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
