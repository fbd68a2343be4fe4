package finetune

import (
	"fmt"
	"io"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/datasets"
	"gorgpt/loaders/storyworld"
	"gorgpt/loaders/tables"
)

// Data are the labelled rows of a task. Test rows may have no labels; then they have none
// throughout.
type Data struct {
	Spec             Spec          // what there is to decide; its special tokens come with a vocabulary
	Train, Dev, Test []loaders.Row // those not named have none
	Name             string        // of the training rows, for reports

	accounts []tables.Account // of the files
	notes    []string
}

// ReadData reads the dataset or the files that the settings name or, without either, the
// task's rows of the embedded world, and checks all labels. What there is to decide the
// dataset or the whole training set tells, the limit notwithstanding.
func (s *Settings) ReadData() (*Data, error) {
	d, err := s.readSplits()
	if err != nil {
		return nil, err
	}
	if err := d.Spec.Check(d.Train, d.Dev, d.Test); err != nil {
		return nil, err
	}
	if err := d.compareLabels(s.Strict); err != nil {
		return nil, err
	}
	return d.Limit(s.Limit)
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

func (s *Settings) tolerance() tables.Tolerance {
	t := tables.DefaultTolerance
	t.Strict = s.Strict
	return t
}

// readDataset reads a published dataset.
func (s *Settings) readDataset() (*Data, error) {
	set, err := datasets.Find(s.Dataset)
	if err != nil {
		return nil, errors.WithMessage(err, "-dataset")
	}
	rows, err := set.Read(s.Data, s.tolerance())
	if err != nil {
		return nil, err
	}
	return &Data{
		Spec: specOf(set), Train: rows.Train, Dev: rows.Dev, Test: rows.Test, Name: set.Name, accounts: rows.Accounts,
	}, nil
}

// specOf is what a dataset has to decide.
func specOf(set *datasets.Dataset) Spec {
	spec := Spec{Task: heads.Kind(set.Task), Dataset: set.Name, Metric: set.Metric}
	if spec.Task == heads.MultipleChoice {
		spec.Choices = len(set.Labels)
	} else {
		spec.Labels = set.Labels
	}
	return spec
}

// readWorld makes the rows of the embedded world. Its sets have the names of the tasks.
func (s *Settings) readWorld() (*Data, error) {
	d := &Data{Name: "the embedded world"}
	for split, rows := range map[storyworld.Split]*[]loaders.Row{
		storyworld.Train: &d.Train, storyworld.Dev: &d.Dev, storyworld.Test: &d.Test,
	} {
		var err error
		if *rows, err = storyworld.Rows(storyworld.Set(s.Kind()), split); err != nil {
			return nil, err
		}
	}
	var err error
	d.Spec, err = Learn(s.Kind(), d.Train)
	return d, err
}

// Report prints what was left out of the files, and what is odd about them.
func (d *Data) Report(w io.Writer) {
	for _, a := range d.accounts {
		for _, line := range a.Lines() {
			fmt.Fprintln(w, line)
		}
	}
	for _, note := range d.notes {
		fmt.Fprintln(w, note)
	}
}

// Judged tells whether there are test rows with labels.
func (d *Data) Judged() bool { return len(d.Test) > 0 && d.Test[0].Label.Known() }

// TestOnDev is the data with the development rows for test rows, and none to choose on, if
// the test rows have no labels or there are none.
func (d *Data) TestOnDev() *Data {
	if d.Judged() {
		return d
	}
	moved := *d
	moved.Test, moved.Dev = d.Dev, nil
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
	if d.Spec.Task != heads.MultipleChoice && !differ(limited.Train) {
		return nil, errors.Errorf("-limit %d: the first rows of %s are all labelled %q: want a larger limit, or rows in mixed order",
			n, d.Name, d.Train[0].Label.Text)
	}
	return &limited, nil
}
