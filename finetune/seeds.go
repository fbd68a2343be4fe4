package finetune

import (
	"fmt"
	"slices"
)

// Repeats are the scores of runs that differ in their seeds.
// Repeats must not be used by several goroutines at once.
type Repeats struct {
	metric    string
	dev, test []float64
}

// Add adds the scores of a run that is done.
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

// Lines are median and range of the scores, for people.
func (r *Repeats) Lines() (lines []string) {
	for _, s := range []struct {
		name   string
		scores []float64
	}{{"dev", r.dev}, {"test", r.test}} {
		if n := len(s.scores); n > 0 {
			lines = append(lines, fmt.Sprintf("%s %s of %d seeds: median %.4f, from %.4f to %.4f",
				s.name, r.metric, n, median(s.scores), slices.Min(s.scores), slices.Max(s.scores)))
		}
	}
	return lines
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
