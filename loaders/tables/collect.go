package tables

import (
	"fmt"
	"iter"

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

// firstFaults is how many broken rows an [Account] names.
const firstFaults = 3

// Account tells what became of the rows of a file.
type Account struct {
	Path       string
	Rows       int     // those that are kept
	Broken     int     // those that could not be read
	Unlabelled int     // those dropped because nobody knows their label
	First      []error // why the first broken ones are
}

// Lines tells of the account what is not as it should be; nothing if all is.
func (a Account) Lines() (all []string) {
	if a.Unlabelled > 0 {
		all = append(all, fmt.Sprintf("%s: %d rows without a gold label are left out", a.Path, a.Unlabelled))
	}
	if a.Broken > 0 {
		all = append(all, fmt.Sprintf("%s: %d of %d rows are broken and left out, the first of them:", a.Path, a.Broken, a.all()))
		for _, err := range a.First {
			all = append(all, "  "+err.Error())
		}
	}
	return all
}

func (a Account) all() int { return a.Rows + a.Broken + a.Unlabelled }

// Add counts a broken row. It is an error if none is tolerated.
func (a *Account) Add(err error, t Tolerance) error {
	if t.Strict {
		return errors.WithMessage(err, "-strict")
	}
	a.Broken++
	if len(a.First) < firstFaults {
		a.First = append(a.First, err)
	}
	return nil
}

// Check refuses a file with too many broken rows, or with none that can be used.
func (a Account) Check(t Tolerance) error {
	switch {
	case float64(a.Broken) > t.Share*float64(a.all()):
		if a.all() == 1 {
			return a.First[0]
		}
		return errors.Errorf("%v (%d of %d rows are broken: more than %g %% may not be)", a.First[0], a.Broken, a.all(), 100*t.Share)
	case a.Rows == 0:
		return errors.Errorf("%s: no row is left: want some with a label", a.Path)
	}
	return nil
}

// Collect gathers the rows of a file and counts the broken ones. The caller adds what is
// wrong with the others, and checks the account.
func Collect(path string, rows iter.Seq2[loaders.Row, error], t Tolerance) (all []loaders.Row, a Account, err error) {
	a.Path = path
	for row, err := range rows {
		switch broken := (RowError{}); {
		case err == nil:
			all = append(all, row)
		case errors.As(err, &broken):
			if err := a.Add(err, t); err != nil {
				return nil, a, err
			}
		default:
			return nil, a, err
		}
	}
	a.Rows = len(all)
	return all, a, nil
}
