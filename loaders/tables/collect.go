package tables

import (
	"github.com/pkg/errors"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// Collect gathers the rows of a file, as [Read] has them, and records the broken ones. The
// caller passes those that it cannot use to [ledger.Sift], and checks the account.
func Collect(path string, kind Kind, f loaders.Fields, t ledger.Tolerance) (all []loaders.Row, a ledger.Account, err error) {
	a.Path = path
	a.Notes = eachRow(path, kind, f, func(row loaders.Row, failed error) bool {
		switch broken := (ledger.RowError{}); {
		case failed == nil:
			all = append(all, row)
		case errors.As(failed, &broken):
			place := loaders.Row{Path: path, Line: broken.Line, Number: broken.Number, ID: broken.ID, Kept: broken.Kept}
			err = a.Add(ledger.LeftOut{Row: place, Err: failed}, t)
		default:
			err = failed
		}
		return err == nil
	})
	if err != nil {
		return nil, a, err
	}
	a.Rows = len(all)
	return all, a, nil
}
