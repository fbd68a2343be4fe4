package finetune

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/datasets"
	"gorgpt/loaders/storyworld"
	"gorgpt/loaders/tables"
	"gorgpt/tokenizer"
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

// readFiles reads files of one's own.
func (s *Settings) readFiles() (*Data, error) {
	fields, err := s.fields()
	if err != nil {
		return nil, err
	}
	d := &Data{Name: s.Train}
	if d.Train, err = d.readOwn(s.Train, fields, s.tolerance()); err != nil {
		return nil, err
	}
	if d.Spec, err = s.learn(d.Train); err != nil {
		return nil, err
	}
	if s.Fields != "" {
		d.Spec.Fields = &fields
	}
	if s.Dev != "" {
		if d.Dev, err = d.readOwn(s.Dev, fields, s.tolerance()); err != nil {
			return nil, err
		}
	}
	if s.Test != "" {
		of, err := unlabelled(s.Test, fields)
		if err != nil {
			return nil, err
		}
		if d.Test, err = d.readOwn(s.Test, of, s.tolerance()); err != nil {
			return nil, err
		}
	}
	if s.Labels == "" {
		return d, nil
	}
	for i, rows := range []*[]loaders.Row{&d.Train, &d.Dev, &d.Test} {
		if *rows == nil {
			continue
		}
		if *rows, err = d.Spec.keepKnown(*rows, &d.accounts[i], s.tolerance()); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// learn is [Learn], unless the labels are given.
func (s *Settings) learn(rows []loaders.Row) (Spec, error) {
	if s.Labels == "" {
		return Learn(s.Kind(), rows)
	}
	return Spec{Task: s.Kind(), Labels: strings.Split(s.Labels, ",")}, nil
}

// readOwn reads a file.
func (d *Data) readOwn(path string, f loaders.Fields, t tables.Tolerance) ([]loaders.Row, error) {
	rows, account, err := readRows(path, f, t)
	d.accounts = append(d.accounts, account)
	return rows, err
}

// readRows reads a file of one's own. Where annotators did not agree on a pair, it has a
// hyphen for a label.
func readRows(path string, f loaders.Fields, t tables.Tolerance) ([]loaders.Row, tables.Account, error) {
	rows, account, err := tables.Collect(path, tables.Read(path, tables.ByName, f), t)
	if err != nil {
		return nil, account, err
	}
	if len(f.Texts) > 1 {
		rows = slices.DeleteFunc(rows, func(r loaders.Row) bool { return r.Label.Text == "-" })
		account.Unlabelled = account.Rows - len(rows)
		account.Rows = len(rows)
	}
	return rows, account, account.Check(t)
}

// unlabelled leaves the label out if a file has no such column.
func unlabelled(path string, f loaders.Fields) (loaders.Fields, error) {
	columns, err := tables.Columns(path, tables.ByName)
	if err == nil && columns != nil && !slices.Contains(columns, f.Label) {
		f.Label = ""
	}
	return f, err
}

// keepKnown drops the rows with a label that is none of those given, and counts them as
// broken.
func (s Spec) keepKnown(rows []loaders.Row, a *tables.Account, t tables.Tolerance) ([]loaders.Row, error) {
	var kept []loaders.Row
	for _, row := range rows {
		if _, _, err := s.Target(row); row.Label.Known() && err != nil {
			if err := a.Add(tables.RowError{Path: row.Path, Line: row.Line, Err: err}, t); err != nil {
				return nil, err
			}
			continue
		}
		kept = append(kept, row)
	}
	a.Rows = len(kept)
	return kept, a.Check(t)
}

// compareLabels looks for splits that lack a label. One that has another label is found
// earlier. Small sets may lack some, but with -strict none may.
func (d *Data) compareLabels(strict bool) error {
	for _, rows := range [][]loaders.Row{d.Train, d.Dev, d.Test} {
		if len(rows) == 0 || !rows[0].Label.Known() || len(d.Spec.Labels) == 0 {
			continue
		}
		seen := map[string]bool{}
		for _, row := range rows {
			seen[row.Label.Text] = true
		}
		missing := slices.DeleteFunc(slices.Clone(d.Spec.Labels), func(l string) bool { return seen[l] })
		if len(missing) == 0 {
			continue
		}
		note := fmt.Sprintf("%s: no row is labelled %s", rows[0].Path, strings.Join(missing, ", "))
		if strict {
			return errors.Errorf("-strict: %s, though the labels are %s", note, strings.Join(d.Spec.Labels, ", "))
		}
		d.notes = append(d.notes, note)
	}
	return nil
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

// sets are rows as token sequences; nil for those not there.
type sets struct{ train, dev, test *Set }

// encode tokenizes the rows and reports what was cut.
func (d *Data) encode(spec Spec, tok *tokenizer.Tokenizer, ctx int, w io.Writer) (out sets, err error) {
	for _, part := range []struct {
		name string
		rows []loaders.Row
		set  **Set
	}{{"training", d.Train, &out.train}, {"development", d.Dev, &out.dev}, {"test", d.Test, &out.test}} {
		if part.rows == nil {
			continue
		}
		set, err := Encode(spec, tok, ctx, part.rows)
		if err != nil {
			return out, err
		}
		*part.set = set
		fmt.Fprintf(w, "%d %s examples, %d of them cut to the model's %d positions\n", len(set.Examples), part.name, set.Cut, ctx)
	}
	return out, nil
}
