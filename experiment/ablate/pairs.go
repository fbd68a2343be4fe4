package ablate

import (
	"fmt"
	"slices"

	"gorgpt/controls"
	"gorgpt/finetune"
	"gorgpt/internal/plural"
	"gorgpt/internal/results"
	"gorgpt/score"
)

// pairSeed is the seed of the bootstrap of differences.
const pairSeed = 1

// predictions are the logits of each training row of a set for each seed. Rows that were left out have
// nil.
type predictions [][][]float32

// difference is the difference of two scores of the same rows, and its 95 % interval.
type difference struct {
	value float64
	score.Interval
	rows int // that both models predict
}

// significant reports whether the interval excludes 0.
func (d difference) significant() bool { return d.Low > 0 || d.High < 0 }

// String formats the difference in points, with a star if it is significant.
func (d difference) String() string {
	star := ""
	if d.significant() {
		star = " *"
	}
	return fmt.Sprintf("%+.1f (%+.1f to %+.1f)%s", 100*d.value, 100*d.Low, 100*d.High, star)
}

// compare compares two predictions of the rows of a set, seed by seed. The difference is the mean over
// the seeds. The bootstrap draws groups of rows with a text in common, the same for both and for all seeds.
func (s *Set) compare(a, b predictions) (difference, error) {
	both := slices.Concat(a, b)
	outcomes, err := s.pooled(both...)
	if err != nil {
		return difference{}, err
	}
	gain := func(at []int) []float64 {
		sum := 0.0
		for i := range a {
			sum += outcomes[i].Primary(at) - outcomes[len(a)+i].Primary(at)
		}
		return []float64{sum / float64(len(a))}
	}
	all := make([]int, len(outcomes[0].Predictions))
	for i := range all {
		all[i] = i
	}
	d := difference{value: gain(all)[0], rows: len(all)}
	if len(all) > 0 {
		d.Interval = score.BootstrapGroups(s.groups(s.common(both)), pairSeed, gain)[0]
	}
	return d, nil
}

// groups returns the places of some training rows in their list, in the groups that the folds keep together.
func (s *Set) groups(rows []int) (all [][]int) {
	for _, group := range s.Data.Groups() {
		var places []int
		for _, row := range group {
			if i, found := slices.BinarySearch(rows, row); found {
				places = append(places, i)
			}
		}
		if places != nil {
			all = append(all, places)
		}
	}
	return all
}

// predictions returns the predictions of a variant with all training rows, or nil if a run is missing.
func (g *Grid) predictions(set *Set, v Variant, done map[ID]Result) (all predictions, err error) {
	for seed := 1; seed <= g.Seeds; seed++ {
		runs, err := g.repeat(cell{set, v, 0}, int64(seed))
		if err != nil {
			return nil, err
		}
		logits := set.logits(runs, done)
		if logits == nil {
			return nil, nil
		}
		all = append(all, logits)
	}
	return all, nil
}

// pairTable compares the full recipe with the other variants and the bag of words, in pairs of
// predictions of the same rows. It is empty if the grid lacks the full recipe.
func (g *Grid) pairTable(done map[ID]Result) (string, error) {
	others := slices.DeleteFunc(slices.Clone(g.Variants), func(v Variant) bool { return v.Name == Full.Name })
	if len(others) == len(g.Variants) {
		return "", nil
	}
	lines := [][]string{{"task"}}
	for _, v := range others {
		lines[0] = append(lines[0], "− "+v.Title)
	}
	lines[0] = append(lines[0], "− "+controls.BagOfWords)
	higher, lower, notes := make([]int, len(others)+1), make([]int, len(others)+1), ""
	for _, set := range g.Sets {
		full, err := g.predictions(set, Full, done)
		if err != nil {
			return "", err
		}
		line, used := []string{set.Name}, len(set.Data.Train)
		for i := range higher {
			other := predictions(set.bag)
			if i < len(others) {
				if other, err = g.predictions(set, others[i], done); err != nil {
					return "", err
				}
			}
			if full == nil || other == nil {
				line = append(line, missing)
				continue
			}
			d, err := set.compare(full, other)
			if err != nil {
				return "", err
			}
			line, used = append(line, d.String()), min(used, d.rows)
			switch {
			case d.Low > 0:
				higher[i]++
			case d.High < 0:
				lower[i]++
			}
		}
		lines = append(lines, line)
		if n := len(set.Data.Train) - used; n > 0 {
			notes += fmt.Sprintf("\n%s: without %s that a model cannot use\n", set.Name, plural.Of(n, "row"))
		}
	}
	last := []string{"significant"}
	for i := range higher {
		last = append(last, fmt.Sprintf("%d higher, %d lower", higher[i], lower[i]))
	}
	return fmt.Sprintf("\nThe score of %q minus others, in points, with 95 %% intervals of a paired bootstrap over rows, those with a text in common together; * excludes 0:\n\n", Full.Title) +
		results.Markdown(append(lines, last)) + notes, nil
}

// bagOfWords summarizes the scores of the bag of words.
func (s *Set) bagOfWords() (all summary, err error) {
	for _, logits := range s.bag {
		var outcomes []*finetune.Outcome
		if outcomes, err = s.pooled(logits); err != nil {
			return all, err
		}
		value, _ := outcomes[0].Headline()
		all.scores = append(all.scores, value)
	}
	return all, nil
}
