package tables_test

import (
	"fmt"
	"os"
	"path/filepath"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/loaders/tables"
)

// Example reads a file with literal quotes and a row that is too short.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder of its own
	path := filepath.Join(dir, "rows.tsv")
	if err := os.WriteFile(path, []byte("gold\tsentence\nyes\tit is \"wet\nno\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	fields := loaders.Fields{Texts: []string{"sentence"}, Label: "gold"}
	rows, account, err := tables.Collect(path, tables.ByName, fields, ledger.DefaultTolerance)
	fmt.Println(rows[0].Texts[0], rows[0].Label.Text, account.Broken(), err)
	// Output: it is "wet yes 1 <nil>
}
