package ablate

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/loaders"
	"gorgpt/score"
)

// Variant is one way to fine-tune.
type Variant struct {
	Name   string // on command lines and in the log
	Title  string // in tables
	change func(*finetune.Settings)
}

// The variants. All start from the same shape and vocabulary and see the same rows in
// the same order.
var (
	Full    = Variant{"full", "pre-trained", func(*finetune.Settings) {}}
	NoLM    = Variant{"no-lm", "no auxiliary LM", func(s *finetune.Settings) { s.Lambda = 0 }}
	Scratch = Variant{"scratch", "no pre-training", func(s *finetune.Settings) { s.Scratch = true }}
)

// Variants are all of them, in the order of the table.
func Variants() []Variant { return []Variant{Full, NoLM, Scratch} }

// FindVariant looks one up by its name.
func FindVariant(name string) (Variant, error) {
	var names []string
	for _, v := range Variants() {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	return Variant{}, errors.Errorf("unknown variant %q: want some of %s", name, strings.Join(names, ", "))
}

// Set is a labelled set.
type Set struct {
	Name     string
	Settings finetune.Settings // the recipe, with the task and the files of the rows
	Data     *finetune.Data    // with all its training rows, and with test rows
	Controls []Control         // what stands beside the variants in the table

	digest   string
	majority float64 // score on the test rows of the most frequent class of all training rows
}

// Control is what some cheap means reach on the test rows.
type Control struct {
	Name    string
	Partial bool    // it sees too little to tell
	Score   float64 // accuracy, or Pearson's correlation for regression
}

// Grid is what is compared.
type Grid struct {
	Base     *finetune.Base
	Sets     []*Set
	Variants []Variant // of the table
	Limits   []int     // of the curve: training rows, 0 for all
	Seeds    int       // 1, 2, …
	Updates  int       // the least number of them in a run with a limit
	Keep     string    // folder for the model folders of the runs; "": they are not kept

	digest string
}

// curveVariants are what the curve compares.
func curveVariants() []Variant { return []Variant{Full, Scratch} }

// trial is a run of the grid.
type trial struct {
	set     *Set
	variant Variant
	data    *finetune.Data
	id      ID
}

// cell is a place in the table or the curve; its runs differ in the seed alone.
type cell struct {
	set     *Set
	variant Variant
	limit   int
}

// NewGrid checks that the grid can be run: every set has test rows, and no limit leaves
// a set with one class only.
func NewGrid(g Grid) (*Grid, error) {
	var err error
	if g.digest, err = baseDigest(g.Base); err != nil {
		return nil, err
	}
	for _, set := range g.Sets {
		if !set.Data.Judged() {
			return nil, errors.Errorf("%s has no test rows with labels, whose score the table shows: name some with -test", set.Name)
		}
		if set.digest, err = dataDigest(set.Data); err != nil {
			return nil, err
		}
		if set.majority, err = set.countMajority(); err != nil {
			return nil, err
		}
		for _, limit := range g.Limits {
			if _, err := set.Data.Limit(limit); err != nil {
				return nil, errors.WithMessage(err, set.Name)
			}
		}
	}
	return &g, nil
}

// countMajority is what the most frequent class, or answer, reaches in the set's measure; of
// scores, 0.
func (s *Set) countMajority() (float64, error) {
	k := len(s.Data.Spec.Names())
	if k == 0 {
		return 0, nil
	}
	classes := func(rows []loaders.Row) (all []int, err error) {
		for _, row := range rows {
			class, _, err := s.Data.Spec.Target(row)
			if err != nil {
				return nil, errors.WithMessage(err, row.Place())
			}
			all = append(all, int(class))
		}
		return all, nil
	}
	training, err := classes(s.Data.Train)
	if err != nil {
		return 0, err
	}
	test, err := classes(s.Data.Test)
	if err != nil {
		return 0, err
	}
	return s.Data.Spec.Always(score.Majority(k, training), test), nil
}

// cells are those of the table, then what the curve adds.
func (g *Grid) cells() []cell {
	var all []cell
	for _, set := range g.Sets {
		for _, v := range g.Variants {
			all = append(all, cell{set, v, 0})
		}
		all = append(all, g.curveCells(set)...)
	}
	return all
}

// curveCells are those of the curve of one set, from few labels to many.
func (g *Grid) curveCells(set *Set) (all []cell) {
	limits := slices.Clone(g.Limits)
	for i, n := range limits {
		if n == 0 || n >= len(set.Data.Train) {
			limits[i] = len(set.Data.Train)
		}
	}
	slices.Sort(limits)
	for _, n := range slices.Compact(limits) {
		if n == len(set.Data.Train) {
			n = 0
		}
		for _, v := range curveVariants() {
			all = append(all, cell{set, v, n})
		}
	}
	return all
}

// trials are the runs, each once. Seeds come one after the other, so that a grid that is
// stopped has something of everything.
func (g *Grid) trials() ([]trial, error) {
	var all []trial
	seen := map[ID]bool{}
	for seed := 1; seed <= g.Seeds; seed++ {
		for _, c := range g.cells() {
			t, err := g.trial(c, int64(seed))
			if err != nil {
				return nil, err
			}
			if key := t.id.key(); !seen[key] {
				seen[key] = true
				all = append(all, t)
			}
		}
	}
	return all, nil
}

// trial is the run of a cell with a seed.
func (g *Grid) trial(c cell, seed int64) (trial, error) {
	s := c.set.Settings
	c.variant.change(&s)
	s.Seed, s.Limit, s.EvalEvery = seed, c.limit, 0
	d, err := c.set.Data.Limit(c.limit)
	if err != nil {
		return trial{}, err
	}
	if err := s.Fit(d, g.Base); err != nil {
		return trial{}, err
	}
	if c.limit > 0 && s.Steps < g.Updates {
		s.Steps, s.Epochs = g.Updates, 0
	}
	return trial{c.set, c.variant, d, ID{Variant: c.variant.Name, Model: g.digest, Data: c.set.digest, Settings: s}}, nil
}
