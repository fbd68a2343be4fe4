package ablate

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/controls"
	"gorgpt/finetune"
	"gorgpt/internal/parallel"
)

// part is the rows of a run: those of a set, or of one of its folds.
type part struct {
	data   *finetune.Data
	digest string
	fold   int   // from 1; 0: the whole set
	rows   []int // the numbers of the fold's test rows among the training rows of the set
}

// divide divides the set into its parts for each seed.
func (s *Set) divide(folds, seeds int) error {
	s.parts = make([][]part, max(seeds, 1))
	for i := range s.parts {
		parts := []part{{data: s.Data}}
		if folds > 0 {
			all, err := s.Data.Folds(folds, int64(i+1))
			if err != nil {
				return err
			}
			parts = parts[:0]
			for k, f := range all {
				parts = append(parts, part{data: f.Data, fold: k + 1, rows: f.Rows})
			}
		}
		for k := range parts {
			var err error
			if parts[k].digest, err = parts[k].data.Digest(); err != nil {
				return err
			}
		}
		s.parts[i] = parts
	}
	return nil
}

// rows returns the number of training rows of a run; with folds, of the one that has the fewest.
func (s *Set) rows() int {
	n := len(s.Data.Train)
	for _, parts := range s.parts {
		for _, p := range parts {
			n = min(n, len(p.data.Train))
		}
	}
	return n
}

// logits returns the logits of each training row of the set by the fold that has not seen it, nil for a
// row that was left out. It is nil if a fold is not completed.
func (s *Set) logits(runs []trial, done map[ID]Result) [][]float32 {
	all := make([][]float32, len(s.Data.Train))
	for i, t := range runs {
		r, found := done[t.id.key()]
		rows := s.parts[t.id.Options.Seed-1][i].rows
		if !found || len(r.Logits) != len(rows) {
			return nil
		}
		for k, row := range rows {
			all[row] = r.Logits[k]
		}
	}
	return all
}

// pool returns the outcome of all folds of a cell with a seed, or nil if a fold is not completed.
func (s *Set) pool(runs []trial, done map[ID]Result) (*finetune.Outcome, error) {
	logits := s.logits(runs, done)
	if logits == nil {
		return nil, nil
	}
	all, err := s.pooled(logits)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// common returns the training rows that all of several logits have.
func (s *Set) common(logits [][][]float32) (rows []int) {
	for i := range s.Data.Train {
		if !slices.ContainsFunc(logits, func(l [][]float32) bool { return l[i] == nil }) {
			rows = append(rows, i)
		}
	}
	return rows
}

// pooled returns an outcome for each of several logits of the training rows, over the rows that all of
// them have.
func (s *Set) pooled(logits ...[][]float32) ([]*finetune.Outcome, error) {
	rows := s.common(logits)
	outcomes := make([]*finetune.Outcome, len(logits))
	for k, l := range logits {
		var err error
		if outcomes[k], err = finetune.Pool(s.Data.Spec, pick(s.Data.Train, rows), pick(l, rows)); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

func pick[T any](x []T, at []int) []T {
	out := make([]T, len(at))
	for i, k := range at {
		out[i] = x[k]
	}
	return out
}

// FitBagOfWords fits the control that reads all words of an input, on the same folds as the models. Its
// penalty is chosen on the development rows of each fold.
func (g *Grid) FitBagOfWords(ctx context.Context) error {
	for _, set := range g.Sets {
		set.bag = make([][][]float32, g.Seeds)
		for seed, parts := range set.parts {
			all := make([][]float32, len(set.Data.Train))
			err := parallel.Do(len(parts), func(i int) error {
				p, spec := parts[i], set.Data.Spec
				out, err := controls.Predict(ctx, controls.BagOfWords, spec.Task, spec.Space, p.data.Train, p.data.Dev, p.data.Test)
				for k, z := range out {
					for _, x := range z {
						all[p.rows[k]] = append(all[p.rows[k]], float32(x))
					}
				}
				return err
			})
			if err != nil {
				return errors.WithMessage(err, set.Name)
			}
			set.bag[seed] = all
		}
	}
	return nil
}
