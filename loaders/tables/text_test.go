package tables

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// encodings are ways to write a text, and what is said about them.
var encodings = map[string]struct {
	encode func(string) string
	note   string
}{
	"UTF-8":                       {func(s string) string { return s }, ""},
	"UTF-8 with a mark":           {func(s string) string { return "\ufeff" + s }, ""},
	"CR LF":                       {func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, ""},
	"CR CR LF":                    {func(s string) string { return strings.ReplaceAll(s, "\n", "\r\r\n") }, ""},
	"CR":                          {func(s string) string { return strings.ReplaceAll(s, "\n", "\r") }, "a CR alone ends lines"},
	"Windows-1252":                {latin1, "read as Windows-1252"},
	"UTF-16LE with a mark":        {func(s string) string { return wide("\ufeff"+s, false) }, "read as UTF-16 (little-endian)"},
	"UTF-16BE with a mark":        {func(s string) string { return wide("\ufeff"+s, true) }, "read as UTF-16 (big-endian)"},
	"UTF-16LE":                    {func(s string) string { return wide(s, false) }, "read as UTF-16 (little-endian)"},
	"UTF-16BE":                    {func(s string) string { return wide(s, true) }, "read as UTF-16 (big-endian)"},
	"UTF-16LE with CR":            {func(s string) string { return wide(strings.ReplaceAll(s, "\n", "\r"), false) }, "read as UTF-16 (little-endian), a CR alone ends lines"},
	"UTF-8, but one invalid byte": {func(s string) string { return s + "\xff" }, "1 invalid byte is read as U+FFFD"},
}

func latin1(s string) string {
	out, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

func wide(s string, big bool) string {
	var out strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b := []byte{byte(u), byte(u >> 8)}
		if big {
			b[0], b[1] = b[1], b[0]
		}
		out.Write(b)
	}
	return out.String()
}

func TestEncodingsOfTables(t *testing.T) {
	for _, file := range []struct{ name, header, row, note string }{
		{"r.tsv", "naïve\tlabel\n", "text %d café\t%s\n", ""},
		{"r.txt", "naïve\tlabel\n", "text %d café\t%s\n", ""},
		{"r.csv", "naïve,label\n", "text %d café,%s\n", ""},
		{"r.csv", "naïve;label\n", "text %d café;%s\n", "columns are apart by semicolons"},
		{"r.csv", "naïve\tlabel\n", "text %d café\t%s\n", "columns are apart by tabs"},
		{"r.jsonl", "", `{"naïve": "text %d café", "label": "%s"}` + "\n", ""},
		{"r.txt", "", `{"naïve": "text %d café", "label": "%s"}` + "\n", ""},
	} {
		var content strings.Builder
		content.WriteString(file.header)
		for i := range 60 {
			fmt.Fprintf(&content, file.row, i, []string{"grün", "grän"}[i%2])
		}
		for name, e := range encodings {
			t.Run(file.name+" "+file.note+" "+name, func(t *testing.T) {
				path := file1(t, file.name, []byte(e.encode(content.String()+"\n")))
				columns, err := Columns(path, ByName)
				require.NoError(t, err)
				require.ElementsMatch(t, []string{"naïve", "label"}, columns)
				rows, account, err := Collect(path, ByName, loaders.Fields{Texts: []string{"naïve"}, Label: "label"}, ledger.DefaultTolerance)
				require.NoError(t, err)
				require.Len(t, rows, 60)
				require.Equal(t, "text 7 café", rows[7].Texts[0])
				require.Equal(t, []string{"grün", "grän"}, []string{rows[0].Label.Text, rows[7].Label.Text})
				var want []string
				for _, note := range []string{e.note, file.note} {
					if note != "" {
						want = append(want, note)
					}
				}
				require.Equal(t, strings.Join(want, ", "), strings.Join(account.Notes, ", "))
				if len(want) > 0 {
					require.Equal(t, path+": "+strings.Join(want, ", "), account.Lines()[0])
				}
			})
		}
	}
}

// The header decides what separates columns, by what is outside quotes.
func TestSeparatorsOfCSV(t *testing.T) {
	for header, want := range map[string][]string{
		"a,b;c":               {"a", "b;c"},
		`"one, two, three";b`: {"one, two, three", "b"},
		"a|b|c":               {"a", "b", "c"},
		"text":                {"text"},
	} {
		got, err := Columns(file1(t, "r.csv", []byte("\n"+header+"\n1")), ByName)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// One byte that is not UTF-8 at the beginning does not decide about a long file.
func TestEncodingIsThatOfTheWholeFile(t *testing.T) {
	content := "text\tlabel\nbad \xff\t1\n" + strings.Repeat("plain text\t0\n", 10_000) + strings.Repeat("café\t1\n", 5)
	rows, account, err := Collect(file1(t, "r.tsv", []byte(content)), TSV, labelledText, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Equal(t, []string{"bad \ufffd", "café"}, []string{rows[0].Texts[0], rows[len(rows)-1].Texts[0]})
	require.Equal(t, []string{"1 invalid byte is read as U+FFFD"}, account.Notes)

	content = "text\tlabel\n" + strings.Repeat("plain text\t0\n", 10_000) + "caf\xe9\tgr\xfcn\n"
	rows, account, err = Collect(file1(t, "r.tsv.gz", gzipped(t, []byte(content))), ByName, labelledText, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Equal(t, loaders.Label{Text: "grün"}, rows[len(rows)-1].Label)
	require.Equal(t, []string{"read as Windows-1252"}, account.Notes)
}
