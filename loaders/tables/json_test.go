package tables

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

func TestShapesOfJSON(t *testing.T) {
	const a, b = `{"text": "one [{", "label": 0}`, `{"label": 1, "text": "two \"}", "data": [{"x": 1}]}`
	const pretty = "{\n  \"text\": \"one [{\",\n  \"label\": 0\n}"
	for _, c := range []struct {
		name, content string
		lines         []int
		notes         []string
	}{
		{"lines", a + "\n" + b + "\n", []int{1, 2}, nil},
		{"lines with arrays", strings.Replace(b, "two", "one [{", 1) + "\n" + b, []int{1, 2}, nil},
		{"array on a line", "[" + a + ", " + b + "]", []int{1, 1}, nil},
		{"array, one a line", " [\n" + a + ",\n" + b + "\n]\n", []int{2, 3}, nil},
		{"array over lines", "[\n" + pretty + ",\n" + b + "\n]", []int{2, 6}, nil},
		{"arrays", "[" + a + "]\n[" + b + "]", []int{1, 2}, nil},
		{"objects over lines", pretty + "\n" + b, []int{1, 5}, nil},
		{"member", `{"version": [1, {}], "data": [` + a + "," + b + `], "more": {"data": "x"}}`, []int{1, 1}, []string{`the rows are those of "data"`}},
		{"member over lines", "{\n\"Rows\":\n[" + pretty + ",\n" + b + "]\n}\n", []int{3, 7}, []string{`the rows are those of "Rows"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := file1(t, "r.json", []byte(c.content))
			columns, err := Columns(path, ByName)
			require.NoError(t, err)
			require.Subset(t, columns, []string{"label", "text"})
			rows, account, err := Collect(path, ByName, labelledText, ledger.DefaultTolerance)
			require.NoError(t, err)
			require.Empty(t, account.LeftOut)
			require.Len(t, rows, 2)
			require.Equal(t, c.lines, []int{rows[0].Line, rows[1].Line})
			require.Equal(t, "1", rows[1].Label.Text)
			require.Equal(t, c.notes, account.Notes)
		})
	}
}

// A list of objects in the only row is no list of rows.
func TestTheOnlyObjectMayBeARow(t *testing.T) {
	for _, content := range []string{
		`{"text": "one", "items": [{"text": "two", "label": 1}], "label": 0}`,
		"{\"text\": \"one\",\n\"items\": [{\"id\": 1},\n{\"id\": 2}], \"label\": 0}\n",
	} {
		rows, account, err := Collect(file1(t, "r.jsonl", []byte(content)), ByName, labelledText, ledger.DefaultTolerance)
		require.NoError(t, err)
		require.Empty(t, account.Notes)
		require.Len(t, rows, 1)
		require.Equal(t, "one", rows[0].Texts[0])
	}
}

func TestBrokenJSON(t *testing.T) {
	const a = `{"text": "one", "label": 0}`
	many := strings.Repeat(a+",\n", 200)
	for _, c := range []struct {
		name, content, want string
		kept                int // negative: the file is refused
	}{
		{"array cut off", "[" + many + a, "r.json:201: bad JSON: the file ends in the middle of a row or a list of rows", 201},
		{"row cut off", "[" + many + `{"text"`, "r.json:201: bad JSON: the file ends in the middle", 200},
		{"member cut off", `{"data": [` + many + a, "r.json:201: bad JSON: the file ends in the middle", 201},
		{"value of another kind", "[" + many + "5]", "r.json:201: the row must be a JSON object with text and label, not 5", 200},
		{"Python's NaN", "[" + many + `{"text": "one", "label": NaN}]`, "r.json:201: bad JSON: NaN and Infinity are not JSON values: use a number or null", 200},
		{"no comma", "[" + a + " " + a + "]", "r.json:1: bad JSON: want , or ], got '{'", -1},
		{"string that does not end", "[" + many + `{"text": "one, "label": 0},` + "\n" + many + "]", "r.json:201: bad JSON: a string does not end in its line", -1},
		{"two lists", `{"data": [` + a + `], "rows": [` + a + `]}`, `r.json:1: bad JSON: the object has rows as "data" and as "rows": a file must have one list of rows`, -1},
		{"line of NaN", a + "\n" + `{"text": "one", "label": -Infinity}`, "r.json:2: bad JSON: NaN and Infinity are not JSON values", 1},
		{"first line cut off", `{"text": "one"` + "\n" + a, "r.json:1: bad JSON", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, account, err := Collect(file1(t, "r.json", []byte(c.content)), ByName, labelledText, ledger.DefaultTolerance)
			if c.kept < 0 {
				require.ErrorContains(t, err, c.want)
				require.NotContains(t, err.Error(), "\n")
				return
			}
			require.NoError(t, err)
			require.Len(t, rows, c.kept)
			require.Len(t, account.LeftOut, 1)
			require.ErrorContains(t, account.LeftOut[0].Err, c.want)
		})
	}
}

func TestKeysThatOccurTwiceAreReported(t *testing.T) {
	content := strings.Repeat(`{"text": "first:", "more": {"text": 1, "text": 2}, "text": "last", "label": 0}`+"\n", 300) + `{"text": "one", "label": 1}`
	rows, account, err := Collect(file1(t, "r.jsonl", []byte(content)), ByName, labelledText, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Equal(t, "last", rows[299].Texts[0])
	require.Equal(t, []string{"300 rows have a key more than once, of which the last counts"}, account.Notes)
}

func TestBlanksAroundLabelsAreCounted(t *testing.T) {
	rows, account, err := Collect(file1(t, "r.csv", []byte("text,label\none, yes\ntwo,yes \nthree,yes\nfour,\n")), ByName, labelledText, ledger.Tolerance{Share: 1})
	require.NoError(t, err)
	require.Len(t, rows, 3)
	for _, row := range rows {
		require.Equal(t, "yes", row.Label.Text)
	}
	require.Equal(t, []string{"blanks left out around 2 labels"}, account.Notes)
}

func TestBooleansAreLabels(t *testing.T) {
	rows, err := rowsOf(file1(t, "r.jsonl", []byte(`{"text": "one", "label": true}`+"\n"+`{"text": "two", "label": false}`)), ByName, labelledText)
	require.NoError(t, err)
	require.Equal(t, []loaders.Label{{Text: "true"}, {Text: "false"}}, []loaders.Label{rows[0].Label, rows[1].Label})
	type row struct {
		Text  string `parquet:"text"`
		Label bool   `parquet:"label"`
	}
	rows, err = rowsOf(file1(t, "r.parquet", parquetFile(t, row{"one", true})), ByName, labelledText)
	require.NoError(t, err)
	require.Equal(t, loaders.Label{Text: "true"}, rows[0].Label)
	_, err = rowsOf(file1(t, "r.jsonl", []byte(`{"text": true, "label": true}`)), ByName, labelledText)
	require.ErrorContains(t, err, `field "text": it must be a string, not true`)
}

// Cutting values by their brackets gives the same as parsing the whole.
func FuzzJSONArray(f *testing.F) {
	f.Add(`[{"text": "a\"]", "label": [1, {"x": "}"}]}, {"text": "b"}, 5, null, "s", []]`)
	f.Add("{\"data\": [{\"a\":\n1}]}")
	f.Fuzz(func(t *testing.T, content string) {
		path := file1(t, "r.json", []byte(content))
		var want []json.RawMessage
		valid := json.Unmarshal([]byte(content), &want) == nil && strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(content), "[")), "{")
		var got []string
		s, err := sourceOf(path, JSONL, labelledText)
		require.NoError(t, err)
		err = s.next(func(r record) bool { got = append(got, r.raw); return true })
		if err != nil {
			require.False(t, valid && !strings.Contains(content, "\x00"), fmt.Sprint(err))
			require.NotContains(t, err.Error(), "\n")
			return
		}
		if valid && len(content) < 1<<10 && !strings.ContainsAny(content, "\x00\r\ufffd") {
			require.Len(t, got, len(want))
			for i := range want {
				require.JSONEq(t, string(want[i]), got[i])
			}
		}
	})
}
