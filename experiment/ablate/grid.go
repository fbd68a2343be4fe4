package ablate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/train"
)

// Variant is one way to fine-tune.
type Variant struct {
	Name   string // on command lines and in the log
	Title  string // in tables
	Paper  string // what the paper's table 5 calls it
	change func(*finetune.Options)
}

// The variants. All have the same vocabulary and see the same rows in the same order; all
// but LSTM have the same shape.
var (
	Full    = Variant{"full", "pre-trained", "Transformer w/ aux LM (full)", func(*finetune.Options) {}}
	NoLM    = Variant{"no-lm", "no auxiliary LM", "Transformer w/o aux LM", func(s *finetune.Options) { s.Lambda = 0 }}
	Scratch = Variant{"scratch", "no pre-training", "Transformer w/o pre-training", func(s *finetune.Options) { s.Scratch = true }}
	LSTM    = Variant{"lstm", "LSTM, pre-trained", "LSTM w/ aux LM", func(*finetune.Options) {}}
)

// Variants are all of them, in the order of the table.
func Variants() []Variant { return []Variant{Full, NoLM, Scratch, LSTM} }

// transferred is the variant with the first n of a model's blocks.
func transferred(n, of int) Variant {
	if n == of {
		return Full
	}
	return Variant{
		fmt.Sprintf("transfer-%d", n), fmt.Sprintf("first %d blocks", n), "",
		func(s *finetune.Options) { s.Transfer = finetune.FirstBlocks(n) },
	}
}

// FindVariant looks one up by its name.
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
	Options  finetune.Options // the recipe, with the task and the files of the rows
	Data     *finetune.Data   // with all its training rows, and with test rows
	Controls []Control        // what stands beside the variants in the table

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
	LSTM     *finetune.Base // that of the variant of this name; nil: there is no such variant
	Sets     []*Set
	Variants []Variant // of the table
	Limits   []int     // of the curve: training rows, 0 for all
	Transfer bool      // also from 0 blocks of Base to all of them
	Seeds    int       // 1, 2, …
	Updates  int       // the least number of them in a run with a limit
	Keep     string    // folder for the model folders of the runs; "": they are not kept

	digest, lstmDigest string
}

// base is what a variant starts from, and its digest.
func (g *Grid) base(v Variant) (*finetune.Base, string) {
	if v.Name == LSTM.Name {
		return g.LSTM, g.lstmDigest
	}
	return g.Base, g.digest
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

// NewGrid checks that the grid can be run: every set has test rows, no limit leaves a set
// with one class only, and an LSTM has the vocabulary of the model that it is compared with.
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
		return nil, train.BadOption("{Transfer}: the model is an LSTM, which has no blocks")
	}
	for _, set := range g.Sets {
		if !set.Data.Judged() {
			return nil, train.BadOption("%s has no test rows with labels, whose score the table shows: name some with {Test}", set.Name)
		}
		if set.digest, err = set.Data.Digest(); err != nil {
			return nil, err
		}
		if set.majority, err = set.Data.Majority(); err != nil {
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

// checkLSTM compares the two models.
func (g *Grid) checkLSTM() error {
	if !g.LSTM.Model.IsLSTM() {
		return train.BadOption("{LSTM} names a model that is a Transformer: it must be an LSTM")
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
		return train.BadOption("{LSTM} names a model with another vocabulary than {Model}, so the two cannot be compared: train it with the same text and seed")
	}
	return nil
}

// cells are those of the table, then what the curve adds.
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

// transferCells are those with 0, 1, … blocks of one set.
func (g *Grid) transferCells(set *Set) (all []cell) {
	if !g.Transfer {
		return nil
	}
	for n := range g.Base.Model.NLayer + 1 {
		all = append(all, cell{set, transferred(n, g.Base.Model.NLayer), 0})
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
	s := c.set.Options
	c.variant.change(&s)
	s.Seed, s.Limit, s.EvalEvery = seed, c.limit, 0
	d, err := c.set.Data.Limit(c.limit)
	if err != nil {
		return trial{}, err
	}
	base, digest := g.base(c.variant)
	if s, err = s.Resolve(d, base); err != nil {
		return trial{}, err
	}
	if c.limit > 0 && s.Steps < g.Updates {
		s.Steps, s.Epochs = g.Updates, 0
	}
	return trial{c.set, c.variant, d, ID{Variant: c.variant.Name, Model: digest, Data: c.set.digest, Options: s}}, nil
}
