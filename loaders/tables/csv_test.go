package tables

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

var labelledText = loaders.Fields{Texts: []string{"text"}, Label: "label"}

// numberedRows are n lines of a text and a label each.
func numberedRows(n int, format string) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(format, i, i%2)
	}
	return lines
}

func TestLinesBehindAnUnclosedQuoteAreCounted(t *testing.T) {
	for _, c := range []struct {
		name, closing string // what the line is that has the next quote
		lost, kept    int
		want          string
	}{
		{"up to a quoted row", `"a quoted text",0`, 301, 99, "r.csv:12: the quote that opens in line 12 is not closed before line 312, and 301 lines are lost"},
		{"up to a stray quote", `a text,0,"`, 301, 99, "r.csv:12: the quote that opens in line 12 is not closed before line 312, and 301 lines are lost"},
		{"up to a quote that makes it one row", `a text",0`, 301, 99, "r.csv:12: the quote that opens in line 12 is not closed before line 312, and 301 lines are lost"},
		{"to the end", `a text,0`, 390, 10, "r.csv:12: 390 lines are lost: the quote that opens in line 12 is never closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines := numberedRows(400, "text %d,%d")
			lines[10], lines[310] = `"`+lines[10], c.closing
			path := file1(t, "r.csv", []byte("text,label\n"+strings.Join(lines, "\n")+"\n"))
			rows, account, err := Collect(path, ByName, labelledText, ledger.DefaultTolerance)
			require.NoError(t, err)
			require.Len(t, rows, c.kept)
			require.Equal(t, c.lost, account.Broken())
			require.ErrorContains(t, account.LeftOut[0].Err, c.want)
			require.Equal(t, 13, account.LeftOut[1].Row.Line)
			require.Equal(t, 12, account.LeftOut[1].Row.Number)
			require.ErrorContains(t, account.Check(ledger.DefaultTolerance), fmt.Sprintf("%s (%d of 400 rows are broken", c.want, c.lost))
			if last := rows[len(rows)-1]; c.kept > 10 {
				require.Equal(t, []int{400, 401}, []int{last.Number, last.Line})
			}
		})
	}
}

func TestQuotesHoldLineBreaksAndSeparators(t *testing.T) {
	poem := strings.Repeat("a line of a poem\r\n\r\nand one, with a comma\r\n", 20)
	path := file1(t, "r.csv", []byte("\"label\",\"the\r\ntext\",more\r\n1,\"say \"\"no\"\", twice\",\"\"\r\n0,\""+poem+"\",x\r\n1,last,\r\n"))
	rows, err := rowsOf(path, ByName, loaders.Fields{Texts: []string{"the\ntext"}, Label: "label"})
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, `say "no", twice`, rows[0].Texts[0])
	require.Equal(t, strings.ReplaceAll(poem, "\r", ""), rows[1].Texts[0])
	require.Equal(t, []int{3, 4, 65}, []int{rows[0].Line, rows[1].Line, rows[2].Line})
}

// Lines of a long text may have as many columns as the header.
func TestLongQuotedTextsAreOneRow(t *testing.T) {
	lines := make([]string, 12)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d, which is the last one but %d", i, len(lines)-1-i)
	}
	pairs := strings.Join(lines, "\n")
	alone := strings.ReplaceAll(pairs, ",", "")
	for _, c := range []struct {
		text, content string
		fields        loaders.Fields
	}{
		{alone, "text\n\"" + alone + "\"\nlast\n", loaders.Fields{Texts: []string{"text"}}},
		{pairs, "text,label\n\"" + pairs + "\",1\nlast,0\n", labelledText},
	} {
		rows, account, err := Collect(file1(t, "r.csv", []byte(c.content)), ByName, c.fields, ledger.DefaultTolerance)
		require.NoError(t, err)
		require.Empty(t, account.LeftOut)
		require.Len(t, rows, 2)
		require.Equal(t, c.text, rows[0].Texts[0])
		require.Equal(t, []int{2, 14}, []int{rows[1].Number, rows[1].Line})
	}
}

func TestQuotesInBrokenRows(t *testing.T) {
	for row, want := range map[string]string{
		`a "b",1`:      `r.csv:3: bare " in non-quoted-field`,
		`"say "no"",1`: `r.csv:3: extraneous or missing " in quoted-field`,
	} {
		path := file1(t, "r.csv", []byte("text,label\none,0\n"+row+"\ntwo,1\n"))
		rows, account, err := Collect(path, ByName, labelledText, ledger.DefaultTolerance)
		require.NoError(t, err)
		require.Len(t, rows, 2)
		require.ErrorContains(t, account.LeftOut[0].Err, want)
	}
	_, err := rowsOf(file1(t, "r.csv", []byte("text,\"label\none,0\n")), ByName, labelledText)
	require.ErrorContains(t, err, "r.csv:1: the header line is broken: the quote that opens in line 1 is never closed")
}

func TestBlankLinesOfCSV(t *testing.T) {
	text := loaders.Fields{Texts: []string{"text"}}
	require.Equal(t, []place{{1, 2, "", true, false}, {2, 3, "", false, true}, {3, 4, "", false, true}, {4, 5, "", true, false}},
		places(t, file1(t, "r.csv", []byte("text\none\n\n  \nfour\n\n\n")), ByName, text))
	require.Equal(t, []place{{1, 2, "", true, false}, {2, 4, "", true, false}},
		places(t, file1(t, "r.csv", []byte("text,label\none,1\n\ntwo,0\n\n")), ByName, labelledText))
}
