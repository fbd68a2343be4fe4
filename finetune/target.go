package finetune

import (
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// check returns an error if a row, or its label if it has one, does not match the spec.
func (s Spec) check(row *loaders.Row, train bool) error {
	if err := s.Task.Task().CheckRow(*row, train); err != nil || !row.Label.Known() {
		return err
	}
	_, err := s.Target(*row)
	return err
}

// usable leaves out the rows that fail the check, records them as broken, and checks the accounts
// of their files.
func (s Spec) usable(rows []loaders.Row, train bool, accounts []ledger.Account, t ledger.Tolerance) ([]loaders.Row, error) {
	rows, err := ledger.Sift(rows, accounts, t, func(row *loaders.Row) error { return s.check(row, train) })
	if err != nil {
		return nil, err
	}
	return rows, checkAll(accounts, t)
}

// checkAll checks the accounts of several files.
func checkAll(accounts []ledger.Account, t ledger.Tolerance) error {
	for _, a := range accounts {
		if err := a.Check(t); err != nil {
			return err
		}
	}
	return nil
}
