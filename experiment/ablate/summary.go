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
		runs, err := g.repeat(c, int64(seed))
		if err != nil {
			return s, err
		}
		s.rows, s.updates = len(runs[0].data.Train), runs[0].id.Options.Steps
		score, found, err := g.score(runs, done)
		if err != nil {
			return s, err
		}
		if found {
			s.scores = append(s.scores, score)
		}
	}
	return s, nil
}

// score returns the score of a cell with a seed, if its runs are completed.
func (g *Grid) score(runs []trial, done map[ID]Result) (score float64, found bool, err error) {
	if g.Folds == 0 {
		r, found := done[runs[0].id.key()]
		return float64(r.Score), found, nil
	}
	o, err := runs[0].set.pool(runs, done)
	if o == nil {
		return 0, false, err
	}
	score, _ = o.Headline()
	return score, true, nil
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
