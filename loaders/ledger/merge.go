package ledger

import "gorgpt/loaders"

// Entry is a row of a file, kept or left out.
type Entry struct {
	loaders.Row
	Kept int   // its index among the rows that are used; -1 if it is left out
	Err  error // why it is left out; nil if it is used or only has no gold label
}

// Merge lists all rows of the files in order, those that are used and those that are left out. The rows
// must be those of the accounts.
func Merge(rows []loaders.Row, accounts []Account) []Entry {
	kept := make(map[string][]int, len(accounts))
	for i, row := range rows {
		kept[row.Path] = append(kept[row.Path], i)
	}
	var all []Entry
	for _, a := range accounts {
		left := a.LeftOut
		for _, i := range kept[a.Path] {
			for ; len(left) > 0 && left[0].Row.Number < rows[i].Number; left = left[1:] {
				all = append(all, Entry{left[0].Row, -1, left[0].Err})
			}
			all = append(all, Entry{rows[i], i, nil})
		}
		for _, l := range left {
			all = append(all, Entry{l.Row, -1, l.Err})
		}
	}
	return all
}
