package ablate

import (
	"math"
	"slices"
)

// summary holds the scores of the runs of a cell.
type summary struct {
	scores  []float64 // one for each completed seed
	rows    int       // number of training rows
	updates int
}

// summarize collects the completed runs of a cell.
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

// mean returns the mean of the scores, or NaN without scores.
func (s summary) mean() float64 {
	sum := 0.0
	for _, x := range s.scores {
		sum += x
	}
	return sum / float64(len(s.scores))
}

// median returns the median of the scores, or NaN without scores. For an even number of scores it is
// the mean of the middle two.
func (s summary) median() float64 {
	sorted := slices.Sorted(slices.Values(s.scores))
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// deviation estimates the standard deviation of the population that the scores are a sample of. It
// is 0 for fewer than two scores.
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
