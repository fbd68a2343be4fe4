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
	"gorgpt/train"
)

// dataOf returns data with a row for each text and label.
func dataOf(kind heads.Kind, labels []string, pairs ...string) *Data {
	d := &Data{Name: "rows.csv", Spec: Spec{Task: kind, Space: heads.Space{Labels: labels}}}
	for i, pair := range pairs {
		text, label, _ := strings.Cut(pair, "=")
		d.Train = append(d.Train, loaders.Row{Path: d.Name, Number: i + 1, Texts: []string{text}, Label: loaders.Label{Text: label}})
	}
	return d
}

// tickets are rows of four teams with the given numbers of rows.
func tickets(numbers ...int) *Data {
	var pairs, labels []string
	for team, n := range numbers {
		labels = append(labels, fmt.Sprint("team ", team))
		for i := range n {
			pairs = append(pairs, fmt.Sprintf("text %d of %d=team %d", i, team, team))
		}
	}
	return dataOf(heads.Classification, labels, pairs...)
}

// perLabel counts the rows of each label.
func perLabel(rows []loaders.Row) map[string]int {
	n := map[string]int{}
	for _, row := range rows {
		n[row.Label.Text]++
	}
	return n
}

func TestSplitIsStratified(t *testing.T) {
	d := tickets(104, 108, 76, 12)
	require.NoError(t, d.Split("80/10/10", 1))
	require.Equal(t, []int{240, 30, 30}, []int{len(d.Train), len(d.Dev), len(d.Test)})
	for _, part := range [][]loaders.Row{d.Dev, d.Test} {
		n := perLabel(part)
		require.InDelta(t, 10.4, n["team 0"], 1)
		require.InDelta(t, 10.8, n["team 1"], 1)
		require.InDelta(t, 7.6, n["team 2"], 1)
		require.Equal(t, 1, n["team 3"])
	}
	require.Equal(t, []string{"rows.csv: split 80/10/10 by seed 1: 240 training, 30 development and 30 test rows"}, d.Notes)
	for i, row := range d.Train[1:] {
		require.Greater(t, row.Number, d.Train[i].Number, "the rows keep their order")
	}

	same, other := tickets(104, 108, 76, 12), tickets(104, 108, 76, 12)
	require.NoError(t, same.Split("80/10/10", 1))
	require.Equal(t, d.Held, same.Held)
	require.NoError(t, other.Split("80/10/10", 2))
	require.NotEqual(t, d.Held, other.Held)
	o := Options{Options: train.Options{Seed: 2}}
	again, err := d.Resplit(o, train.Listener{})
	require.NoError(t, err)
	require.Equal(t, other.Held, again.Held)
	require.Equal(t, other.Test, again.Test)
}

func TestSplitOfManyRareLabels(t *testing.T) {
	numbers := make([]int, 30)
	for i := range numbers {
		numbers[i] = 3 + i%2
	}
	d := tickets(numbers...)
	require.NoError(t, d.Split("80/10/10", 1))
	require.InDelta(t, 10.5, len(d.Dev), 1)
	require.InDelta(t, 10.5, len(d.Test), 1)
	require.Len(t, perLabel(d.Train), 30, "every label has training rows")

	d = tickets(40, 1, 1)
	require.NoError(t, d.Split("50/0/50", 1))
	require.Equal(t, "rows.csv: no test row is labelled team 1, team 2", d.Notes[1])
	require.Nil(t, d.Dev)
	require.Equal(t, []int{1, 1}, []int{perLabel(d.Train)["team 1"], perLabel(d.Train)["team 2"]})
}

func TestEqualTextsStayTogether(t *testing.T) {
	var pairs []string
	for i := range 200 {
		pairs = append(pairs, fmt.Sprintf("%s=%d", []string{"The text %d", " the  TEXT %d\n"}[i%2], i%2))
		pairs[i] = fmt.Sprintf(pairs[i], i/3)
	}
	for seed := range int64(5) {
		d := dataOf(heads.Classification, []string{"0", "1"}, pairs...)
		require.NoError(t, d.Split("60/20/20", seed))
		require.InDelta(t, 40, len(d.Dev), 3)
		require.InDelta(t, 40, len(d.Test), 3)
		part := map[string]int{}
		for i, rows := range [][]loaders.Row{d.Train, d.Dev, d.Test} {
			for _, row := range rows {
				text := strings.ToLower(strings.Join(strings.Fields(row.Texts[0]), " "))
				if before, found := part[text]; found {
					require.Equal(t, before, i, text)
				}
				part[text] = i
			}
		}
	}
	// A pair connects the rows of both its texts.
	rows := []loaders.Row{{Texts: []string{"a", "b"}}, {Texts: []string{"c", "d"}}, {Texts: []string{"b", "e"}}, {Texts: []string{"", ""}}, {Texts: []string{"e", "c"}}, {Texts: []string{"", "f"}}}
	require.Equal(t, [][]int{{0, 1, 2, 4}, {3}, {5}}, groupsOf(rows))
}

// Questions of a few kinds are asked about many contexts.
func TestSplitOfQuestions(t *testing.T) {
	d := &Data{Name: "rows.jsonl", Spec: Spec{Task: heads.MultipleChoice, Space: heads.Space{Choices: 2}}}
	for i := range 40 {
		d.Train = append(d.Train, loaders.Row{Number: i + 1, Texts: []string{fmt.Sprint("context ", i), "which one ?"}, Answers: []string{"a", "b"}, Label: loaders.Label{Text: fmt.Sprint(i % 2)}})
	}
	require.NoError(t, d.Split("80/10/10", 1))
	require.Equal(t, []int{32, 4, 4}, []int{len(d.Train), len(d.Dev), len(d.Test)})

	question := func(context, question string) loaders.Row {
		return loaders.Row{Texts: []string{context, question}, Answers: []string{"a", "b"}}
	}
	rows := []loaders.Row{question("c", "q"), question("", "q"), question("d", "q"), question(" ", "Q"), question("C", "r")}
	require.Equal(t, [][]int{{0, 4}, {1, 3}, {2}}, groupsOf(rows))
}

func TestSplitOfOtherTasks(t *testing.T) {
	scores := dataOf(heads.Regression, nil)
	tags := dataOf(heads.MultiLabel, []string{"a", "b", "c"})
	for i := range 100 {
		scores.Train = append(scores.Train, loaders.Row{Number: i + 1, Texts: []string{fmt.Sprint("a", i), fmt.Sprint("b", i)}, Label: loaders.Label{Text: fmt.Sprint(i, ".5")}})
		tags.Train = append(tags.Train, loaders.Row{Number: i + 1, Texts: []string{fmt.Sprint(i)}, Label: loaders.Label{Text: []string{"a", "b", "a|b", "a|c", "|"}[i%5]}})
	}
	for _, d := range []*Data{scores, tags} {
		require.NoError(t, d.Split("80/10/10", 1))
		require.Equal(t, []int{80, 10, 10}, []int{len(d.Train), len(d.Dev), len(d.Test)})
	}
	require.Equal(t, 2, perLabel(tags.Test)["a|c"])
}

func TestSplitsThatCannotBe(t *testing.T) {
	for _, split := range []string{"80", "80/30", "0/50/50", "100/0/0", "a/b", "80/10/5/5", "-10/100/10", "NaN/50/50"} {
		_, err := parseSplit(split)
		require.ErrorContains(t, err, "Split must be percentages of training, development and test rows that add up to 100", split)
	}
	d := dataOf(heads.Classification, []string{"0", "1"}, "a=0", "b=1", "a =1", "b=0")
	require.EqualError(t, d.Split("80/10/10", 1), "Split: rows.csv has too few different texts, or too few of each label, for development rows (4 usable rows): name files with Dev and Test, or add rows")
	d = dataOf(heads.Classification, []string{"0", "1"}, "a=0", "b=1")
	require.NoError(t, d.SplitIfPossible(1))
	require.Len(t, d.Train, 2)
	require.Empty(t, d.SplitBy)
	require.Equal(t, []string{"rows.csv has too few different texts, or too few of each label, for development rows (2 usable rows); all are for training, and there is no score"}, d.Notes)
}

func TestHeldRowsAreKept(t *testing.T) {
	d := tickets(50, 50)
	require.NoError(t, d.Split("90/10", 3))
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, SplitFile), d.Held.TSV(), 0o600))
	held, err := ReadHeld(dir)
	require.NoError(t, err)
	require.Equal(t, d.Held, held)
	again := tickets(50, 50)
	require.NoError(t, again.Divide(held, "90/10"))
	require.Equal(t, d.Dev, again.Dev)
	require.ErrorContains(t, tickets(50, 51).Divide(held, "90/10"), "split.tsv: row 101 of rows.csv is missing: did the rows change since the run began?")
	require.ErrorContains(t, tickets(50, 49).Divide(held, "90/10"), "split.tsv has 100 rows, but rows.csv has 99 that can be used")
	for content, want := range map[string]string{
		"":                               "line 1: it must be row and part",
		"row\tpart\n1\ttrain\n1\tdev\n":  "line 3: row 1 occurs twice",
		"row\tpart\n0\ttrain\n":          "line 2: it must be the number of a row, a tab, and train, dev or test",
		"row\tpart\n1\ttraining\n2\tx\n": "line 2: it must be the number of a row",
	} {
		_, err := ParseHeld(content)
		require.ErrorContains(t, err, want)
	}
}

func FuzzHeld(f *testing.F) {
	f.Add("row\tpart\n1\ttrain\n2\tdev\n")
	f.Fuzz(func(t *testing.T, content string) {
		held, err := ParseHeld(content)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			return
		}
		again, err := ParseHeld(string(held.TSV()))
		require.NoError(t, err)
		require.Equal(t, held, again)
	})
}
