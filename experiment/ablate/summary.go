package ablate

import (
	"math"
	"slices"
)

// summary is what the runs of a cell gave.
type summary struct {
	scores  []float64 // one a seed
	rows    int       // training rows
	updates int
}

// summarize collects the finished runs of a cell.
func (g *Grid) summarize(c cell, done map[ID]Result) (summary, error) {
	var s summary
	for seed := 1; seed <= g.Seeds; seed++ {
		t, err := g.trial(c, int64(seed))
		if err != nil {
			return s, err
		}
		s.rows, s.updates = len(t.data.Train), t.id.Options.Steps
		if r, found := done[t.id.key()]; found {
			s.scores = append(s.scores, float64(r.Score))
		}
	}
	return s, nil
}

// mean of the scores; not a number without any.
func (s summary) mean() float64 {
	sum := 0.0
	for _, x := range s.scores {
		sum += x
	}
	return sum / float64(len(s.scores))
}

// median of the scores, of an even number the mean of the two in the middle; not a number
// without any.
func (s summary) median() float64 {
	sorted := slices.Sorted(slices.Values(s.scores))
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// deviation is the standard deviation of the population that the scores are a sample
// of; 0 of fewer than two.
func (s summary) deviation() float64 {
	if len(s.scores) < 2 {
		return 0
	}
	mean, squares := s.mean(), 0.0
	for _, x := range s.scores {
		squares += (x - mean) * (x - mean)
	}
	return math.Sqrt(squares / float64(len(s.scores)-1))
}
