package loaders

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	pairFields = Fields{Texts: []string{"premise", "hypothesis"}, Label: "label"}
	qaFields   = Fields{Texts: []string{"context", "question"}, Answers: "answers", Label: "label"}
)

// labelled reads a file with that content, up to the first error.
func labelled(t *testing.T, content string, f Fields) ([]Row, error) {
	t.Helper()
	path := filepath.Join(folder(t, map[string]string{"rows.jsonl": content}), "rows.jsonl")
	var rows []Row
	for row, err := range ReadLabelled(path, f) {
		if err != nil {
			return rows, err
		}
		require.Equal(t, path, row.Path)
		row.Path = ""
		rows = append(rows, row)
	}
	return rows, nil
}

func TestReadLabelled(t *testing.T) {
	pair := func(line int, form Form, label string) Row {
		return Row{Line: line, Texts: []string{"It rains.", "It is wet."}, Label: Label{label, form}}
	}
	const texts = `"premise": "It rains.", "hypothesis": "It is wet."`
	for _, c := range []struct {
		name, content string
		fields        Fields
		want          []Row
	}{
		{"string", `{` + texts + `, "label": "yes"}`, pairFields, []Row{pair(1, String, "yes")}},
		{"integer", `{` + texts + `, "label": 2}`, pairFields, []Row{pair(1, Integer, "2")}},
		{"negative", `{` + texts + `, "label": -1}`, pairFields, []Row{pair(1, Integer, "-1")}},
		{"point", `{` + texts + `, "label": 3.50}`, pairFields, []Row{pair(1, Float, "3.50")}},
		{"exponent", `{` + texts + `, "label": 1e1}`, pairFields, []Row{pair(1, Float, "1e1")}},
		{"other fields", `{"label": "a b", "id": {"n": [1]}, ` + texts + `}`, pairFields, []Row{pair(1, String, "a b")}},
		{
			"blank lines, CR LF and a byte order mark", "\ufeff\r\n{" + texts + ", \"label\": 1}\r\n \t\n{" + texts + ", \"label\": 0}",
			pairFields,
			[]Row{pair(2, Integer, "1"), pair(4, Integer, "0")},
		},
		{"escapes", `{"text": "a\tb\u00e9", "label": "\u00e9"}`, Fields{Texts: []string{"text"}, Label: "label"}, []Row{
			{Line: 1, Texts: []string{"a\tbé"}, Label: Label{"é", String}},
		}},
		{"answers", `{"context": "c", "question": "q", "answers": ["a", " b"], "label": 1}`, qaFields, []Row{
			{Line: 1, Texts: []string{"c", "q"}, Answers: []string{"a", " b"}, Label: Label{"1", Integer}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := labelled(t, c.content, c.fields)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestReadLabelledErrors(t *testing.T) {
	const good = `{"premise": "p", "hypothesis": "h", "label": 1}` + "\n"
	qa := func(answers string) string {
		return `{"context": "c", "question": "q", "answers": ` + answers + `, "label": 1}`
	}
	for _, c := range []struct {
		name, content string
		fields        Fields
		want          string
	}{
		{"empty", "", pairFields, "rows.jsonl: the file has no rows: want one JSON object a line with premise, hypothesis and label"},
		{"blank", "\n \n", pairFields, "rows.jsonl: the file has no rows"},
		{"cut off", good + `{"premise": "p"`, pairFields, "rows.jsonl:2: bad JSON: unexpected end of JSON input"},
		{"two objects", `{} {}`, pairFields, "rows.jsonl:1: bad JSON"},
		{"list", `[1]`, pairFields, "rows.jsonl:1: want a JSON object with premise, hypothesis and label, got [1]"},
		{"null", `null`, pairFields, "rows.jsonl:1: want a JSON object"},
		{"missing", good + "\n" + `{"premise": "p", "label": 1}`, pairFields, `rows.jsonl:3: field "hypothesis" is missing: want premise, hypothesis and label`},
		{"other case", `{"Premise": "p", "hypothesis": "h", "label": 1}`, pairFields, `field "premise" is missing`},
		{"no label", `{"premise": "p", "hypothesis": "h"}`, pairFields, `field "label" is missing`},
		{"number for a text", `{"premise": 5, "hypothesis": "h", "label": 1}`, pairFields, `field "premise": want a string, got 5`},
		{"null for a text", `{"premise": null, "hypothesis": "h", "label": 1}`, pairFields, `field "premise": want a string, got null`},
		{"blank text", `{"premise": " \n", "hypothesis": "h", "label": 1}`, pairFields, `field "premise": the text is empty`},
		{"null label", `{"premise": "p", "hypothesis": "h", "label": null}`, pairFields, `field "label": want a string or a number, got null`},
		{"empty label", `{"premise": "p", "hypothesis": "h", "label": ""}`, pairFields, `field "label": the text is empty`},
		{"tab in a label", `{"premise": "p", "hypothesis": "h", "label": "a\tb"}`, pairFields, `field "label": the label "a\tb" has a tab`},
		{"long value", `{"premise": [` + strings.Repeat("1,", 99) + `1], "hypothesis": "h", "label": 1}`, pairFields, "1,1,1…"},
		{"no answers", `{"context": "c", "question": "q", "label": 1}`, qaFields, `field "answers" is missing: want context, question, answers and label`},
		{"answers that are no list", qa(`"a"`), qaFields, `field "answers": want a list of strings, got "a"`},
		{"empty answers", qa(`[]`), qaFields, `field "answers": the list is empty`},
		{"blank answer", qa(`["a", ""]`), qaFields, `field "answers": number 1 of the list: the text is empty`},
		{"number for an answer", qa(`["a", 2]`), qaFields, `field "answers": number 1 of the list: want a string, got 2`},
		{"long line", strings.Repeat(" ", maxRow+1), pairFields, "rows.jsonl:1: the line is longer than 16 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := labelled(t, c.content, c.fields)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}

	for _, err := range ReadLabelled(filepath.Join(t.TempDir(), "none.jsonl"), pairFields) {
		require.ErrorContains(t, err, "none.jsonl")
	}
}

func TestReadLabelledStops(t *testing.T) {
	path := filepath.Join(folder(t, map[string]string{"rows.jsonl": `{"text": "a", "label": 1}` + "\nno JSON"}), "rows.jsonl")
	for _, err := range ReadLabelled(path, Fields{Texts: []string{"text"}, Label: "label"}) {
		require.NoError(t, err)
		break // before the bad line
	}
}

func FuzzReadLabelled(f *testing.F) {
	f.Add([]byte(`{"context": "c", "question": "q", "answers": ["a", "b"], "label": 1}`))
	f.Add([]byte("\ufeff{}\n[]\n\"\""))
	f.Fuzz(func(t *testing.T, data []byte) {
		readRows("f", strings.NewReader(string(data)), qaFields, func(row Row, err error) bool {
			if err != nil {
				return true
			}
			require.Len(t, row.Texts, 2)
			require.NotEmpty(t, row.Answers)
			require.NotEmpty(t, row.Label.Text)
			return true
		})
	})
}
