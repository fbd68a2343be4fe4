package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// Tolerance says how many rows may be broken.
type Tolerance struct {
	Strict bool    // no row may be broken
	Share  float64 // greatest share of a file's rows that may be broken
}

// DefaultTolerance allows 1 % of the rows to be broken.
var DefaultTolerance = Tolerance{Share: 0.01}

// firstFaults is how many broken rows [Account.Lines] names.
const firstFaults = 3

// Account records which rows of a file are kept and which are left out.
type Account struct {
	Path    string
	Rows    int       // number of rows kept
	LeftOut []LeftOut // the other rows, in the order of the file
	Layout  string    // layout of the file and its first row, as they were read; "": not shown
	Notes   []string  // notes for people on how the file was read
}

// LeftOut is a row that is left out.
type LeftOut struct {
	Row loaders.Row // a broken row is certain to have only its place, number, id and part
	Err error       // a [RowError]; nil if the row is intact but has no gold label
}

// Unlabelled returns how many rows are left out because their label is unknown.
func (a Account) Unlabelled() int { return len(a.LeftOut) - a.Broken() }

// Broken returns how many rows cannot be used.
func (a Account) Broken() (n int) {
	for _, l := range a.LeftOut {
		if l.Err != nil {
			n++
		}
	}
	return n
}

// Lines returns the notes on the file and describes the rows left out.
func (a Account) Lines() (all []string) {
	if a.Layout != "" {
		all = append(all, a.Path+": "+a.Layout)
	}
	if len(a.Notes) > 0 {
		all = append(all, a.Path+": "+strings.Join(a.Notes, ", "))
	}
	if n := a.Unlabelled(); n > 0 {
		all = append(all, fmt.Sprintf("%s: left out %d %s without a gold label", a.Path, n, choose(n, "row", "rows")))
	}
	if n := a.Broken(); n > 0 {
		all = append(all, fmt.Sprintf("%s: %s and left out; the first:", a.Path, a.broken()))
		for _, err := range a.faults(firstFaults) {
			all = append(all, "  "+err.Error())
		}
	}
	return all
}

// broken describes the number of broken rows: "2 of 300 rows are broken".
func (a Account) broken() string {
	n := a.Broken()
	return fmt.Sprintf("%d of %d rows %s broken", n, a.all(), choose(n, "is", "are"))
}

// choose returns the form of a word that goes with a count.
func choose(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
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

// Add records a row that is left out. It is an error if the row is broken and t is strict.
func (a *Account) Add(l LeftOut, t Tolerance) error {
	if l.Err != nil && t.Strict {
		return errors.WithMessage(l.Err, "no row may be broken")
	}
	a.LeftOut = append(a.LeftOut, l)
	return nil
}

// Check returns an error if a file has too many broken rows or no usable rows.
func (a Account) Check(t Tolerance) error {
	switch broken := a.Broken(); {
	case float64(broken) > t.Share*float64(a.all()):
		first := a.faults(1)[0]
		if a.all() == 1 {
			return first
		}
		return TooManyError{errors.Errorf("%v (%s: at most %g %% may be)", first, a.broken(), 100*t.Share)}
	case a.Rows == 0:
		return errors.Errorf("%s: no row is left: the file needs rows with a label", a.Path)
	}
	return nil
}

// TooManyError reports that more rows of a file are broken than a [Tolerance] allows.
type TooManyError struct{ error }

// Unwrap returns the underlying error.
func (e TooManyError) Unwrap() error { return e.error }

// RowError reports a broken row. Other rows may be intact.
type RowError struct {
	Path   string
	Line   int    // the number of the row in a Parquet file
	Number int    // see [loaders.Row]
	ID     string // id of the row in the file; "" if it has none or cannot be read
	Kept   []loaders.Kept
	Err    error
}

func (e RowError) Error() string { return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err) }

// Unwrap returns the reason why the row is broken.
func (e RowError) Unwrap() error { return e.Err }

// ErrUnlabelled reports that a row is intact but has no gold label.
var ErrUnlabelled = errors.New("no gold label")

// Sift calls keep for every row and returns the rows for which it succeeds. keep may change its
// row. The other rows are recorded as left out in the accounts of their files. It is an error if
// the file of such a row has no account, or if the row is broken and t is strict.
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
			left.Err = RowError{row.Path, row.Line, row.Number, row.ID, row.Kept, err}
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
