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
	accounts := d.accounts
	for _, rows := range []*[]loaders.Row{&d.Train, &d.Dev, &d.Test} {
		if *rows == nil {
			continue
		}
		if *rows, err = d.Spec.keepKnown(*rows, accounts[:1], s.tolerance()); err != nil {
			return nil, err
		}
		accounts = accounts[1:]
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

// keepKnown leaves out the rows with a label that is none of those given, as broken.
func (s Spec) keepKnown(rows []loaders.Row, accounts []tables.Account, t tables.Tolerance) ([]loaders.Row, error) {
	rows, err := tables.Sift(rows, accounts, t, func(row *loaders.Row) (err error) {
		if row.Label.Known() {
			_, _, err = s.Target(*row)
		}
		return err
	})
	for _, a := range accounts {
		if err == nil {
			err = a.Check(t)
		}
	}
	return rows, err
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
