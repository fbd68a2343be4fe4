package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// Tolerance says how many broken rows are too many.
type Tolerance struct {
	Strict bool    // one is
	Share  float64 // more than this share of a file's rows are
}

// DefaultTolerance passes over one broken row of a hundred.
var DefaultTolerance = Tolerance{Share: 0.01}

// firstFaults is how many broken rows [Account.Lines] names.
const firstFaults = 3

// Account says what became of the rows of a file.
type Account struct {
	Path    string
	Rows    int       // how many are kept
	LeftOut []LeftOut // the others, in the order of the file
	Notes   []string  // what a person should know about how the file was read
}

// LeftOut is a row that is left out.
type LeftOut struct {
	Row loaders.Row // of a broken row only its place, number, id and part are sure to be there
	Err error       // a [RowError]; nil if the row is whole but has no gold label
}

// Unlabelled is how many rows are left out because nobody knows their label.
func (a Account) Unlabelled() int { return len(a.LeftOut) - a.Broken() }

// Broken is how many rows cannot be used.
func (a Account) Broken() (n int) {
	for _, l := range a.LeftOut {
		if l.Err != nil {
			n++
		}
	}
	return n
}

// Lines describes how the file was read, if it is unusual, and what was left out.
func (a Account) Lines() (all []string) {
	if len(a.Notes) > 0 {
		all = append(all, a.Path+": "+strings.Join(a.Notes, ", "))
	}
	if n := a.Unlabelled(); n > 0 {
		all = append(all, fmt.Sprintf("%s: %d rows without a gold label are left out", a.Path, n))
	}
	if n := a.Broken(); n > 0 {
		all = append(all, fmt.Sprintf("%s: %d of %d rows are broken and left out, the first of them:", a.Path, n, a.all()))
		for _, err := range a.faults(firstFaults) {
			all = append(all, "  "+err.Error())
		}
	}
	return all
}

// faults says why the first broken rows are.
func (a Account) faults(most int) (all []error) {
	for _, l := range a.LeftOut {
		if l.Err != nil && len(all) < most {
			all = append(all, l.Err)
		}
	}
	return all
}

func (a Account) all() int { return a.Rows + len(a.LeftOut) }

// Add records a row that is left out. It is an error if no broken one is tolerated.
func (a *Account) Add(l LeftOut, t Tolerance) error {
	if l.Err != nil && t.Strict {
		return errors.WithMessage(l.Err, "no row may be broken")
	}
	a.LeftOut = append(a.LeftOut, l)
	return nil
}

// Check refuses a file with too many broken rows, or with none that can be used.
func (a Account) Check(t Tolerance) error {
	switch broken := a.Broken(); {
	case float64(broken) > t.Share*float64(a.all()):
		first := a.faults(1)[0]
		if a.all() == 1 {
			return first
		}
		return errors.Errorf("%v (%d of %d rows are broken: more than %g %% may not be)", first, broken, a.all(), 100*t.Share)
	case a.Rows == 0:
		return errors.Errorf("%s: no row is left: the file needs rows with a label", a.Path)
	}
	return nil
}

// RowError tells that one row is broken; others may be whole.
type RowError struct {
	Path   string
	Line   int    // of a Parquet file the number of the row
	Number int    // see [loaders.Row]
	ID     string // what the file calls the row; "" if it does not, or the row is too broken to find out
	Err    error
}

func (e RowError) Error() string { return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err) }

// Unwrap is what is wrong with the row.
func (e RowError) Unwrap() error { return e.Err }

// ErrUnlabelled says that a row is whole but has no gold label.
var ErrUnlabelled = errors.New("no gold label")

// Sift passes every row to keep, which may change it, and returns those without an error.
// The others are recorded as left out in the accounts of their files. It is an error to
// leave out a row of a file without an account, or a broken one where none is tolerated.
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
