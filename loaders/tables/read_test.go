package tables

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// aPair has every column that the tests of pairs want, in the form of Parquet files.
type aPair struct {
	Premise    string  `parquet:"premise"`
	Hypothesis string  `parquet:"hypothesis"`
	Label      int64   `parquet:"label"`
	Score      float32 `parquet:"score"`
}

// aQuestion is one of Parquet files.
type aQuestion struct {
	Context  string   `parquet:"context"`
	Question string   `parquet:"question"`
	Answers  []string `parquet:"answers,list"`
	Label    string   `parquet:"label"`
}

func parquetFile[T any](t testing.TB, rows ...T) []byte {
	var out bytes.Buffer
	w := parquet.NewGenericWriter[T](&out)
	_, err := w.Write(rows)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func file1(t testing.TB, name string, content []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func gzipped(t testing.TB, data []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func zstandard(t testing.TB, data []byte) []byte {
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return w.EncodeAll(data, nil)
}

// rowsOf reads a file to the first error; the rows come without its path, and without their
// numbers, which count from 1 on.
func rowsOf(path string, kind Kind, f loaders.Fields) (rows []loaders.Row, err error) {
	for row, err := range Read(path, kind, f) {
		if err != nil {
			return rows, err
		}
		if rows = append(rows, row); row.Number != len(rows) {
			return rows, fmt.Errorf("row %d is numbered %d", len(rows), row.Number)
		}
		rows[len(rows)-1].Path, rows[len(rows)-1].Number = "", 0
	}
	return rows, nil
}

var (
	pairFields = loaders.Fields{Texts: []string{"premise", "hypothesis"}, Label: "label"}
	qaFields   = loaders.Fields{Texts: []string{"context", "question"}, Answers: "answers", Label: "label"}
)

func aRow(line int, form loaders.Form, label string) loaders.Row {
	return loaders.Row{Line: line, Texts: []string{"It rains.", `It is "wet.`}, Label: loaders.Label{Text: label, Form: form}}
}

// Every kind of file gives the same rows, packed or not.
func TestKinds(t *testing.T) {
	for _, c := range []struct {
		name, file, content string
		fields              loaders.Fields
		want                []loaders.Row
	}{
		{
			"objects", "a.jsonl", "\ufeff\n" + `{"premise": "It rains.", "more": [1], "hypothesis": "It is \"wet.", "label": "yes"}` + "\r\n \n" +
				`{"hypothesis": "It is \"wet.", "premise": "It rains.", "label": 3.50}`,
			pairFields,
			[]loaders.Row{aRow(2, loaders.String, "yes"), aRow(4, loaders.Float, "3.50")},
		},
		{
			"objects in a .txt file", "a.txt", `{"premise": "It rains.", "hypothesis": "It is \"wet.", "label": "yes"}`,
			pairFields,
			[]loaders.Row{aRow(1, loaders.String, "yes")},
		},
		{
			"tabs", "a.tsv", "\ufefflabel\tid\thypothesis\tpremise\tlabel\r\nyes\t7\tIt is \"wet.\tIt rains.\r\n\n1\t8\tIt is \"wet.\tIt rains.\tmore",
			pairFields,
			[]loaders.Row{aRow(2, loaders.String, "yes"), aRow(4, loaders.Integer, "1")},
		},
		{
			"tabs without a header", "a", "It rains.\tIt is \"wet.\t2.5",
			loaders.Fields{Texts: pairFields.Texts, Label: "label", Header: []string{"premise", "hypothesis", "label"}},
			[]loaders.Row{aRow(1, loaders.Float, "2.5")},
		},
		{
			"commas", "a.csv", "\ufeffpremise,hypothesis,label\r\nIt rains.,\"It is \"\"wet.\",-1\nIt rains.,\"It is \"\"wet.\",a b",
			pairFields,
			[]loaders.Row{aRow(2, loaders.Integer, "-1"), aRow(3, loaders.String, "a b")},
		},
		{
			"several columns", "a.csv", "a,b,c,d,label\nIt,rains.,yes,no,1",
			loaders.Fields{Texts: []string{"a+b", ""}, Answers: "c+d", Label: "label", ID: "label+a"},
			[]loaders.Row{{Line: 2, ID: "1 It", Texts: []string{"It rains.", ""}, Answers: []string{"yes", "no"}, Label: loaders.Label{Text: "1", Form: loaders.Integer}}},
		},
		{
			"no label", "a.csv", "premise,hypothesis\nIt rains.,\"It is \"\"wet.\"",
			loaders.Fields{Texts: pairFields.Texts},
			[]loaders.Row{aRow(2, loaders.String, "")},
		},
		{
			"answers", "a.jsonl", `{"context": "c", "question": "q", "answers": ["a", " b"], "label": 1}`, qaFields,
			[]loaders.Row{{Line: 1, Texts: []string{"c", "q"}, Answers: []string{"a", " b"}, Label: loaders.Label{Text: "1", Form: loaders.Integer}}},
		},
		{
			"Parquet", "a.parquet", string(parquetFile(t, aPair{"It rains.", `It is "wet.`, 2, 0}, aPair{"It rains.", `It is "wet.`, -1, 0})), pairFields,
			[]loaders.Row{aRow(1, loaders.Integer, "2"), aRow(2, loaders.Integer, "-1")},
		},
		{
			"scores in Parquet", "a.parquet", string(parquetFile(t, aPair{"It rains.", `It is "wet.`, 2, 3.8})),
			loaders.Fields{Texts: pairFields.Texts, Label: "score"},
			[]loaders.Row{aRow(1, loaders.Float, "3.8")},
		},
		{
			"answers in Parquet", "a.parquet", string(parquetFile(t, aQuestion{"c", "q", []string{"a", "b"}, "B"}, aQuestion{"c", "q", []string{"b"}, "A"})), qaFields,
			[]loaders.Row{
				{Line: 1, Texts: []string{"c", "q"}, Answers: []string{"a", "b"}, Label: loaders.Label{Text: "B"}},
				{Line: 2, Texts: []string{"c", "q"}, Answers: []string{"b"}, Label: loaders.Label{Text: "A"}},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for ending, pack := range map[string]func(testing.TB, []byte) []byte{
				"": func(_ testing.TB, data []byte) []byte { return data }, ".gz": gzipped, ".zst": zstandard,
			} {
				got, err := rowsOf(file1(t, c.file+ending, pack(t, []byte(c.content))), ByName, c.fields)
				require.NoError(t, err)
				require.Equal(t, c.want, got)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		want    []string
	}{
		"a.jsonl":   {`{"b": 1, "a": 2}` + "\n{}", []string{"a", "b"}},
		"a.tsv":     {"\ufeffb\ta\r\n1\t2", []string{"b", "a"}},
		"a.csv":     {"\"b, c\",a\n1,2", []string{"b, c", "a"}},
		"a.parquet": {string(parquetFile(t, aQuestion{})), []string{"context", "question", "answers", "label"}},
	} {
		got, err := Columns(file1(t, name, []byte(c.content)), ByName)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
}

func TestReadErrors(t *testing.T) {
	const good = `{"premise": "p", "hypothesis": "h", "label": 1}` + "\n"
	qa := func(answers string) string {
		return `{"context": "c", "question": "q", "answers": ` + answers + `, "label": 1}`
	}
	for _, c := range []struct {
		name, file, content string
		fields              loaders.Fields
		want                string
	}{
		{"empty", "r.jsonl", "", pairFields, "r.jsonl: the file has no rows: it needs rows with premise, hypothesis and label"},
		{"blank", "r.jsonl", "\n \n", pairFields, "r.jsonl: the file has no rows"},
		{"only a header", "r.tsv", "premise\thypothesis\tlabel\n", pairFields, "r.tsv: the file has no rows"},
		{"cut off", "r.jsonl", good + `{"premise": "p"`, pairFields, "r.jsonl:2: bad JSON: unexpected end of JSON input"},
		{"two objects", "r.jsonl", `{} {}`, pairFields, "r.jsonl:1: bad JSON"},
		{"list", "r.jsonl", `[1]`, pairFields, "r.jsonl:1: the row must be a JSON object with premise, hypothesis and label, not [1]"},
		{"null", "r.jsonl", `null`, pairFields, "r.jsonl:1: the row must be a JSON object"},
		{"missing", "r.jsonl", good + "\n" + `{"premise": "p", "label": 1}`, pairFields, `r.jsonl:3: field "hypothesis" is missing: want premise, hypothesis and label`},
		{"other case", "r.jsonl", `{"Premise": "p", "hypothesis": "h", "label": 1}`, pairFields, `field "premise" is missing`},
		{"no label", "r.jsonl", `{"premise": "p", "hypothesis": "h"}`, pairFields, `field "label" is missing`},
		{"number for a text", "r.jsonl", `{"premise": 5, "hypothesis": "h", "label": 1}`, pairFields, `field "premise": it must be a string, not 5`},
		{"null for a text", "r.jsonl", `{"premise": null, "hypothesis": "h", "label": 1}`, pairFields, `field "premise": it must be a string, not null`},
		{"blank text", "r.jsonl", `{"premise": " \n", "hypothesis": "h", "label": 1}`, pairFields, `field "premise": the text is empty`},
		{"null label", "r.jsonl", `{"premise": "p", "hypothesis": "h", "label": null}`, pairFields, `field "label": it must be a string or a number, not null`},
		{"empty label", "r.jsonl", `{"premise": "p", "hypothesis": "h", "label": ""}`, pairFields, `field "label": the label is empty`},
		{"tab in a label", "r.jsonl", `{"premise": "p", "hypothesis": "h", "label": "a\tb"}`, pairFields, `field "label": the label "a\tb" has a tab`},
		{"long value", "r.jsonl", `{"premise": [` + strings.Repeat("1,", 99) + `1], "hypothesis": "h", "label": 1}`, pairFields, "1,1,1…"},
		{"no answers", "r.jsonl", `{"context": "c", "question": "q", "label": 1}`, qaFields, `field "answers" is missing: want context, question, answers and label`},
		{"answers that are no list", "r.jsonl", qa(`"a"`), qaFields, `field "answers": it must be a list of strings, not "a"`},
		{"empty answers", "r.jsonl", qa(`[]`), qaFields, `field "answers": the list is empty`},
		{"blank answer", "r.jsonl", qa(`["a", ""]`), qaFields, `field "answers": item 1 of the list: the text is empty`},
		{"number for an answer", "r.jsonl", qa(`["a", 2]`), qaFields, `field "answers": item 1 of the list: it must be a string, not 2`},
		{"long line", "r.jsonl", strings.Repeat(" ", maxLine+1), pairFields, "r.jsonl:1: the line is longer than 16 MiB"},
		{"few columns", "r.tsv", "label\tpremise\thypothesis\n1\tp", pairFields, `r.tsv:2: field "hypothesis" is column 3, but the row has 2`},
		{"other columns", "r.tsv", "a\tb\n1\tp", pairFields, `r.tsv:2: field "premise" is missing`},
		{"a quote", "r.csv", "premise,hypothesis,label\n\"p,h,1", pairFields, `r.csv:2: the quote that opens in line 2 is never closed`},
		{"no Parquet", "r.parquet", "PAR1 and nothing", pairFields, "r.parquet: no Parquet file"},
		{"no gzip", "r.tsv.gz", "premise\thypothesis\tlabel", pairFields, "unpacking gzip: gzip: invalid header"},
		{"no Zstandard", "r.jsonl.zst", "{}{}{}{}", pairFields, "magic number mismatch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := rowsOf(file1(t, c.file, []byte(c.content)), ByName, c.fields)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := rowsOf(filepath.Join(t.TempDir(), "none.jsonl"), ByName, pairFields)
	require.ErrorContains(t, err, "none.jsonl")
}

// Reading ends when nobody wants more rows, and rows come in the order of the file.
func TestReadStops(t *testing.T) {
	var lines strings.Builder
	for range 20 * batchSize {
		lines.WriteString(`{"premise": "p", "hypothesis": "h", "label": 1}` + "\n")
	}
	path := file1(t, "rows.jsonl", []byte(lines.String()+"no JSON"))
	n := 0
	for row, err := range Read(path, ByName, pairFields) {
		require.NoError(t, err)
		n++
		require.Equal(t, n, row.Line)
		if n == 3*batchSize {
			break
		}
	}
	require.Equal(t, 3*batchSize, n)
}

func TestCollect(t *testing.T) {
	lines := strings.Repeat("It rains.\tIt is wet.\tyes\n", 200)
	path := file1(t, "rows.tsv", []byte("premise\thypothesis\tlabel\n"+lines+"broken\n"+lines+"It rains.\t \tyes\n"))
	rows, account, err := Collect(path, ByName, pairFields, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Len(t, rows, 400)
	require.Equal(t, 2, account.Broken())
	require.NoError(t, account.Check(ledger.DefaultTolerance))
	require.Equal(t, []string{
		path + ": 2 of 402 rows are broken and left out; the first:",
		"  " + path + `:202: field "hypothesis" is column 2, but the row has 1`,
		"  " + path + `:403: field "hypothesis": the text is empty`,
	}, account.Lines())
	require.ErrorContains(t, account.Check(ledger.Tolerance{Share: 0.001}), "rows.tsv:202: field \"hypothesis\" is column 2, but the row has 1 (2 of 402 rows are broken: at most 0.1 % may be)")

	_, _, err = Collect(path, ByName, pairFields, ledger.Tolerance{Strict: true})
	require.ErrorContains(t, err, "no row may be broken: "+path+":202: ")
}

func TestRACE(t *testing.T) {
	const passage = `{"article": "It rains.\nIt is wet.", "id": "high7.txt", "questions": ["Is it _ ?", "What?"],
		"options": [["wet", "dry", "hot", "red"], ["rain", "snow", "hail", "sun"]], "answers": ["A", "B"]}`
	f := loaders.Fields{Texts: []string{"article", "question"}, Answers: "options", Label: "answer", ID: "example_id"}
	rows, err := rowsOf(file1(t, "7.txt", []byte(passage)), RACE, f)
	require.NoError(t, err)
	require.Equal(t, []loaders.Row{
		{Line: 1, ID: "high7.txt/0", Texts: []string{"It rains.\nIt is wet.", "Is it _ ?"}, Answers: []string{"wet", "dry", "hot", "red"}, Label: loaders.Label{Text: "A"}},
		{Line: 1, ID: "high7.txt/1", Texts: []string{"It rains.\nIt is wet.", "What?"}, Answers: []string{"rain", "snow", "hail", "sun"}, Label: loaders.Label{Text: "B"}},
	}, rows)
	_, err = rowsOf(file1(t, "7.txt", []byte(strings.Replace(passage, `, "B"`, "", 1))), RACE, f)
	require.ErrorContains(t, err, "7.txt:1: 2 questions, 2 lists of options and 1 answers: the numbers must be equal")
}

func TestMCTest(t *testing.T) {
	questions := strings.Repeat("\tone: What?\train\tsnow\thail\tsun", 3) + "\tmultiple: Where?\there\tthere\tup\tdown"
	path := file1(t, "mc9.train.tsv", []byte(`mc9.0`+"\tauthor\t"+`It rains.\newline\tabIt is wet.`+questions+"\r\n"))
	f := loaders.Fields{Texts: []string{"story", "question"}, Answers: "options", Label: "answer", ID: "id"}
	answers := strings.TrimSuffix(path, ".tsv") + ".ans"
	for _, want := range []string{"-", "D"} {
		if want == "D" {
			require.NoError(t, os.WriteFile(answers, []byte("A\tB\tC\tD\r\n"), 0o600))
		}
		rows, err := rowsOf(path, MCTest, f)
		require.NoError(t, err)
		require.Len(t, rows, 4)
		require.Equal(t, loaders.Row{
			Line: 1, ID: "mc9.0/3", Texts: []string{"It rains.\n\tIt is wet.", "Where?"}, Answers: []string{"here", "there", "up", "down"},
			Label: loaders.Label{Text: want},
		}, rows[3])
		require.Equal(t, "What?", rows[0].Texts[1])
	}
	require.NoError(t, os.WriteFile(answers, []byte("A\tB\n"), 0o600))
	_, err := rowsOf(path, MCTest, f)
	require.ErrorContains(t, err, "mc9.train.tsv:1: the .ans file has 2 answers for this line: there must be 4")
}

func TestAligned(t *testing.T) {
	path := file1(t, "s1.dev", []byte("It rains.\nIt rains.\n"))
	for name, content := range map[string]string{"s2.dev": "It is \"wet.\nIt is \"wet.", "labels.dev": "neutral\nyes\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), name), []byte(content), 0o600))
	}
	rows, err := rowsOf(path, Aligned, pairFields)
	require.NoError(t, err)
	require.Equal(t, []loaders.Row{aRow(1, loaders.String, "neutral"), aRow(2, loaders.String, "yes")}, rows)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "s2.dev"), []byte("one\n"), 0o600))
	_, err = rowsOf(path, Aligned, pairFields)
	require.ErrorContains(t, err, "s1.dev has 2 lines, s2 1 and labels 2: the numbers must be equal")
}

// FuzzRead reads files of every kind with any content: nothing may panic, and rows have
// what was asked for.
func FuzzRead(f *testing.F) {
	f.Add("a.jsonl", []byte(`{"context": "c", "question": "q", "answers": ["a", "b"], "label": 1}`))
	f.Add("a.jsonl", []byte("\ufeff{}\n[]\n\"\""))
	f.Add("a.jsonl", []byte("[{\"context\": \"c\",\n\"question\": \"q\", \"answers\": [\"a\"], \"label\": true}, {]"))
	f.Add("a.jsonl", []byte(`{"x": 1, "data": [{"context": "c", "context": "c", "question": "q", "answers": ["a"], "label": NaN}]}`))
	f.Add("a.tsv", []byte("context\tquestion\tanswers\tlabel\nc\tq\ta\t1"))
	f.Add("a.csv", []byte("context,question,answers,label\n\"c\",q,a,1\n\"\n"))
	f.Add("a.csv", []byte("context;question;answers;label\rc;\"q\r\r;\";a;1\r\rc;q\r"))
	f.Add("a.csv", []byte("\xff\xfec\x00,\x00\"\x00"))
	f.Add("a.csv", []byte(";\"0\r0\";\r0")) // a line break in the name of a column
	f.Add("a.jsonl", []byte("{\"context\": [\n1,\n2]}"))
	f.Add("a.tsv", []byte("context\tquestion\tanswers\tlabel\nc\xe9\tq\ta\tgr\xfcn\t\n\n\nc\tq\ta\t1\t2"))
	f.Add("a.csv.gz", []byte("\x1f\x8b"))
	f.Add("a.csv.zst", []byte("\x28\xb5\x2f\xfd"))
	f.Add("race", []byte(`{"article": "a", "id": "1", "questions": ["q"], "options": [["a"]], "answers": ["A"]}`))
	f.Add("mctest.tsv", []byte("id\tp\tstory\tq\ta\tb\tc\td"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		ending := ""
		for _, e := range []string{".jsonl", ".tsv", ".csv", ".csv.gz", ".csv.zst"} {
			if strings.HasSuffix(name, e) {
				ending = e
			}
		}
		kind := map[string]Kind{"race": RACE, "mctest.tsv": MCTest}[name]
		path := file1(t, "f"+ending, data)
		fields := qaFields
		if ending != ".jsonl" { // other tables have no lists
			fields.Answers = "answers+question"
		}
		switch kind {
		case RACE:
			fields = loaders.Fields{Texts: []string{"article", "question"}, Answers: "options", Label: "answer"}
		case MCTest:
			fields = loaders.Fields{Texts: []string{"story", "question"}, Answers: "options", Label: "answer"}
		}
		check(t, path, kind, fields)
	})
}

// FuzzParquet does the same with Parquet files.
func FuzzParquet(f *testing.F) {
	f.Add(parquetFile(f, aQuestion{"c", "q", []string{"a", "b"}, "B"}))
	f.Add([]byte("PAR1PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) { check(t, file1(t, "f.parquet", data), Parquet, qaFields) })
}

func check(t *testing.T, path string, kind Kind, f loaders.Fields) {
	if columns, err := Columns(path, kind); err != nil {
		require.NotContains(t, err.Error(), "\n")
	} else if kind == ByName {
		for _, name := range append(slices.Clone(f.Texts), f.Label) {
			if slices.Contains(columns, name) {
				continue
			}
			for row, err := range Read(path, kind, f) { // of objects, the first need not be like the others
				require.True(t, err != nil || row.Number > 1)
				break
			}
		}
	}
	n := 0
	for row, err := range Read(path, kind, f) {
		if n++; n > 1000 {
			break // a file of constants may have a million rows
		}
		if broken := (ledger.RowError{}); errors.As(err, &broken) {
			require.Equal(t, n, broken.Number)
			require.NotContains(t, err.Error(), "\n")
		}
		if err != nil {
			continue
		}
		require.Equal(t, n, row.Number)
		require.Len(t, row.Texts, 2)
		require.NotEmpty(t, row.Answers)
		require.NotEmpty(t, row.Label.Text)
	}
}
