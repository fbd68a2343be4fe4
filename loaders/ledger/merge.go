package ledger

import "gorgpt/loaders"

// Entry is a row of a file, kept or left out.
type Entry struct {
	loaders.Row
	Kept int   // index among the kept rows; -1 if the row is left out
	Err  error // why the row is left out; nil if it is kept or only lacks a gold label
}

// Merge lists all rows of the accounts' files in order: file by file, the kept rows together with
// the rows left out. rows are the kept rows.
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
