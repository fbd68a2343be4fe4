package finetune

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
	"gorgpt/loaders/tables"
)

// readFiles reads files of one's own.
func (s *Settings) readFiles() (*Data, error) {
	fields, err := s.fields()
	if err != nil {
		return nil, err
	}
	d := &Data{Name: s.Train}
	if err = d.readOwn(0, s.Train, fields, s.tolerance()); err != nil {
		return nil, err
	}
	if d.Spec, err = s.learn(d.Train); err != nil {
		return nil, err
	}
	if s.Fields != "" {
		d.Spec.Fields = &fields
	}
	if s.Dev != "" {
		if err = d.readOwn(1, s.Dev, fields, s.tolerance()); err != nil {
			return nil, err
		}
	}
	if s.Test != "" {
		of, err := unlabelled(s.Test, fields)
		if err != nil {
			return nil, err
		}
		if err = d.readOwn(2, s.Test, of, s.tolerance()); err != nil {
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

// readOwn reads the file of a split.
func (d *Data) readOwn(split int, path string, f loaders.Fields, t tables.Tolerance) error {
	rows, account, err := readRows(path, f, t)
	*d.splits()[split], d.accounts[split] = rows, []tables.Account{account}
	return err
}

// readRows reads a file of one's own. Where annotators did not agree on a pair, it has a
// hyphen for a label.
func readRows(path string, f loaders.Fields, t tables.Tolerance) ([]loaders.Row, tables.Account, error) {
	rows, account, err := tables.Collect(path, tables.ByName, f, t)
	if err != nil {
		return nil, account, err
	}
	if len(f.Texts) > 1 {
		accounts := []tables.Account{account}
		rows, err = tables.Sift(rows, accounts, t, func(r *loaders.Row) error {
			if r.Label.Text == "-" {
				return tables.ErrUnlabelled
			}
			return nil
		})
		if account = accounts[0]; err != nil {
			return nil, account, err
		}
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

// compareLabels looks for splits that lack a label. One that has another label is found
// earlier. Small sets may lack some, but with -strict none may.
func (d *Data) compareLabels(strict bool) error {
	for _, rows := range [][]loaders.Row{d.Train, d.Dev, d.Test} {
		if !labelled(rows) || len(d.Spec.Labels) == 0 {
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
