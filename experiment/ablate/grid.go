package ablate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/train"
)

// Variant is one way to fine-tune.
type Variant struct {
	Name   string // name on command lines and in the log
	Title  string // name in tables
	Paper  string // name in the paper's table 5
	change func(*finetune.Options)
}

// The variants. All have the same vocabulary and see the same rows in the same order. All except
// LSTM have the same shape.
var (
	Full    = Variant{"full", "pre-trained", "Transformer w/ aux LM (full)", func(*finetune.Options) {}}
	NoLM    = Variant{"no-lm", "no auxiliary LM", "Transformer w/o aux LM", func(s *finetune.Options) { s.Lambda = 0 }}
	Scratch = Variant{"scratch", "no pre-training", "Transformer w/o pre-training", func(s *finetune.Options) { s.Scratch = true }}
	LSTM    = Variant{"lstm", "LSTM, pre-trained", "LSTM w/ aux LM", func(*finetune.Options) {}}
)

// Variants returns all variants in the order of the table.
func Variants() []Variant { return []Variant{Full, NoLM, Scratch, LSTM} }

// transferred returns the variant that transfers the first n of a model's blocks.
func transferred(n, of int) Variant {
	if n == of {
		return Full
	}
	return Variant{
		fmt.Sprintf("transfer-%d", n), fmt.Sprintf("first %d blocks", n), "",
		func(s *finetune.Options) { s.Transfer = finetune.FirstBlocks(n) },
	}
}

// FindVariant looks up a variant by its name.
func FindVariant(name string) (Variant, error) {
	var names []string
	for _, v := range Variants() {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	return Variant{}, errors.Errorf("unknown variant %q: it must be one of %s", name, strings.Join(names, ", "))
}

// Set is a labelled set.
type Set struct {
	Name     string
	Options  finetune.Options // recipe, task and files of the rows
	Data     *finetune.Data   // must have test rows; has all training rows
	Controls []Control        // shown next to the variants in the table

	parts    [][]part      // of each seed: the whole set, or its folds
	majority float64       // test score of the most frequent class of all training rows
	bag      [][][]float32 // of cross-validation: logits of a bag of words for each seed and row; nil before FitBagOfWords
}

// Control is the test score of a simple model.
type Control struct {
	Name    string
	Partial bool    // reads too little of the input to decide
	Score   float64 // accuracy, or Pearson's correlation for regression
}

// Grid defines the runs to compare.
type Grid struct {
	Base     *finetune.Base
	LSTM     *finetune.Base // base of the variant LSTM; nil without this variant
	Sets     []*Set
	Variants []Variant // variants of the table
	Limits   []int     // numbers of training rows of the curve; 0: all
	Transfer bool      // also transfer each number of blocks of Base, from 0 to all
	Seeds    int       // number of seeds: 1, 2, …
	Updates  int       // minimum number of updates of a run with a limit
	Folds    int       // parts of cross-validation over the training rows; 0: the test rows are scored
	Keep     string    // folder for the model folders of the runs; "": they are not kept

	digest, lstmDigest string
}

// base returns the model that a variant starts from and its digest.
func (g *Grid) base(v Variant) (*finetune.Base, string) {
	if v.Name == LSTM.Name {
		return g.LSTM, g.lstmDigest
	}
	return g.Base, g.digest
}

// curveVariants returns the variants that the curve compares.
func curveVariants() []Variant { return []Variant{Full, Scratch} }

// trial is a run of the grid.
type trial struct {
	set     *Set
	variant Variant
	data    *finetune.Data
	fold    int // of cross-validation, from 1; 0 without
	id      ID
}

// cell is a cell of the table or a point of the curve. Its runs differ only in the seed.
type cell struct {
	set     *Set
	variant Variant
	limit   int
}

// NewGrid checks that the grid can be run: every set has test rows or can be divided into folds, no limit
// leaves a set with only one class, and an LSTM has the vocabulary of the model that it is compared to.
func NewGrid(g Grid) (*Grid, error) {
	var err error
	if g.digest, err = g.Base.Digest(); err != nil {
		return nil, err
	}
	if g.LSTM != nil {
		if g.lstmDigest, err = g.LSTM.Digest(); err != nil {
			return nil, err
		}
		if err := g.checkLSTM(); err != nil {
			return nil, err
		}
	}
	if g.LSTM == nil && slices.ContainsFunc(g.Variants, func(v Variant) bool { return v.Name == LSTM.Name }) {
		return nil, train.BadOption("the variant lstm needs a pre-trained LSTM: name one with {LSTM}")
	}
	if g.Transfer && g.Base.Model.IsLSTM() {
		return nil, train.BadOption("{Transfer} needs blocks, but the model is an LSTM, which has none")
	}
	for _, set := range g.Sets {
		if err := g.prepare(set); err != nil {
			return nil, err
		}
	}
	return &g, nil
}

// prepare divides a set into its parts and checks them.
func (g *Grid) prepare(set *Set) error {
	if g.Folds == 0 && !set.Data.Judged() {
		return train.BadOption("%s has no labelled test rows, but the table shows test scores: name a file with {Test}", set.Name)
	}
	err := set.divide(g.Folds, g.Seeds)
	if err != nil {
		return errors.WithMessage(err, set.Name)
	}
	whole := *set.Data
	if g.Folds > 0 {
		whole.Test = whole.Train
	}
	if set.majority, err = whole.Majority(); err != nil {
		return err
	}
	for _, limit := range g.Limits {
		for _, p := range slices.Concat(set.parts...) {
			if _, err := p.data.Limit(limit); err != nil {
				return errors.WithMessage(err, set.Name)
			}
		}
	}
	return nil
}

// checkLSTM checks that the LSTM can be compared to the base.
func (g *Grid) checkLSTM() error {
	if !g.LSTM.Model.IsLSTM() {
		return train.BadOption("{LSTM} must name an LSTM, not a Transformer")
	}
	vocab, err := g.Base.Tok.VocabJSON()
	if err != nil {
		return err
	}
	other, err := g.LSTM.Tok.VocabJSON()
	if err != nil {
		return err
	}
	if !bytes.Equal(vocab, other) || !bytes.Equal(g.Base.Tok.MergesTXT(), g.LSTM.Tok.MergesTXT()) {
		return train.BadOption("{LSTM} and {Model} have different vocabularies, so they cannot be compared: train both with the same text and seed")
	}
	return nil
}

// cells returns the cells of the table, then the other cells of the curves.
func (g *Grid) cells() []cell {
	var all []cell
	for _, set := range g.Sets {
		for _, v := range g.Variants {
			all = append(all, cell{set, v, 0})
		}
		all = append(all, g.curveCells(set)...)
		all = append(all, g.transferCells(set)...)
	}
	return all
}

// transferCells returns the cells of one set with 0, 1, … transferred blocks.
func (g *Grid) transferCells(set *Set) (all []cell) {
	if !g.Transfer {
		return nil
	}
	for n := range g.Base.Model.NLayer + 1 {
		all = append(all, cell{set, transferred(n, g.Base.Model.NLayer), 0})
	}
	return all
}

// curveCells returns the cells of one set's curve, from the fewest labels to the most.
func (g *Grid) curveCells(set *Set) (all []cell) {
	limits := slices.Clone(g.Limits)
	for i, n := range limits {
		if n == 0 || n >= set.rows() {
			limits[i] = set.rows()
		}
	}
	slices.Sort(limits)
	for _, n := range slices.Compact(limits) {
		if n == set.rows() {
			n = 0
		}
		for _, v := range curveVariants() {
			all = append(all, cell{set, v, n})
		}
	}
	return all
}

// trials returns the runs, each once. They are ordered by seed, so that an interrupted grid has some
// results for every cell.
func (g *Grid) trials() ([]trial, error) {
	repeats, err := g.repeats()
	return slices.Concat(repeats...), err
}

// repeats returns the runs of each cell with each seed, each once.
func (g *Grid) repeats() ([][]trial, error) {
	var all [][]trial
	seen := map[ID]bool{}
	for seed := 1; seed <= g.Seeds; seed++ {
		for _, c := range g.cells() {
			runs, err := g.repeat(c, int64(seed))
			if err != nil {
				return nil, err
			}
			if key := runs[0].id.key(); !seen[key] {
				seen[key] = true
				all = append(all, runs)
			}
		}
	}
	return all, nil
}

// repeat returns the runs of a cell with a seed: one, or one for each fold.
func (g *Grid) repeat(c cell, seed int64) (runs []trial, err error) {
	for _, p := range c.set.parts[seed-1] {
		s := c.set.Options
		c.variant.change(&s)
		s.Seed, s.Limit, s.EvalEvery = seed, c.limit, 0
		d, err := p.data.Limit(c.limit)
		if err != nil {
			return nil, err
		}
		base, digest := g.base(c.variant)
		if s, err = s.Resolve(d, base); err != nil {
			return nil, err
		}
		if c.limit > 0 && s.Steps < g.Updates {
			s.Steps, s.Epochs = g.Updates, 0
		}
		_, fitted := d.Spec.Task.Task().(heads.Fitter)
		runs = append(runs, trial{c.set, c.variant, d, p.fold, ID{Variant: c.variant.Name, Model: digest, Data: p.digest, Options: s, Fitted: fitted}})
	}
	return runs, nil
}
