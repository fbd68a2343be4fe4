package tables

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// place is what an entry of a merged list is known by.
type place struct {
	number, line int
	id           string
	kept, broken bool
}

// places reads a file and lists all its rows.
func places(t *testing.T, path string, kind Kind, f loaders.Fields) (all []place) {
	rows, account, err := Collect(path, kind, f, ledger.DefaultTolerance)
	require.NoError(t, err)
	for _, e := range ledger.Merge(rows, []ledger.Account{account}) {
		all = append(all, place{e.Number, e.Line, e.ID, e.Kept >= 0, e.Err != nil})
		if e.Kept >= 0 {
			require.Equal(t, rows[e.Kept], e.Row)
		}
	}
	return all
}

func TestRowsAreNumberedAsInTheFile(t *testing.T) {
	text := loaders.Fields{Texts: []string{"text"}}
	labelled := loaders.Fields{Texts: []string{"text"}, Label: "label"}
	withID := loaders.Fields{Texts: []string{"text"}, ID: "id"}
	for _, c := range []struct {
		name, file, content string
		fields              loaders.Fields
		want                []place
	}{
		{
			"broken rows count, and keep their ids", "a.tsv", "id\ttext\n7\tone\n8\t \n\n9\tthree\n10\n", withID,
			[]place{{1, 2, "7", true, false}, {2, 3, "8", false, true}, {3, 5, "9", true, false}, {4, 6, "10", false, true}},
		},
		{
			"a blank line of one column is a row", "a.tsv", "\n\ntext\none\n\n  \nfour\n\n\n", text,
			[]place{{1, 4, "", true, false}, {2, 5, "", false, true}, {3, 6, "", false, true}, {4, 7, "", true, false}},
		},
		{
			"a blank line is a row where nothing else identifies rows", "a.tsv", "text\tmore\none\tx\n\nthree\tx\n", text,
			[]place{{1, 2, "", true, false}, {2, 3, "", false, true}, {3, 4, "", true, false}},
		},
		{
			"a blank line between labelled rows is no row", "a.tsv", "text\tlabel\none\t1\n\nthree\t2\n", labelled,
			[]place{{1, 2, "", true, false}, {2, 4, "", true, false}},
		},
		{
			"a row of empty columns is one", "a.tsv", "text\tlabel\none\t1\n\t\nthree\t2\n", labelled,
			[]place{{1, 2, "", true, false}, {2, 3, "", false, true}, {3, 4, "", true, false}},
		},
		{
			"JSON", "a.jsonl", `{"text": "one"}` + "\n\n{\n" + `{"text": ""}` + "\n" + `{"text": "three"}`, text,
			[]place{{1, 1, "", true, false}, {2, 3, "", false, true}, {3, 4, "", false, true}, {4, 5, "", true, false}},
		},
		{
			"ids of broken JSON rows", "a.jsonl", `{"text": "", "id": 5}` + "\n" + `{"text": "two", "id": "x"}`, withID,
			[]place{{1, 1, "5", false, true}, {2, 2, "x", true, false}},
		},
		{
			"commas", "a.csv", "id,text\n7,\"one\ntwo\"\n8,\n9,three\n", withID,
			[]place{{1, 2, "7", true, false}, {2, 4, "8", false, true}, {3, 5, "9", true, false}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, places(t, file1(t, c.file, []byte(c.content)), ByName, c.fields))
		})
	}
}

// A line of MCTest that cannot be read stands for the four questions that it should have.
func TestMCTestNumbersBrokenStories(t *testing.T) {
	questions := strings.Repeat("\tone: What?\train\tsnow\thail\tsun", 4)
	path := file1(t, "mc9.train.tsv", []byte("a\tx\tstory"+questions+"\nbroken\n\nc\tx\tstory"+questions+"\n"))
	require.NoError(t, os.WriteFile(strings.TrimSuffix(path, ".tsv")+".ans", []byte("A\tB\tC\tD\nA\tB\tC\tD\n\nA\tB\tC\tD\n"), 0o600))
	f := loaders.Fields{Texts: []string{"story", "question"}, Answers: "options", Label: "answer", ID: "id"}
	all := places(t, path, MCTest, f)
	require.Len(t, all, 12)
	require.Equal(t, place{4, 1, "a/3", true, false}, all[3])
	require.Equal(t, place{5, 2, "", false, true}, all[4])
	require.Equal(t, place{12, 4, "c/3", true, false}, all[11])
}

// A blank line in one of the files is a broken row, and does not shift the others.
func TestAlignedFilesStayAligned(t *testing.T) {
	path := file1(t, "s1.dev", []byte("one\n\nthree\n"))
	for name, content := range map[string]string{"s2.dev": "1\n2\n3", "labels.dev": "a\nb\nc\n\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), name), []byte(content), 0o600))
	}
	require.Equal(t, []place{{1, 1, "", true, false}, {2, 2, "", false, true}, {3, 3, "", true, false}}, places(t, path, Aligned, pairFields))
}

func TestSiftRecordsRowsInOrder(t *testing.T) {
	paths := []string{file1(t, "a.tsv", []byte("text\tlabel\none\t-\n\t1\nthree\t2\nfour\t9\n")), file1(t, "b.tsv", []byte("text\tlabel\none\t1\ntwo\t-\n"))}
	var rows []loaders.Row
	var accounts []ledger.Account
	tolerant := ledger.Tolerance{Share: 1}
	for _, path := range paths {
		some, a, err := Collect(path, ByName, loaders.Fields{Texts: []string{"text"}, Label: "label"}, tolerant)
		require.NoError(t, err)
		rows, accounts = append(rows, some...), append(accounts, a)
	}
	keep := func(r *loaders.Row) error {
		switch r.Label.Text {
		case "-":
			return ledger.ErrUnlabelled
		case "9":
			return os.ErrInvalid
		}
		r.Label.Text += "!"
		return nil
	}
	kept, err := ledger.Sift(rows, accounts, tolerant, keep)
	require.NoError(t, err)
	var got []string
	for _, e := range ledger.Merge(kept, accounts) {
		text := ""
		if len(e.Texts) > 0 {
			text = e.Texts[0]
		}
		mark := map[bool]string{true: "broken"}[e.Err != nil]
		got = append(got, strings.Join([]string{filepath.Base(e.Place()), text, e.Label.Text, mark}, " "))
	}
	require.Equal(t, []string{
		"a.tsv:2 one - ", "a.tsv:3   broken", "a.tsv:4 three 2! ", "a.tsv:5 four 9 broken", "b.tsv:2 one 1! ", "b.tsv:3 two - ",
	}, got)
	require.Equal(t, []int{1, 2, 1, 1, 0, 1}, []int{
		accounts[0].Rows, accounts[0].Broken(), accounts[0].Unlabelled(), accounts[1].Rows, accounts[1].Broken(), accounts[1].Unlabelled(),
	})
	_, err = ledger.Sift(rows, accounts, ledger.Tolerance{Strict: true}, keep)
	require.ErrorContains(t, err, "no row may be broken: "+paths[0]+":5: invalid argument")
}
