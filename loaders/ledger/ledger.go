package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// Tolerance limits the number of broken rows.
type Tolerance struct {
	Strict bool    // no row may be broken
	Share  float64 // up to this share of a file's rows may be broken
}

// DefaultTolerance allows one broken row in a hundred.
var DefaultTolerance = Tolerance{Share: 0.01}

// firstFaults is the number of broken rows that [Account.Lines] names.
const firstFaults = 3

// Account records which rows of a file are used.
type Account struct {
	Path    string
	Rows    int       // number of rows that are used
	LeftOut []LeftOut // the others, in the order of the file
	Notes   []string  // what a user should know about how the file was read
}

// LeftOut is a row that is left out.
type LeftOut struct {
	Row loaders.Row // of a broken row, only place, number, id and part are certain
	Err error       // a [RowError]; nil if the row is whole but has no gold label
}

// Unlabelled is the number of rows that are left out because they have no gold label.
func (a Account) Unlabelled() int { return len(a.LeftOut) - a.Broken() }

// Broken is the number of rows that cannot be used.
func (a Account) Broken() (n int) {
	for _, l := range a.LeftOut {
		if l.Err != nil {
			n++
		}
	}
	return n
}

// Lines describes unusual properties of the file and the rows that were left out.
func (a Account) Lines() (all []string) {
	if len(a.Notes) > 0 {
		all = append(all, a.Path+": "+strings.Join(a.Notes, ", "))
	}
	if n := a.Unlabelled(); n > 0 {
		all = append(all, fmt.Sprintf("%s: %d rows without a gold label are left out", a.Path, n))
	}
	if n := a.Broken(); n > 0 {
		all = append(all, fmt.Sprintf("%s: %d of %d rows are broken and left out; the first:", a.Path, n, a.all()))
		for _, err := range a.faults(firstFaults) {
			all = append(all, "  "+err.Error())
		}
	}
	return all
}

// faults returns the errors of the first broken rows.
func (a Account) faults(most int) (all []error) {
	for _, l := range a.LeftOut {
		if l.Err != nil && len(all) < most {
			all = append(all, l.Err)
		}
	}
	return all
}

func (a Account) all() int { return a.Rows + len(a.LeftOut) }

// Add records a row that is left out. For a broken row it returns an error if none is allowed.
func (a *Account) Add(l LeftOut, t Tolerance) error {
	if l.Err != nil && t.Strict {
		return errors.WithMessage(l.Err, "no row may be broken")
	}
	a.LeftOut = append(a.LeftOut, l)
	return nil
}

// Check returns an error if too many rows of a file are broken or none can be used.
func (a Account) Check(t Tolerance) error {
	switch broken := a.Broken(); {
	case float64(broken) > t.Share*float64(a.all()):
		first := a.faults(1)[0]
		if a.all() == 1 {
			return first
		}
		return errors.Errorf("%v (%d of %d rows are broken: at most %g %% may be)", first, broken, a.all(), 100*t.Share)
	case a.Rows == 0:
		return errors.Errorf("%s: no row is left: the file needs rows with a label", a.Path)
	}
	return nil
}

// RowError is the error of one broken row. Other rows may be usable.
type RowError struct {
	Path   string
	Line   int    // in a Parquet file, the number of the row
	Number int    // see [loaders.Row]
	ID     string // the id in the file; "" if there is none or it cannot be read
	Err    error
}

func (e RowError) Error() string { return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err) }

// Unwrap returns the cause.
func (e RowError) Unwrap() error { return e.Err }

// ErrUnlabelled is the error of a row that is valid but has no gold label.
var ErrUnlabelled = errors.New("no gold label")

// Sift calls keep for every row, which keep may change, and returns the rows without an error. The
// others are recorded as left out in the accounts of their files. It is an error to leave out a row of
// a file without an account, or a broken row if none is allowed.
func Sift(rows []loaders.Row, accounts []Account, t Tolerance, keep func(*loaders.Row) error) ([]loaders.Row, error) {
	of := make(map[string]*Account, len(accounts))
	for i := range accounts {
		of[accounts[i].Path] = &accounts[i]
	}
	kept := make([]loaders.Row, 0, len(rows))
	for _, row := range rows {
		left := LeftOut{Row: row}
		err := keep(&row)
		if err == nil {
			kept = append(kept, row)
			continue
		}
		if !errors.Is(err, ErrUnlabelled) {
			left.Err = RowError{row.Path, row.Line, row.Number, row.ID, err}
		}
		a := of[row.Path]
		if a == nil {
			return nil, errors.WithMessage(err, row.Place())
		}
		if err := a.Add(left, t); err != nil {
			return nil, err
		}
		a.Rows--
	}
	for i := range accounts {
		slices.SortStableFunc(accounts[i].LeftOut, func(a, b LeftOut) int { return cmp.Compare(a.Row.Number, b.Row.Number) })
	}
	return kept, nil
}
