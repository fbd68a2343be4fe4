package finetune

import (
	"math/rand/v2"
	"reflect"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/train"
)

// foldStream is the random stream of the folds. No epoch has this number.
const foldStream = splitStream - 1

// devSplit divides the training rows of a fold if the data have no development rows.
const devSplit = "90/10"

// Fold is one of the runs of a cross-validation. A Fold is safe for concurrent use as long as nothing
// changes it.
type Fold struct {
	*Data
	Rows []int // the numbers of its test rows among the training rows that were divided, from 0
}

// Folds divides the training rows into k parts for cross-validation: the test rows of each fold are one
// part, its training rows are the others. Labels have about the same share in each
// part, and rows with a text in common stay together. Labelled development rows are those of all folds;
// without any, each fold holds out a tenth of its training rows. The data's own test rows are not used.
// The folds depend only on the rows, k and the seed, and keep the order of the rows.
func (d *Data) Folds(k int, seed int64) ([]Fold, error) {
	if k < 2 {
		return nil, train.BadOption("{Folds} must be at least 2, not %d", k)
	}
	groups := groupsOf(d.Train)
	if len(groups) < k {
		return nil, train.BadOption("{Folds} is %d, but %s has only %d groups of rows without a text in common: choose at most that many", k, d.Name, len(groups))
	}
	to := make([]int, len(d.Train)) // the part of each row
	sizes := make([]int, k)
	rng := rand.New(rand.NewPCG(uint64(seed), foldStream))
	for _, stratum := range strata(d.Spec, d.Train, groups) {
		rng.Shuffle(len(stratum), func(i, j int) { stratum[i], stratum[j] = stratum[j], stratum[i] })
		have := make([]int, k) // rows of this stratum in each part
		for _, group := range stratum {
			part := 0
			for i := range k {
				if have[i] < have[part] || have[i] == have[part] && sizes[i] < sizes[part] {
					part = i
				}
			}
			have[part], sizes[part] = have[part]+len(group), sizes[part]+len(group)
			for _, i := range group {
				to[i] = part
			}
		}
	}
	folds := make([]Fold, k)
	for i := range folds {
		var err error
		if folds[i], err = d.fold(i, to, seed); err != nil {
			return nil, train.BadOption("{Folds} is %d, and a fold has too few training rows: %v: add rows", k, err)
		}
	}
	return folds, nil
}

// fold returns the fold whose test rows are one part of the training rows.
func (d *Data) fold(part int, to []int, seed int64) (Fold, error) {
	f := Fold{Data: &Data{Spec: d.Spec, Name: d.Name, Accounts: d.Accounts}}
	f.Accounts[2] = nil // the test rows are part of the training files
	for i, row := range d.Train {
		if to[i] == part {
			f.Test, f.Rows = append(f.Test, row), append(f.Rows, i)
		} else {
			f.Train = append(f.Train, row)
		}
	}
	if labelled(d.Dev) {
		f.Dev = d.Dev
	} else {
		f.Accounts[1] = nil
		if err := f.split(devSplit, seed); err != nil {
			return f, err
		}
	}
	_, err := d.Spec.Task.Task().Space(f.Train)
	return f, err
}

// Pool returns the outcome of logits for labelled rows that several models have predicted, as in
// cross-validation. Its baseline comes from the labels of the rows. It has no losses.
func Pool(spec Spec, rows []loaders.Row, logits [][]float32) (*Outcome, error) {
	set := &Set{rows: rows}
	for _, row := range rows {
		target, err := spec.Target(row)
		if err != nil {
			return nil, errors.WithMessage(err, row.Place())
		}
		set.Examples = append(set.Examples, heads.Encoded{Target: target})
	}
	spec.Baseline, spec.Rows = "", "pooled rows"
	return newOutcome(spec, set, set, heads.Losses{}, logits), nil
}

// Logits returns the logits of each of the rows that were judged, and nil for one that was left out as
// unusable.
func (o *Outcome) Logits(rows []loaders.Row) [][]float32 {
	all, next := make([][]float32, len(rows)), 0
	for i, row := range rows {
		if next < len(o.rows) && reflect.DeepEqual(row, o.rows[next]) {
			all[i] = o.logits[next]
			next++
		}
	}
	return all
}

// Primary returns the primary measure of some examples, which may repeat.
func (o *Outcome) Primary(at []int) float64 {
	primary := o.spec.Primary()
	value, _ := headline(primary, metrics(o.judge.Measure(primary, pick(o.gold, at), pick(o.logits, at))))
	return value
}
