package files

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/heads"
	"gorgpt/loaders/datasets"
	"gorgpt/loaders/ledger"
	"gorgpt/loaders/storyworld"
	"gorgpt/train"
)

// reader reads the rows that options name.
type reader struct {
	finetune.Options
	stdin string // path of a copy of standard input; "": none
}

// Read is [ReadFrom] without standard input.
func Read(o finetune.Options) (*finetune.Data, error) {
	return ReadFrom(context.Background(), o, strings.NewReader(""))
}

// ReadFrom reads the dataset or the files that the options name; the file [finetune.Stdin] is read from
// in. If they name neither, it takes the task's rows from the embedded world. It checks all labels. The
// label set comes from the dataset or from the whole training set, regardless of split and limit. A run
// that is resumed keeps its split.
func ReadFrom(ctx context.Context, o finetune.Options, in io.Reader) (d *finetune.Data, err error) {
	if !slices.Contains([]string{o.Train, o.Dev, o.Test}, finetune.Stdin) {
		return reader{Options: o}.readAll()
	}
	err = keepStdin(ctx, o.Group, in, func(path string) error {
		var err error
		d, err = reader{o, path}.readAll()
		return err
	})
	return d, err
}

// readAll reads, checks and divides the rows.
func (s reader) readAll() (*finetune.Data, error) {
	d, err := s.readSplits()
	if err != nil {
		return nil, err
	}
	if err := d.Check(s.Tolerance()); err != nil {
		if s.Labels != "" && errors.As(err, new(finetune.SpecError)) {
			err = train.InOption("Labels", err)
		}
		return nil, err
	}
	if err := s.divide(d); err != nil {
		return nil, err
	}
	if s.KeepColumns != "" && d.Dev == nil && d.Test == nil {
		d.Notes = append(d.Notes, "no rows are held out to predict, so the columns to keep ("+s.KeepColumns+") are not used")
	}
	return d.Limit(s.Limit)
}

// divide divides the training rows as the options say, or as the run to resume has divided them.
func (s reader) divide(d *finetune.Data) error {
	switch {
	case s.Split == "" && s.AutoSplit:
		return d.SplitIfPossible(s.Seed)
	case s.Split == "" || s.Split == finetune.NoSplit || s.Resume == "":
		return d.Split(s.Split, s.Seed)
	}
	data, err := s.Group.Once(func() ([]byte, error) {
		held, err := finetune.ReadHeld(s.Resume)
		return held.TSV(), err
	})
	if err != nil {
		return err
	}
	held, err := finetune.ParseHeld(string(data))
	if err != nil {
		return err
	}
	return d.Divide(held, s.Split)
}

// readSplits reads the rows of all splits and learns the label set.
func (s reader) readSplits() (*finetune.Data, error) {
	switch {
	case s.Dataset != "":
		return s.readDataset()
	case s.Train != "":
		return s.readFiles()
	}
	return s.readWorld()
}

// readDataset reads a published dataset.
func (s reader) readDataset() (*finetune.Data, error) {
	set, err := datasets.Find(s.Dataset)
	if err != nil {
		return nil, train.InOption("Dataset", err)
	}
	rows, err := set.Read(s.Folder(s.Data), s.Tolerance())
	if err != nil {
		return nil, err
	}
	return &finetune.Data{
		Spec: SpecOf(set), Train: rows.Train, Dev: rows.Dev, Test: rows.Test, Name: set.Name, Accounts: bySplit(rows),
	}, nil
}

// bySplit divides the accounts of a dataset among the splits. A file that has training rows is a
// training file even if some of its rows are held out for development.
func bySplit(d *datasets.Data) (all [3][]ledger.Account) {
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

// SpecOf returns the spec of a dataset's task.
func SpecOf(set *datasets.Dataset) finetune.Spec {
	spec := finetune.Spec{Task: heads.Kind(set.Task), Dataset: set.Name, Metric: set.Metric}
	if spec.Task.Task().Fields().Answers != "" {
		spec.Choices = len(set.Labels) // the labels number the answers
	} else {
		spec.Labels = set.Labels
	}
	return spec
}

// readWorld generates the rows of the embedded world. Its sets have the names of the tasks.
func (s reader) readWorld() (*finetune.Data, error) {
	d := &finetune.Data{Name: "the embedded world"}
	for i, split := range []storyworld.Split{storyworld.Train, storyworld.Dev, storyworld.Test} {
		rows, err := storyworld.Rows(storyworld.Set(s.Kind()), split)
		if err != nil {
			return nil, train.BadOption("{Train} is missing: the embedded world has no rows for %s", s.Kind())
		}
		*d.Splits()[i] = rows
		d.Accounts[i] = []ledger.Account{{Path: rows[0].Path, Rows: len(rows)}}
	}
	var err error
	d.Spec, err = finetune.Learn(s.Kind(), d.Train)
	return d, err
}
