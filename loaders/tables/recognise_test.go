package tables

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
)

// sheet is a table to be written in some layout.
type sheet struct {
	header []string // nil: none
	rows   [][]string
}

// plainRows have nothing that needs quotes, hardRows have everything that does.
var (
	plainRows = [][]string{
		{"1", "The lamp is broken again.", "technical"},
		{"2", "Where is my parcel?", "shipping"},
		{"3", "It costs 5 € too much.", "billing"},
		{"4", "The café sent two lamps.", "shipping"},
		{"5", "I see an error at the start.", "technical"},
	}
	hardRows = append([][]string{
		{"6", "Hello,\n\nit says \"error\"; what now?", "technical"},
		{"7", "One\ttab, one | bar and a \"quote\"", "billing"},
	}, plainRows...)
	literalRows = append([][]string{
		{"6", `"Where is it?" I asked, twice.`, "shipping"},
		{"7", `"It is late`, "shipping"},
		{"8", `It is 5" wide`, "technical"},
	}, plainRows...)
	names = []string{"id", "text", "label"}
)

// write writes the sheet. quote says whether a cell gets quotes; nil: none gets them.
func (s sheet) write(mark, end string, quote func(cell string) bool) string {
	var b strings.Builder
	lines := s.rows
	if s.header != nil {
		lines = append([][]string{s.header}, lines...)
	}
	for _, cells := range lines {
		var out []string
		for _, c := range cells {
			if quote != nil && quote(c) {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			out = append(out, c)
		}
		b.WriteString(strings.Join(out, mark) + end)
	}
	return b.String()
}

func all(string) bool { return true }

// minimal quotes what needs it in a table with that mark.
func minimal(mark string) func(string) bool {
	return func(c string) bool { return strings.ContainsAny(c, "\"\n\r"+mark) }
}

// byExcel quotes as spreadsheets do it in text with tabs.
func byExcel(c string) bool { return strings.ContainsAny(c, "\"\n\t,") }

// Files that people have, and what is recognised.
func TestLayoutsAreRecognised(t *testing.T) {
	plain, hard, literal := sheet{names, plainRows}, sheet{names, hardRows}, sheet{names, literalRows}
	bare, bareHard := sheet{nil, plainRows}, sheet{nil, hardRows}
	wanted := loaders.Fields{Texts: []string{"text"}, Label: "label"}
	numbered := loaders.Fields{Texts: []string{"2"}, Label: "3"}
	commas := sheet{names, append([][]string{{"9", "Yes, it is, or, well, no", "billing"}}, plainRows...)}
	german := sheet{[]string{"Nr", "Text der Nachricht", "Team"}, plainRows}
	team := loaders.Fields{Texts: []string{"Text der Nachricht"}, Label: "Team"}
	set := func(f loaders.Fields, format string) loaders.Fields { f.Table = format; return f }
	for _, c := range []struct {
		name, file, content string
		fields              loaders.Fields
		want                string
		rows                [][]string
	}{
		// CSV as RFC 4180, spreadsheets and databases write it.
		{"plain CSV", "a.csv", plain.write(",", "\n", nil), wanted, "utf-8 comma csv yes", plainRows},
		{"CSV with quotes where needed", "a.csv", hard.write(",", "\n", minimal(",")), wanted, "utf-8 comma csv yes", hardRows},
		{"CSV with quotes everywhere", "a.csv", hard.write(",", "\r\n", all), wanted, "utf-8 comma csv yes", hardRows},
		{"CSV with CR LF", "a.csv", plain.write(",", "\r\n", nil), wanted, "utf-8 comma csv yes", plainRows},
		{"CSV with CR", "a.csv", plain.write(",", "\r", nil), wanted, "utf-8 comma csv yes", plainRows},
		{"CSV with a byte order mark", "a.csv", "\ufeff" + hard.write(",", "\r\n", minimal(",")), wanted, "utf-8 comma csv yes", hardRows},
		{"CSV with semicolons", "a.csv", hard.write(";", "\r\n", minimal(";")), wanted, "utf-8 semicolon csv yes", hardRows},
		{"CSV with semicolons and many commas", "a.csv", commas.write(";", "\n", nil), wanted, "utf-8 semicolon csv yes", commas.rows},
		{"CSV with tabs", "a.csv", hard.write("\t", "\n", minimal("\t")), wanted, "utf-8 tab csv yes", hardRows},
		{"CSV with bars", "a.csv", hard.write("|", "\n", minimal("|")), wanted, "utf-8 bar csv yes", hardRows},
		{"CSV in Windows-1252", "a.csv", latin1(hard.write(";", "\r\n", minimal(";"))), wanted, "windows-1252 semicolon csv yes", hardRows},
		{"CSV in UTF-16", "a.csv", wide("\ufeff"+hard.write(",", "\r\n", minimal(",")), false), wanted, "utf-16le comma csv yes", hardRows},
		{"CSV with other names", "a.csv", german.write(";", "\n", nil), team, "utf-8 semicolon csv yes", plainRows},
		{"CSV with blank lines", "a.csv", strings.ReplaceAll(plain.write(",", "\n", nil), "\n", "\n\n"), wanted, "utf-8 comma csv yes", plainRows},
		{"CSV with a separator at the end of rows", "a.csv", strings.Replace(plain.write(",", ",\n", nil), "label,", "label", 1), wanted, "utf-8 comma csv yes", plainRows},
		{"CSV without a header", "a.csv", bareHard.write(",", "\n", minimal(",")), numbered, "utf-8 comma csv no", hardRows},
		{"CSV without a header, with semicolons", "a.csv", bare.write(";", "\n", nil), numbered, "utf-8 semicolon csv no", plainRows},
		{"CSV with numbers for names", "a.csv", sheet{[]string{"0", "1", "2"}, plainRows[1:]}.write(",", "\n", nil), loaders.Fields{Texts: []string{"1"}, Label: "2"}, "utf-8 comma csv yes", plainRows[1:]},

		// TSV: quotes belong to the texts, or they enclose cells.
		{"plain TSV", "a.tsv", plain.write("\t", "\n", nil), wanted, "utf-8 tab none yes", plainRows},
		{"TSV with literal quotes", "a.tsv", literal.write("\t", "\n", nil), wanted, "utf-8 tab none yes", literalRows},
		{"TSV with literal quotes around texts", "a.tsv", sheet{names, [][]string{{"1", `"Well said"`, "a"}, {"2", `Yes, sure`, "b"}, {"3", `So "so"`, "a"}}}.write("\t", "\n", nil), wanted, "utf-8 tab none yes", [][]string{{"1", `"Well said"`, "a"}, {"2", `Yes, sure`, "b"}, {"3", `So "so"`, "a"}}},
		{"TSV with quotes where needed", "a.tsv", hard.write("\t", "\n", minimal("\t")), wanted, "utf-8 tab csv yes", hardRows},
		{"TSV with quotes everywhere", "a.tsv", plain.write("\t", "\n", all), wanted, "utf-8 tab csv yes", plainRows},
		{"TSV of a spreadsheet", "a.tsv", hard.write("\t", "\r\n", byExcel), wanted, "utf-8 tab csv yes", hardRows},
		{"TSV of a spreadsheet, only commas", "a.tsv", commas.write("\t", "\r\n", byExcel), wanted, "utf-8 tab csv yes", commas.rows},
		{"Unicode text of a spreadsheet", "a.txt", wide("\ufeff"+hard.write("\t", "\r\n", byExcel), false), wanted, "utf-16le tab csv yes", hardRows},
		{"big-endian UTF-16", "a.tsv", wide("\ufeff"+plain.write("\t", "\n", nil), true), wanted, "utf-16be tab none yes", plainRows},
		{"TSV in Windows-1252", "a.tsv", latin1(literal.write("\t", "\n", nil)), wanted, "windows-1252 tab none yes", literalRows},
		{"TSV with many commas", "a.tsv", commas.write("\t", "\n", nil), wanted, "utf-8 tab none yes", commas.rows},
		{"TSV without a header", "a.tsv", bare.write("\t", "\n", nil), numbered, "utf-8 tab none no", plainRows},
		{"TSV without a header, with quotes", "a.tsv", bareHard.write("\t", "\n", all), numbered, "utf-8 tab csv no", hardRows},

		// Tables with another extension, or none.
		{".txt with tabs", "a.txt", plain.write("\t", "\n", nil), wanted, "utf-8 tab none yes", plainRows},
		{".txt with literal quotes", "a.txt", literal.write("\t", "\n", nil), wanted, "utf-8 tab none yes", literalRows},
		{".txt with commas", "a.txt", hard.write(",", "\n", minimal(",")), wanted, "utf-8 comma csv yes", hardRows},
		{".txt with semicolons", "a.txt", plain.write(";", "\r\n", nil), wanted, "utf-8 semicolon csv yes", plainRows},
		{".txt with bars", "a.txt", plain.write("|", "\n", nil), wanted, "utf-8 bar csv yes", plainRows},
		{".txt without a header", "a.txt", bare.write("\t", "\n", nil), numbered, "utf-8 tab none no", plainRows},
		{"no extension", "rows", plain.write(";", "\n", all), wanted, "utf-8 semicolon csv yes", plainRows},

		// What is set is not recognised.
		{"quotes are set", "a.tsv", sheet{names, [][]string{{"1", `"a"`, "x"}, {"2", `"b"`, "y"}}}.write("\t", "\n", nil), set(wanted, "quotes=csv"), "utf-8 tab csv yes", [][]string{{"1", "a", "x"}, {"2", "b", "y"}}},
		{"the header is set", "a.csv", sheet{nil, [][]string{{"1", "one text", "x"}, {"2", "another", "y"}}}.write(",", "\n", nil), set(numbered, "header=no"), "utf-8 comma csv no", [][]string{{"1", "one text", "x"}, {"2", "another", "y"}}},
		{"the delimiter is set", "a.tsv", plain.write("|", "\n", nil), set(wanted, "delimiter=bar, quotes=none"), "utf-8 bar none yes", plainRows},
		{"the encoding is set", "a.csv", "text,label\nnaïve Ã©,x\n", set(wanted, "encoding=windows-1252"), "windows-1252 comma csv yes", [][]string{{"", "naÃ¯ve ÃƒÂ©", "x"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := file1(t, c.file, []byte(c.content))
			seen, err := Look(path, c.fields, 100)
			require.NoError(t, err)
			f := seen.Format
			require.Equal(t, c.want, strings.Join([]string{f.Encoding, f.Delimiter, f.Quotes, f.Header}, " "))
			rows, err := rowsOf(path, Own, c.fields)
			require.NoError(t, err)
			require.Len(t, rows, len(c.rows))
			for i, row := range rows {
				require.Equal(t, c.rows[i][1:], []string{row.Texts[0], row.Label.Text})
			}
			again := c.fields
			again.Table = f.String()
			same, err := rowsOf(path, Own, again)
			require.NoError(t, err, "the layout that is shown can be set")
			require.Equal(t, rows, same)
		})
	}
}

func TestOneTextPerLine(t *testing.T) {
	f := loaders.Fields{Texts: []string{"1"}}
	for content, header := range map[string]string{
		"The parcel is late, again.\nNo lamp; no light.\nYes.\n": "no",
		"1\nThe parcel is late, again.\nYes.\n":                  "yes",
	} {
		path := file1(t, "new.txt", []byte(content))
		seen, err := Look(path, f, 10)
		require.NoError(t, err)
		require.Equal(t, header, seen.Format.Header)
		rows, err := rowsOf(path, Own, f)
		require.NoError(t, err)
		require.Equal(t, "The parcel is late, again.", rows[0].Texts[0])
	}
}

func TestBrokenFirstRow(t *testing.T) {
	f := loaders.Fields{Texts: []string{"1"}, Label: "2", Table: "header=no"}
	path := file1(t, "a.csv", []byte("say \"no\",x\none,y\ntwo,x\n"))
	var got []string
	for row, err := range Read(path, Own, f) {
		if err != nil {
			require.ErrorContains(t, err, "a.csv:1: bare")
			continue
		}
		got = append(got, row.Texts[0])
	}
	require.Equal(t, []string{"one", "two"}, got)
}

func TestParseFormat(t *testing.T) {
	f, err := ParseFormat(" header=No , delimiter=TAB")
	require.NoError(t, err)
	require.Equal(t, "delimiter=tab,header=no", f.String())
	for list, want := range map[string]string{
		"separator=tab":         `"separator=tab" is not a part of a table's layout: write encoding=…, delimiter=…, quotes=… or header=…`,
		"delimiter=,":           `delimiter is "": it must be one of comma, semicolon, tab, bar`,
		"header":                `header is "": it must be one of yes, no`,
		"header=yes, header=no": "header is given twice",
	} {
		_, err := ParseFormat(list)
		require.ErrorContains(t, err, want)
	}
	_, err = rowsOf(file1(t, "a.jsonl", []byte("{}")), Own, loaders.Fields{Texts: []string{"text"}, Table: "header=no"})
	require.ErrorContains(t, err, "the file is jsonl, not a text table: its layout cannot be set")
}

func TestJoinedColumns(t *testing.T) {
	f := loaders.Fields{Texts: []string{"subject+body"}, Label: "team", Keep: []string{"id", "body"}}
	path := file1(t, "a.csv", []byte("id,subject,body,team\n1,Late,\"It is\nlate\",x\n2,,Broken,y\n3,Lost, ,x\n4,,,y\n"))
	for join, want := range map[string]string{"": "Late It is\nlate", "\n\n": "Late\n\nIt is\nlate"} {
		f.Join = join
		var texts []string
		var broken error
		for row, err := range Read(path, Own, f) {
			if err != nil {
				broken = err
				continue
			}
			texts = append(texts, row.Texts[0])
			if row.Number == 1 {
				require.Equal(t, []loaders.Kept{{Column: "id", Text: "1"}, {Column: "body", Text: "It is late"}}, row.Kept)
			}
		}
		require.Equal(t, []string{want, "Broken", "Lost"}, texts)
		require.ErrorContains(t, broken, "a.csv:6: fields subject, body: the text is empty in all of them")
	}
	rows, err := rowsOf(file1(t, "a.jsonl", []byte(`{"id": 7, "subject": null, "body": "Lost", "team": "x"}`)), Own, f)
	require.NoError(t, err)
	require.Equal(t, []string{"Lost", "7"}, []string{rows[0].Texts[0], rows[0].Kept[0].Text})
}

// FuzzLook recognises tables with any content. What is recognised can be set, and reads the same rows.
func FuzzLook(f *testing.F) {
	f.Add("a.csv", "text;label\n\"a;b\";c\n")
	f.Add("a.tsv", "\"a\nb\"\tc\n\"\"\"\td\n")
	f.Add("a.txt", "1|2\n\n3|4\n")
	f.Add("a.txt", "\xff\xfea\x00\t\x00b\x00")
	f.Fuzz(func(t *testing.T, name, content string) {
		ending := ".txt"
		for _, e := range []string{".csv", ".tsv"} {
			if strings.HasSuffix(name, e) {
				ending = e
			}
		}
		path := file1(t, "f"+ending, []byte(content))
		fields := loaders.Fields{Texts: []string{"1"}}
		seen, err := Look(path, fields, 50)
		if err != nil || seen.Format == (Format{}) {
			return
		}
		read := func(fields loaders.Fields) (all []string) {
			for row, err := range Read(path, Own, fields) {
				all = append(all, fmt.Sprint(row.Texts, err))
			}
			return all
		}
		want := read(fields)
		fields.Table = seen.Format.String()
		require.Equal(t, want, read(fields))
	})
}
