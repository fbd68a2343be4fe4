package finetune

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/plural"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/train"
)

// Data holds the labelled rows of a task. Either all test rows have labels or none has.
// Data are safe for concurrent use as long as nothing changes them.
type Data struct {
	Spec             Spec          // task and label set; a vocabulary adds the special tokens
	Train, Dev, Test []loaders.Row // nil for a split that is not given
	Name             string        // names the training rows in reports

	// Accounts describe the files of each split, in the order of the fields above. A split has no
	// accounts if its rows are part of the training files or come from no file.
	Accounts [3][]ledger.Account
	Notes    []string // anything unusual about the rows

	// SplitBy and Held say how the rows of the training file were divided; they are empty if they were
	// not.
	SplitBy string
	Held    Held
	whole   *Data // the data before they were divided; nil if they were not
	seed    int64 // with which they were divided
}

// splitNames name the splits in reports.
var splitNames = [3]string{"training", "development", "test"}

// Splits returns pointers to the rows of all splits.
func (d *Data) Splits() [3]*[]loaders.Row { return [3]*[]loaders.Row{&d.Train, &d.Dev, &d.Test} }

// Check checks the label set and the labels of all rows. It leaves out unusable rows within the
// tolerance. If a split has no row of some label, it adds a note; with a strict tolerance, this is
// an error.
func (d *Data) Check(t ledger.Tolerance) error {
	if err := d.Spec.validate(); err != nil {
		return err
	}
	if err := d.leaveOutUnusable(t); err != nil {
		return err
	}
	d.Notes = append(d.Notes, d.alikeLabels()...)
	return d.compareLabels(t.Strict)
}

// alikeLabels returns a note for each group of labels that differ only in case or blanks.
func (d *Data) alikeLabels() (notes []string) {
	key := func(label string) string { return strings.ToLower(strings.Join(strings.Fields(label), "")) }
	same := map[string][]string{}
	for _, label := range d.Spec.Labels {
		same[key(label)] = append(same[key(label)], label)
	}
	count := d.Spec.count(d.Train)
	for _, first := range d.Spec.Labels {
		group := same[key(first)]
		if len(group) < 2 || group[0] != first {
			continue
		}
		parts := make([]string, len(group))
		for i, label := range group {
			parts[i] = fmt.Sprintf("%q (%s)", label, plural.Of(count[label], "row"))
		}
		notes = append(notes, fmt.Sprintf("%s: labels that differ only in case or blanks are different classes: %s", d.Name, strings.Join(parts, ", ")))
	}
	return notes
}

// leaveOutUnusable leaves out the rows with a label outside the label set or with too few answers.
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

// Report reports the rows that were left out and anything unusual about the files.
func (d *Data) Report(to train.Listener) {
	for _, accounts := range d.Accounts {
		reportAll(accounts, to)
	}
	for _, note := range d.Notes {
		to.Note("%s", note)
	}
}

// Judged reports whether any test row has a label.
func (d *Data) Judged() bool { return labelled(d.Test) }

// labelled reports whether any row has a label. If one has, rows without a label are left out.
func labelled(rows []loaders.Row) bool {
	return slices.ContainsFunc(rows, func(r loaders.Row) bool { return r.Label.Known() })
}

// TestOnDev returns the data as they are if any test row has a label. Otherwise the development
// rows become the test rows, and no development rows remain.
func (d *Data) TestOnDev() *Data {
	if d.Judged() {
		return d
	}
	moved := *d
	moved.Test, moved.Dev = d.Dev, nil
	moved.Accounts[1], moved.Accounts[2] = nil, d.Accounts[1]
	return &moved
}

// Limit keeps the first n training rows, or all if n is 0. It is an error if all kept rows have
// the same class or score. Multiple choice has no such check, since the number of an answer is
// not a class.
func (d *Data) Limit(n int) (*Data, error) {
	if n == 0 || n >= len(d.Train) {
		return d, nil
	}
	limited := *d
	limited.Train = d.Train[:n]
	if _, err := d.Spec.Task.Task().Space(limited.Train); err != nil {
		return nil, train.BadOption("{Limit} is %d, which is too few rows: %v: choose a larger limit or shuffle the rows", n, err)
	}
	return &limited, nil
}

// Tolerance returns how many rows may be unusable. Prediction allows more than training and
// evaluation do, because there an unusable row costs only its own prediction.
func (o Options) Tolerance() ledger.Tolerance {
	t := ledger.DefaultTolerance
	t.Strict = o.Strict
	if o.Predict != "" || o.Explain != "" {
		t.Share = 0.5
	}
	if share, err := o.maxBroken(); err == nil && share >= 0 {
		t.Share = share
	}
	return t
}

// compareLabels looks for splits in which a label never occurs. Small sets may lack labels, but
// not if strict. Unknown labels have been found before.
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
		note := fmt.Sprintf("%s: no row is labelled %s", rows[0].File(), strings.Join(missing, ", "))
		if strict {
			return train.BadOption("{Strict}: %s; the labels are %s", note, strings.Join(d.Spec.Labels, ", "))
		}
		d.Notes = append(d.Notes, note)
	}
	return nil
}
