package finetune

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/loaders/tables"
	"gorgpt/tokenizer"
)

// rowsOf writes lines to a file and reads them as rows.
func rowsOf(t *testing.T, kind heads.Kind, lines ...string) []loaders.Row {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600))
	rows, _, err := tables.Collect(path, tables.ByName, kind.Task().Fields(), ledger.DefaultTolerance)
	require.NoError(t, err)
	return rows
}

// pairs returns rows of similarity with the given labels, as JSON.
func pairs(labels ...string) []string {
	lines := make([]string, len(labels))
	for i, l := range labels {
		lines[i] = fmt.Sprintf(`{"a": "one text", "b": "other", "label": %s}`, l)
	}
	return lines
}

// question returns a row of multiple choice as JSON.
func question(answers, label string) string {
	return fmt.Sprintf(`{"context": "it rains", "question": "is it wet", "answers": %s, "label": %s}`, answers, label)
}

// vocabulary returns a tokenizer for the texts of pairs and question.
func vocabulary(t *testing.T) (*tokenizer.Tokenizer, heads.Specials) {
	t.Helper()
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 60})
	trainer.Add("one text other it rains is it wet yes no")
	tok, err := trainer.Train()
	require.NoError(t, err)
	tok, err = tok.AddSpecials()
	require.NoError(t, err)
	specials, err := Specials(tok)
	require.NoError(t, err)
	return tok, specials
}

func TestLearn(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  heads.Kind
		lines []string
		want  Spec
		bad   string
	}{
		{name: "words", kind: heads.Similarity, lines: pairs(`"same"`, `"other"`, `"same"`), want: Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"other", "same"}}}},
		{name: "integers", kind: heads.Similarity, lines: pairs("10", "9", `"-1"`, `"9"`), want: Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"-1", "9", "10"}}}},
		{name: "words and integers", kind: heads.Similarity, lines: pairs("10", "9", `"x"`), want: Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"10", "9", "x"}}}},
		{name: "one score with a decimal point", kind: heads.Similarity, lines: pairs("4", "3.5"), want: Spec{Task: heads.Regression}},
		{name: "scores without a point", kind: heads.Regression, lines: pairs("4", "3"), want: Spec{Task: heads.Regression}},
		{name: "answers", kind: heads.MultipleChoice, lines: []string{question(`["a", "b", "c"]`, "0")}, want: Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 3}}},
		{name: "different numbers of answers", kind: heads.MultipleChoice, lines: []string{question(`["a"]`, "0"), question(`["a", "b", "c"]`, "0"), question(`["a", "b"]`, "0")}, want: Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 3}}},
		{name: "one class", kind: heads.Similarity, lines: pairs(`"same"`, `"same"`), bad: `rows.jsonl: every label is "same": the rows need two or more classes`},
		{name: "one answer", kind: heads.MultipleChoice, lines: []string{question(`["a"]`, "0")}, bad: "rows.jsonl:1: a question needs two or more answers, not one"},
		{
			name: "class with a decimal point", kind: heads.Classification, bad: "rows.jsonl:2: label 0.5 is not a class: it must be a string or an integer",
			lines: []string{`{"text": "a", "label": 0}`, `{"text": "b", "label": 0.5}`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec, err := Learn(c.kind, rowsOf(t, c.kind, c.lines...))
			if c.bad != "" {
				require.ErrorContains(t, err, c.bad)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, spec)
		})
	}
}

func TestEncode(t *testing.T) {
	tok, specials := vocabulary(t)
	id := func(words string) []int32 { return tok.Encode(words) }
	join := func(parts ...[]int32) []int32 {
		var all []int32
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	s, d, c := []int32{specials.Start}, []int32{specials.Delimiter}, []int32{specials.Classify}

	spec := Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"no", "yes"}}, Specials: specials}
	set, err := Encode(spec, tok, 20, rowsOf(t, spec.Task, pairs(`"yes"`)...), nil, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Equal(t, []heads.Encoded{{Target: heads.Target{Label: 1}, Sequences: [][]int32{
		join(s, id("one text"), d, id("other"), c), join(s, id("other"), d, id("one text"), c),
	}}}, set.Examples)
	require.Zero(t, set.Cut)

	set, err = Encode(spec, tok, 5, rowsOf(t, spec.Task, pairs(`"yes"`, `"no"`)...), nil, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Equal(t, 2, set.Cut)

	spec = Spec{Task: heads.Regression, Specials: specials}
	set, err = Encode(spec, tok, 20, rowsOf(t, spec.Task, pairs("-2.5", "4")...), nil, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Equal(t, []heads.Target{{Score: -2.5}, {Score: 4}}, set.targets())

	spec = Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 2}, Specials: specials}
	set, err = Encode(spec, tok, 20, rowsOf(t, spec.Task, question(`["yes", "no"]`, "1")), nil, ledger.DefaultTolerance)
	require.NoError(t, err)
	require.Equal(t, []heads.Encoded{{Target: heads.Target{Label: 1}, Sequences: [][]int32{
		join(s, id("it rains is it wet"), d, id("yes"), c), join(s, id("it rains is it wet"), d, id("no"), c),
	}}}, set.Examples)
}

func TestEncodeErrors(t *testing.T) {
	tok, specials := vocabulary(t)
	many := strings.Split("a,b,c,d,e,f,g,h,i,j,k", ",")
	classes := Spec{Task: heads.Similarity, Space: heads.Space{Labels: []string{"no", "yes"}}}
	choice := Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 2}}
	for _, c := range []struct {
		name, row string
		spec      Spec
		want      string
	}{
		{"unseen label", pairs(`"maybe"`)[0], classes, `rows.jsonl:1: label "maybe" does not occur in the training file: it must be one of no, yes`},
		{"unseen label among many", pairs(`"maybe"`)[0], Spec{Task: heads.Similarity, Space: heads.Space{Labels: many}}, "it must be one of a, b, c, d, e, f, g, h, i, j, … (11 in all)"},
		{"score that is a word", pairs(`"3.5"`)[0], Spec{Task: heads.Regression}, `rows.jsonl:1: label "3.5" is a string: it must be a number for regression`},
		{"score out of range", pairs("1e300")[0], Spec{Task: heads.Regression}, "rows.jsonl:1: label 1e300: it must be a number between"},
		{"answer out of range", question(`["yes", "no"]`, "2"), choice, "rows.jsonl:1: label 2: it must be the number of the right answer, from 0 to 1"},
		{"negative answer", question(`["yes", "no"]`, "-1"), choice, "label -1: it must be the number of the right answer"},
		{"answer by name", question(`["yes", "no"]`, `"yes"`), choice, "label yes: it must be the number of the right answer"},
		{"label beyond the row's own answers", question(`["yes"]`, "1"), choice, "rows.jsonl:1: label 1: it must be the number of the right answer, from 0 to 0"},
		{"too many answers", question("["+strings.Repeat(`"yes", `, 1000)+`"no"]`, "0"), choice, "rows.jsonl:1: the question has 1001 answers: it must have at most 1000"},
		{"answer without tokens", question(`["yes", "\u0007"]`, "0"), choice, `rows.jsonl:1: answer 1: the text "\a" has no tokens`},
		{"text without tokens", `{"a": "\u0007", "b": "text", "label": "no"}`, classes, `rows.jsonl:1: field "a": the text "\a" has no tokens`},
		{"too long", question(`["yes", "`+strings.Repeat("no ", 20)+`"]`, "0"), choice, "rows.jsonl:1: question and answer have"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.spec.Specials = specials
			_, err := Encode(c.spec, tok, 20, rowsOf(t, c.spec.Task, c.row), nil, ledger.DefaultTolerance)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestSpecFile(t *testing.T) {
	dir := t.TempDir()
	_, err := ReadSpec(dir)
	require.ErrorIs(t, err, os.ErrNotExist)

	want := Spec{Task: heads.Entailment, Space: heads.Space{Labels: []string{"no", "yes"}}, Specials: heads.Specials{Start: 7, Delimiter: 8, Classify: 9}}
	data, err := want.JSON()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, SpecFile), data, 0o600))
	got, err := ReadSpec(dir)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.True(t, got.SameHead(want))
	require.False(t, got.SameHead(Spec{Task: heads.Entailment, Space: heads.Space{Labels: []string{"yes", "no"}}}))

	for content, message := range map[string]string{`{"task": 5}`: "task.json", `{"task": "poetry"}`: `task.json: unknown task "poetry"`} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, SpecFile), []byte(content), 0o600))
		_, err := ReadSpec(dir)
		require.ErrorContains(t, err, message)
	}
}
