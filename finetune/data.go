package finetune

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/train"
)

// Data are the labelled rows of a task. Test rows may have no labels; then they have none
// throughout.
// Data are safe for concurrent use as long as nothing changes them.
type Data struct {
	Spec             Spec          // what the model decides; its special tokens come with a vocabulary
	Train, Dev, Test []loaders.Row // those not named have none
	Name             string        // of the training rows, for reports

	// Accounts are of the files of each split, in the order of the fields; none where the rows of a split are
	// some of the training files', and for rows of no files.
	Accounts [3][]ledger.Account
	Notes    []string // what is odd about the rows
}

// splitNames are what reports call the splits.
var splitNames = [3]string{"training", "development", "test"}

// Splits are the rows of all splits.
func (d *Data) Splits() [3]*[]loaders.Row { return [3]*[]loaders.Row{&d.Train, &d.Dev, &d.Test} }

// Check makes rows fit for use: it checks the label set and the labels of all rows, and leaves
// out rows that cannot be used, within the tolerance. A split that lacks a label is noted or, if
// strict, an error.
func (d *Data) Check(t ledger.Tolerance) error {
	if err := d.Spec.validate(); err != nil {
		return err
	}
	if err := d.leaveOutUnusable(t); err != nil {
		return err
	}
	return d.compareLabels(t.Strict)
}

// leaveOutUnusable leaves out the rows with a label outside the label set, or with
// too few answers.
func (d *Data) leaveOutUnusable(t ledger.Tolerance) error {
	for i, rows := range d.Splits() {
		if *rows == nil {
			continue
		}
		accounts := d.Accounts[i]
		if len(accounts) == 0 {
			accounts = d.Accounts[0]
		}
		var err error
		if *rows, err = d.Spec.usable(*rows, i == 0, accounts, t); err != nil {
			return err
		}
	}
	return nil
}

// Report prints what was left out of the files, and what is odd about them.
func (d *Data) Report(to train.Listener) {
	for _, accounts := range d.Accounts {
		reportAll(accounts, to)
	}
	for _, note := range d.Notes {
		to.Note("%s", note)
	}
}

// Judged says whether any test row has a label.
func (d *Data) Judged() bool { return labelled(d.Test) }

// labelled says whether any row has a label. Where one has, those without are left out.
func labelled(rows []loaders.Row) bool {
	return slices.ContainsFunc(rows, func(r loaders.Row) bool { return r.Label.Known() })
}

// TestOnDev is the data with the development rows for test rows, and none to choose on, if
// no test row has a label.
func (d *Data) TestOnDev() *Data {
	if d.Judged() {
		return d
	}
	moved := *d
	moved.Test, moved.Dev = d.Dev, nil
	moved.Accounts[1], moved.Accounts[2] = nil, d.Accounts[1]
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

// Tolerance is stricter with rows to learn from or to measure on than with rows to predict, of
// which one that cannot be used costs no more than its own prediction.
func (o Options) Tolerance() ledger.Tolerance {
	t := ledger.DefaultTolerance
	t.Strict = o.Strict
	if o.Predict != "" {
		t.Share = 0.5
	}
	return t
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
			t, err := d.Spec.Target(row)
			if err != nil {
				return errors.WithMessage(err, row.Place())
			}
			for k, label := range d.Spec.Labels {
				if t.Labels == nil && t.Label == int32(k) || t.Labels != nil && t.Labels[k] == 1 {
					seen[label] = true
				}
			}
		}
		missing := slices.DeleteFunc(slices.Clone(d.Spec.Labels), func(l string) bool { return seen[l] })
		if len(missing) == 0 {
			continue
		}
		note := fmt.Sprintf("%s: no row is labelled %s", rows[0].Path, strings.Join(missing, ", "))
		if strict {
			return train.BadOption("{Strict}: %s, though the labels are %s", note, strings.Join(d.Spec.Labels, ", "))
		}
		d.Notes = append(d.Notes, note)
	}
	return nil
}
