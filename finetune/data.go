package finetune

import (
	"slices"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/datasets"
	"gorgpt/loaders/storyworld"
	"gorgpt/loaders/tables"
	"gorgpt/train"
)

// Data are the labelled rows of a task. Test rows may have no labels; then they have none
// throughout.
// Data are safe for concurrent use as long as nothing changes them.
type Data struct {
	Spec             Spec          // what there is to decide; its special tokens come with a vocabulary
	Train, Dev, Test []loaders.Row // those not named have none
	Name             string        // of the training rows, for reports

	accounts [3][]tables.Account // of the files of each split; none where its rows are some of the training files'
	notes    []string
}

// splitNames are what reports call the splits.
var splitNames = [3]string{"training", "development", "test"}

// splits are the rows of all splits.
func (d *Data) splits() [3]*[]loaders.Row { return [3]*[]loaders.Row{&d.Train, &d.Dev, &d.Test} }

// ReadData reads the dataset or the files that the settings name or, without either, the
// task's rows of the embedded world, and checks all labels. What there is to decide the
// dataset or the whole training set tells, the limit notwithstanding.
func (s *Settings) ReadData() (*Data, error) {
	d, err := s.readSplits()
	if err != nil {
		return nil, err
	}
	if err := d.Spec.validate(); err != nil {
		if s.Labels != "" {
			err = train.InOption("Labels", err)
		}
		return nil, err
	}
	if err := d.leaveOutUnusable(s.tolerance()); err != nil {
		return nil, err
	}
	if err := d.compareLabels(s.Strict); err != nil {
		return nil, err
	}
	return d.Limit(s.Limit)
}

// leaveOutUnusable leaves out the rows with a label that is none of those to decide on, or with
// too few answers.
func (d *Data) leaveOutUnusable(t tables.Tolerance) error {
	for i, rows := range d.splits() {
		if *rows == nil {
			continue
		}
		accounts := d.accounts[i]
		if len(accounts) == 0 {
			accounts = d.accounts[0]
		}
		var err error
		if *rows, err = d.Spec.usable(*rows, i == 0, accounts, t); err != nil {
			return err
		}
	}
	return nil
}

// readSplits reads the rows of all splits and learns what there is to decide.
func (s *Settings) readSplits() (*Data, error) {
	switch {
	case s.Dataset != "":
		return s.readDataset()
	case s.Train != "":
		return s.readFiles()
	}
	return s.readWorld()
}

// tolerance is stricter with rows to learn from or to measure on than with rows to predict, of
// which one that cannot be used costs no more than its own prediction.
func (s *Settings) tolerance() tables.Tolerance {
	t := tables.DefaultTolerance
	t.Strict = s.Strict
	if s.Predict != "" {
		t.Share = 0.5
	}
	return t
}

// readDataset reads a published dataset.
func (s *Settings) readDataset() (*Data, error) {
	set, err := datasets.Find(s.Dataset)
	if err != nil {
		return nil, train.InOption("Dataset", err)
	}
	rows, err := set.Read(s.Data, s.tolerance())
	if err != nil {
		return nil, err
	}
	return &Data{
		Spec: specOf(set), Train: rows.Train, Dev: rows.Dev, Test: rows.Test, Name: set.Name, accounts: bySplit(rows),
	}, nil
}

// bySplit divides the accounts of a dataset among the splits. A file that has training rows
// is a training file, also where some of its rows are held out for development.
func bySplit(d *datasets.Data) (all [3][]tables.Account) {
	train := map[string]bool{}
	for _, row := range d.Train {
		train[row.Path] = true
	}
	all[2] = d.TestAccounts()
	for _, a := range d.Accounts[:len(d.Accounts)-len(all[2])] {
		split := 1
		if train[a.Path] {
			split = 0
		}
		all[split] = append(all[split], a)
	}
	return all
}

// specOf is what a dataset has to decide.
func specOf(set *datasets.Dataset) Spec {
	spec := Spec{Task: heads.Kind(set.Task), Dataset: set.Name, Metric: set.Metric}
	if spec.Task.Task().Fields().Answers != "" {
		spec.Choices = len(set.Labels) // the labels of the answers
	} else {
		spec.Labels = set.Labels
	}
	return spec
}

// readWorld makes the rows of the embedded world. Its sets have the names of the tasks.
func (s *Settings) readWorld() (*Data, error) {
	d := &Data{Name: "the embedded world"}
	for i, split := range []storyworld.Split{storyworld.Train, storyworld.Dev, storyworld.Test} {
		rows, err := storyworld.Rows(storyworld.Set(s.Kind()), split)
		if err != nil {
			return nil, train.BadOption("{Train} is missing: the embedded world has no rows for %s", s.Kind())
		}
		*d.splits()[i] = rows
		d.accounts[i] = []tables.Account{{Path: rows[0].Path, Rows: len(rows)}}
	}
	var err error
	d.Spec, err = Learn(s.Kind(), d.Train)
	return d, err
}

// Report prints what was left out of the files, and what is odd about them.
func (d *Data) Report(to train.Listener) {
	for _, accounts := range d.accounts {
		reportAll(accounts, to)
	}
	for _, note := range d.notes {
		to.Note("%s", note)
	}
}

// Judged tells whether there are test rows with labels.
func (d *Data) Judged() bool { return labelled(d.Test) }

// labelled tells whether any row has a label. Where one has, those without are left out.
func labelled(rows []loaders.Row) bool {
	return slices.ContainsFunc(rows, func(r loaders.Row) bool { return r.Label.Known() })
}

// TestOnDev is the data with the development rows for test rows, and none to choose on, if
// the test rows have no labels or there are none.
func (d *Data) TestOnDev() *Data {
	if d.Judged() {
		return d
	}
	moved := *d
	moved.Test, moved.Dev = d.Dev, nil
	moved.accounts[1], moved.accounts[2] = nil, d.accounts[1]
	return &moved
}

// Limit keeps the first n training rows, or all if n is 0. It is an error if all have one
// class or one score. The number of an answer is neither.
func (d *Data) Limit(n int) (*Data, error) {
	if n == 0 || n >= len(d.Train) {
		return d, nil
	}
	limited := *d
	limited.Train = d.Train[:n]
	if _, err := d.Spec.Task.Task().Space(limited.Train); err != nil {
		return nil, train.BadOption("{Limit} %d: the first rows do not suffice: %v: choose a larger limit, or mix the rows", n, err)
	}
	return &limited, nil
}
