package finetune

import (
	"fmt"
	"io"
	"slices"
)

// Repeats are the scores of runs that differ in their seeds.
// Repeats must not be used by several goroutines at once.
type Repeats struct {
	metric    string
	dev, test []float64
}

// Add adds the scores of a run that is done.
func (r *Repeats) Add(p *Plan) {
	r.metric = p.task.Spec.Primary()
	for _, s := range []struct {
		of   *Outcome
		into *[]float64
	}{{p.Dev(), &r.dev}, {p.test, &r.test}} {
		if s.of != nil && s.of.labelled() {
			value, _ := s.of.Headline()
			*s.into = append(*s.into, value)
		}
	}
}

// Print tells median and range.
func (r *Repeats) Print(w io.Writer) {
	for _, s := range []struct {
		name   string
		scores []float64
	}{{"dev", r.dev}, {"test", r.test}} {
		if n := len(s.scores); n > 0 {
			fmt.Fprintf(w, "%s %s of %d seeds: median %.4f, from %.4f to %.4f\n",
				s.name, r.metric, n, median(s.scores), slices.Min(s.scores), slices.Max(s.scores))
		}
	}
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
