package tables

import (
	"bytes"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
)

// answer is an element of a list of structs.
type answer struct {
	Text  string `parquet:"text"`
	Label string `parquet:"label"`
}

// choices is a struct of lists.
type choices struct {
	Text  []string `parquet:"text,list"`
	Label []string `parquet:"label,list"`
}

// optionalTexts is a list with nulls.
type optionalTexts struct {
	Text  []*string `parquet:"text,list"`
	Label []string  `parquet:"label,list"`
}

// asked is a question with its answers in one form or another.
type asked[A any] struct {
	Context  string `parquet:"context"`
	Question string `parquet:"question"`
	Answers  A      `parquet:"answers"`
	Label    string `parquet:"label"`
}

// askedList is asked with a plain list.
type askedList struct {
	Context  string   `parquet:"context"`
	Question string   `parquet:"question"`
	Answers  []string `parquet:"answers,list"`
	Label    string   `parquet:"label"`
}

type askedRepeated struct {
	Context  string   `parquet:"context"`
	Question string   `parquet:"question"`
	Answers  []string `parquet:"answers"`
	Label    string   `parquet:"label"`
}

type askedStructs struct {
	Context  string   `parquet:"context"`
	Question string   `parquet:"question"`
	Answers  []answer `parquet:"answers,list"`
	Label    string   `parquet:"label"`
}

type askedMap struct {
	Context  string            `parquet:"context"`
	Question string            `parquet:"question"`
	Answers  map[string]string `parquet:"answers"`
	Label    string            `parquet:"label"`
}

func TestParquetListsKeepTheirColumns(t *testing.T) {
	four := []string{"one", "two", "three", "four"}
	letters := []string{"A", "B", "C", "D"}
	for name, c := range map[string]struct {
		data    []byte
		columns []string
		answers string
		want    []string
	}{
		"a list":          {parquetFile(t, askedList{"c", "q", four, "B"}), []string{"context", "question", "answers", "label"}, "answers", four},
		"a repeated leaf": {parquetFile(t, askedRepeated{"c", "q", four, "B"}), []string{"context", "question", "answers", "label"}, "answers", four},
		"a struct of lists": {
			parquetFile(t, asked[choices]{"c", "q", choices{four, letters}, "B"}),
			[]string{"context", "question", "answers.text", "answers.label", "label"},
			"answers.text", four,
		},
		"its other list": {
			parquetFile(t, asked[choices]{"c", "q", choices{four, letters}, "B"}),
			[]string{"context", "question", "answers.text", "answers.label", "label"},
			"answers.label", letters,
		},
		"a list of structs": {
			parquetFile(t, askedStructs{"c", "q", []answer{{"one", "A"}, {"two", "B"}}, "B"}),
			[]string{"context", "question", "answers.text", "answers.label", "label"},
			"answers.text",
			[]string{"one", "two"},
		},
		"a map": {
			parquetFile(t, askedMap{"c", "q", map[string]string{"A": "one"}, "B"}),
			[]string{"context", "question", "answers.key", "answers.value", "label"},
			"answers.value",
			[]string{"one"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := file1(t, "rows.parquet", c.data)
			names, err := Columns(path, ByName)
			require.NoError(t, err)
			require.ElementsMatch(t, c.columns, names)
			f := qaFields
			f.Answers = c.answers
			rows, err := rowsOf(path, ByName, f)
			require.NoError(t, err)
			require.Len(t, rows, 1)
			require.Equal(t, c.want, rows[0].Answers)
			require.Equal(t, "B", rows[0].Label.Text)
		})
	}
}

// TestParquetWrappersHaveNoName: what stands around the elements of a list differs between
// programs.
func TestParquetWrappersHaveNoName(t *testing.T) {
	str := parquet.String()
	for name, c := range map[string]struct {
		node parquet.Node
		want []string
	}{
		"list.element":       {parquet.Group{"list": parquet.Repeated(parquet.Group{"element": str})}, []string{"a"}},
		"list.item":          {parquet.Group{"list": parquet.Repeated(parquet.Group{"item": parquet.Optional(str)})}, []string{"a"}},
		"array":              {parquet.Group{"array": parquet.Repeated(str)}, []string{"a"}},
		"bag.array_element":  {parquet.Group{"bag": parquet.Repeated(parquet.Group{"array_element": str})}, []string{"a"}},
		"a_tuple":            {parquet.Group{"a_tuple": parquet.Repeated(parquet.Group{"x": str})}, []string{"a.x"}},
		"array of structs":   {parquet.Group{"array": parquet.Repeated(parquet.Group{"x": str, "y": str})}, []string{"a.x", "a.y"}},
		"element of structs": {parquet.Group{"list": parquet.Repeated(parquet.Group{"element": parquet.Group{"x": str}})}, []string{"a.x"}},
		"lists of lists":     {parquet.List(parquet.List(str)), []string{"a"}},
		"a struct":           {parquet.Group{"text": parquet.Repeated(str)}, []string{"a.text"}},
		"an annotated list":  {parquet.List(parquet.Group{"x": parquet.List(str)}), []string{"a.x"}},
	} {
		w := parquet.NewSchema("s", parquet.Group{"a": c.node})
		path := file1(t, "rows.parquet", emptyParquet(t, w))
		names, err := Columns(path, ByName)
		require.NoError(t, err, name)
		require.Equal(t, c.want, names, name)
	}
}

func TestParquetNullsKeepTheirPlace(t *testing.T) {
	one, three := "one", "three"
	f := qaFields
	f.Answers = "answers.text"
	path := file1(t, "rows.parquet", parquetFile(t,
		asked[optionalTexts]{"c", "q", optionalTexts{[]*string{&one, nil, &three}, []string{"A", "B", "C"}}, "C"},
		asked[optionalTexts]{"c", "q", optionalTexts{[]*string{&one, &three}, []string{"A", "B"}}, "B"},
		asked[optionalTexts]{"c", "q", optionalTexts{nil, nil}, "B"},
	))
	var good []loaders.Row
	var bad []string
	for row, err := range Read(path, ByName, f) {
		if err != nil {
			bad = append(bad, err.Error())
			continue
		}
		good = append(good, row)
	}
	require.Len(t, good, 1)
	require.Equal(t, []string{"one", "three"}, good[0].Answers)
	require.Len(t, bad, 2)
	require.Contains(t, bad[0], `field "answers.text": item 1 of the list: it must be a string, not null`)
	require.Contains(t, bad[1], "the list is empty")
}

// emptyParquet is a file without rows.
func emptyParquet(t *testing.T, s *parquet.Schema) []byte {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewWriter(&out, s)
	require.NoError(t, w.Close())
	return out.Bytes()
}
