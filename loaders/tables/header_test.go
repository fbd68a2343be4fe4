package tables

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

func TestRowsLongerThanTheHeaderAreUnusable(t *testing.T) {
	fields := loaders.Fields{Texts: []string{"text"}, Label: "label", ID: "id"}
	for _, c := range []struct{ name, file, content, want string }{
		{"tab in a text", "r.tsv", "id\ttext\tlabel\n7\tone\twith a tab\t0\n", "r.tsv:2: 4 columns, but the header has 3: is there a tab inside a text?"},
		{"comma in a text", "r.csv", "id,text,label\n7,\"one, two\",0\n8,one, two,0\n", "r.csv:3: 4 columns, but the header has 3: is there a comma inside a text?"},
		{"an empty column in the middle of a file", "r.tsv", "id\ttext\tlabel\n7\tone\t0\n8\tone\tx\t\n", "r.tsv:3: 4 columns, but the header has 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := file1(t, c.file, []byte(c.content))
			rows, account, err := Collect(path, ByName, fields, ledger.DefaultTolerance)
			require.NoError(t, err)
			require.Len(t, account.LeftOut, 1)
			require.ErrorContains(t, account.LeftOut[0].Err, c.want)
			require.NotEmpty(t, account.LeftOut[0].Row.ID)
			for _, row := range rows {
				require.Equal(t, "0", row.Label.Text)
			}
		})
	}
	headless := loaders.Fields{Texts: []string{"text"}, Label: "label", Header: []string{"text", "label"}}
	_, err := rowsOf(file1(t, "r.tsv", []byte("one\ttwo\t0\n")), ByName, headless)
	require.ErrorContains(t, err, "r.tsv:1: 3 columns, but at most 2 are known: is there a tab inside a text?")
}

// Spreadsheets end rows with a separator.
func TestRowsMayEndWithASeparator(t *testing.T) {
	for name, separator := range map[string]string{"r.tsv": "\t", "r.csv": ","} {
		content := strings.NewReplacer("|", separator).Replace("text|label\none|0|\ntwo|1|\nthree|0\n")
		rows, err := rowsOf(file1(t, name, []byte(content)), ByName, loaders.Fields{Texts: []string{"text"}, Label: "label"})
		require.NoError(t, err)
		require.Len(t, rows, 3)
		require.Equal(t, "1", rows[1].Label.Text)
	}
}

// Editors delete separators at the ends of lines.
func TestShortRowsMayLackTheLabel(t *testing.T) {
	fields := loaders.Fields{Texts: []string{"text"}, Label: "label", Open: true}
	path := file1(t, "r.tsv", []byte("id\ttext\tlabel\n7\tone\t0\n8\ttwo\n9\n"))
	rows, account, err := Collect(path, ByName, fields, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, loaders.Label{}, rows[1].Label)
	require.ErrorContains(t, account.LeftOut[0].Err, `r.tsv:4: field "text" is column 2, but the row has 1`)
	fields.Open = false
	_, account, err = Collect(path, ByName, fields, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.ErrorContains(t, account.LeftOut[0].Err, `r.tsv:3: field "label" is column 3, but the row has 2`)
}

func TestLongerRowsEndWithTheLabel(t *testing.T) {
	f := loaders.Fields{Texts: []string{"text"}, Label: "gold", Longer: 5}
	rows, err := rowsOf(file1(t, "r.tsv", []byte("text\tlabel1\tgold\none\ta\tb\nlong\ta\tc\tc\td\n")), ByName, f)
	require.NoError(t, err)
	require.Equal(t, []string{"b", "d"}, []string{rows[0].Label.Text, rows[1].Label.Text})
	for _, content := range []string{"text\tlabel1\tgold\nlong\ta\tc\td\n", "gold\ttext\tlabel1\na\tlong\tc\tc\td\n"} {
		_, err = rowsOf(file1(t, "r.tsv", []byte(content)), ByName, f)
		require.ErrorContains(t, err, "columns, but the header has 3")
	}
}
