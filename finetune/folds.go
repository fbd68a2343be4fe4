package finetune

import (
	"cmp"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/internal/plural"
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
// part, its training rows are the others. Labels have about the same share in each part, scores about the same
// distribution, and rows with a text in common stay together. Labelled development rows are those of all folds;
// without any, each fold holds out a tenth of its training rows. The data's own test rows are not used.
// The folds depend only on the rows, k and the seed, and keep the order of the rows.
func (d *Data) Folds(k int, seed int64) ([]Fold, error) {
	if k < 2 {
		return nil, train.BadOption("{Folds} must be at least 2, not %d", k)
	}
	groups := d.Groups()
	if len(groups) < k {
		return nil, train.BadOption("{Folds} is %d, but %s has only %s of rows without a text in common: choose at most that many", k, d.Name, plural.Of(len(groups), "group"))
	}
	to := make([]int, len(d.Train)) // the part of each row
	sizes := make([]int, k)
	rng := rand.New(rand.NewPCG(uint64(seed), foldStream))
	all, err := d.foldStrata(groups, k)
	if err != nil {
		return nil, err
	}
	for _, stratum := range all {
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
		if folds[i], err = d.fold(i, to, seed); err != nil {
			return nil, train.BadOption("{Folds} is %d, and a fold has too few training rows: %v: add rows", k, err)
		}
	}
	return folds, nil
}

// Groups returns the numbers of the training rows, from 0, in groups of those that are connected by equal
// texts, which [Data.Folds] keeps together. Case and blanks do not count.
func (d *Data) Groups() [][]int { return groupsOf(d.Train) }

// foldStrata puts the groups in order by label, or by mean score in strata of k. If scores were not divided
// evenly, the mean of a fold's training rows would be low where its test rows are high.
func (d *Data) foldStrata(groups [][]int, k int) ([][][]int, error) {
	if d.Spec.Task.Task().Whole() {
		return strata(d.Spec, d.Train, groups), nil
	}
	type scored struct {
		group []int
		mean  float64
	}
	all := make([]scored, len(groups))
	for i, group := range groups {
		all[i].group = group
		for _, row := range group {
			target, err := d.Spec.Target(d.Train[row])
			if err != nil {
				return nil, errors.WithMessage(err, d.Train[row].Place())
			}
			all[i].mean += float64(target.Score) / float64(len(group))
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(a.mean, b.mean) })
	var out [][][]int
	for chunk := range slices.Chunk(all, k) {
		var stratum [][]int
		for _, x := range chunk {
			stratum = append(stratum, x.group)
		}
		out = append(out, stratum)
	}
	return out, nil
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
// cross-validation; see [Outcome.Logits]. Its baseline comes from the labels of the rows. It has no losses.
// If the models fit thresholds, it has no calibration, as their logits are shifted.
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
	o := newOutcome(spec, set, set, heads.Losses{}, logits)
	_, o.shifted = spec.Task.Task().(heads.Fitter)
	return o, nil
}

// Logits returns the logits of each of the rows that were judged, and nil for one that was left out as
// unusable. They are what a space without temperature and thresholds makes the same predictions from.
func (o *Outcome) Logits(rows []loaders.Row) [][]float32 {
	all, next := make([][]float32, len(rows)), 0
	for i, row := range rows {
		if next < len(o.rows) && reflect.DeepEqual(row, o.rows[next]) {
			all[i] = plain(o.spec.Space, o.logits[next])
			next++
		}
	}
	return all
}

// plain divides logits by the temperature of a space and subtracts those of its thresholds. Thresholds of 0
// and 1, whose logits are infinite, count as the nearest probabilities.
func plain(s heads.Space, logits []float32) []float32 {
	out := make([]float32, len(logits))
	for k, z := range logits {
		x := float64(z) / cmp.Or(s.Temperature, 1)
		if len(s.Thresholds) > 0 {
			p := min(max(s.Thresholds[k], math.SmallestNonzeroFloat64), math.Nextafter(1, 0))
			x -= math.Log(p / (1 - p))
		}
		out[k] = float32(x)
	}
	return out
}

// Primary returns the primary measure of some examples, which may repeat.
func (o *Outcome) Primary(at []int) float64 {
	primary := o.spec.Primary()
	value, _ := headline(primary, metrics(o.judge.Measure(primary, pick(o.gold, at), pick(o.logits, at))))
	return value
}
