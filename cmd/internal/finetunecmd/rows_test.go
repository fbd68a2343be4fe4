package finetunecmd

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// cells returns the cells of a table, whose lines must all have the same number.
func cells(t *testing.T, table string) (lines [][]string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSuffix(table, "\n"), "\n") {
		lines = append(lines, strings.Split(line, "\t"))
		require.Len(t, lines[len(lines)-1], len(lines[0]), line)
	}
	return lines
}

// texts returns n texts whose label depends on one word, with some replaced by those given.
func texts(n int, others map[int]string) (all []string) {
	for i := range n {
		text, found := others[i+1]
		if !found {
			text = "the film was " + []string{"bad", "good"}[i%2] + " ."
		}
		all = append(all, text)
	}
	return all
}

// requireAligned checks that the prediction of each row matches its text, and that rows without a
// text have no prediction.
func requireAligned(t *testing.T, table string, texts []string) {
	t.Helper()
	lines := cells(t, table)[1:]
	require.Len(t, lines, len(texts))
	for i, text := range texts {
		require.Equal(t, strconv.Itoa(i+1), lines[i][0])
		want := ""
		if words := strings.Fields(text); len(words) > 3 {
			want = map[string]string{"bad": "0", "good": "1"}[words[3]]
		}
		require.Equal(t, want, lines[i][1], "row %d, %q", i+1, text)
	}
}

func TestPredictionsHaveTheNumbersOfTheRows(t *testing.T) {
	dir := cinema(t)
	status, _, stderr := command(t, dir, append(learn, "-out", "out")...)
	require.Zero(t, status, stderr)
	all := texts(300, map[int]string{3: "", 50: "\u200b", 300: "\u0007"})
	for name, form := range map[string]struct{ head, line string }{
		"new.jsonl": {"", `{"sentence": %q}`}, "new.tsv": {"sentence\n", "%s"}, "ids.tsv": {"index\tsentence\n", "7\t%s"},
	} {
		t.Run(name, func(t *testing.T) {
			content := form.head
			for _, text := range all {
				line := fmt.Sprintf(form.line, text)
				content += strings.NewReplacer(`\u200b`, "\u200b", `\a`, `\u0007`).Replace(line) + "\n"
			}
			write(t, dir, name, content)
			status, stdout, stderr := command(t, dir, "-model", "out", "-predict", name)
			require.Zero(t, status, stderr)
			require.Contains(t, stderr, name+": 3 of 300 rows are broken and left out")
			requireAligned(t, stdout, all)
		})
	}
}

// A file with a few unusable rows cannot be used for training, but the other rows are predicted.
func TestPredictionsOfSmallFilesWithUnusableRows(t *testing.T) {
	dir := cinema(t)
	status, _, stderr := command(t, dir, append(learn, "-out", "out")...)
	require.Zero(t, status, stderr)
	for _, c := range []struct{ rows, bad, status int }{{1, 0, 0}, {10, 1, 0}, {10, 5, 0}, {10, 6, 1}, {1, 1, 1}} {
		unusable := map[int]string{}
		for i := range c.bad {
			unusable[c.rows-i] = ""
		}
		all, content := texts(c.rows, unusable), ""
		for _, text := range all {
			content += fmt.Sprintf("{\"sentence\": %q}\n", text)
		}
		write(t, dir, "few.jsonl", content)
		status, stdout, stderr := command(t, dir, "-model", "out", "-predict", "few.jsonl")
		require.Equal(t, c.status, status, stderr)
		if status == 0 {
			requireAligned(t, stdout, all)
		}
		status, _, _ = command(t, dir, "-model", "out", "-predict", "few.jsonl", "-strict")
		require.Equal(t, min(c.bad, 1), status)
	}
}

func TestSubmissionsHaveEveryRowOfTheTestFile(t *testing.T) {
	dir := cinema(t)
	all := texts(200, map[int]string{3: "", 200: "\u200b"})
	withIDs, without := "index\tsentence\n", "sentence\n"
	for i, text := range all {
		withIDs, without = withIDs+fmt.Sprintf("%d\t%s\n", 1000+i, text), without+text+"\n"
	}
	majority := 0
	if train := films(48, 1, true); strings.Count(train, "\t1\n") > strings.Count(train, "\t0\n") {
		majority = 1
	}
	for name, c := range map[string]struct {
		content string
		first   int
	}{"with ids": {withIDs, 1000}, "without": {without, 0}} {
		t.Run(name, func(t *testing.T) {
			write(t, dir, "data/SST-2/test.tsv", c.content)
			status, stdout, stderr := command(t, dir, append(learn, "-out", "out", "-force")...)
			require.Zero(t, status, stderr)
			require.Contains(t, stdout, fmt.Sprintf(
				"out/SST-2.tsv: the test file has unusable rows (2): their prediction is %q, the most frequent label of the training rows\n", strconv.Itoa(majority)))
			lines := cells(t, read(t, dir, "out/SST-2.tsv"))[1:]
			require.Len(t, lines, 200)
			for i, line := range lines {
				want := i % 2
				if i == 2 || i == 199 {
					want = majority
				}
				require.Equal(t, []string{strconv.Itoa(c.first + i), strconv.Itoa(want)}, line)
			}
			requireAligned(t, read(t, dir, "out/predictions.tsv"), all)
		})
	}
}

// asking returns a row of qa with a number of answers; "wet" is the right one.
func asking(answers, right int) string {
	list := make([]string, answers)
	for i := range list {
		list[i] = strconv.Quote([]string{"dry", "a", "b", "c", "bad"}[i%5])
	}
	list[right] = `"wet"`
	return fmt.Sprintf(`{"context": "it rains", "question": "what is it like ?", "answers": [%s], "label": %d}`+"\n", strings.Join(list, ", "), right)
}

// questions returns n rows with from to from+2 answers.
func questions(n, from int) (out string) {
	for i := range n {
		answers := from + i%3
		out += asking(answers, i*7%answers)
	}
	return out
}

func TestQuestionsMayHaveAnyNumbersOfAnswers(t *testing.T) {
	dir := t.TempDir()
	writeModel(t, filepath.Join(dir, "m"))
	write(t, dir, "train.jsonl", questions(120, 3)+asking(1, 0)) // and one row with a single answer
	write(t, dir, "dev.jsonl", questions(21, 3))
	write(t, dir, "test.jsonl", questions(21, 5)+asking(1, 0)+asking(12, 11))
	flags := []string{"-task", "qa", "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-test", "test.jsonl", "-lr", "0.01", "-steps", "60", "-eval-every", "15"}
	status, stdout, stderr := command(t, dir, append(flags, "-out", "out")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "train.jsonl: 1 of 121 rows is broken and left out")
	require.Contains(t, stdout, "train.jsonl:121: a training question needs two or more answers, not one")
	require.Contains(t, stdout, "\ndev, 21 examples: acc 1.0000")
	require.Contains(t, read(t, dir, "out/task.json"), `"choices": 5`)
	table := cells(t, read(t, dir, "out/predictions.tsv"))
	require.Len(t, table, 24)
	require.Len(t, table[0], 3+12)
	require.Equal(t, []string{"22", "0", "0", "1.000000", ""}, table[22][:5])
	for _, line := range table[1:] {
		sum := 0.0
		for _, cell := range line[3:] {
			if x, err := strconv.ParseFloat(cell, 64); cell != "" {
				require.NoError(t, err)
				sum += x
			}
		}
		require.InDelta(t, 1, sum, 1e-5)
	}

	t.Run("predict and eval", func(t *testing.T) {
		write(t, dir, "two.jsonl", questions(6, 2))
		status, stdout, stderr := command(t, dir, "-model", "out", "-predict", "two.jsonl")
		require.Zero(t, status, stderr)
		require.Len(t, cells(t, stdout)[0], 3+5)
		status, stdout, stderr = command(t, dir, "-model", "out", "-eval", "dev.jsonl")
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "acc 1.0000")
	})
	t.Run("controls", func(t *testing.T) {
		status, stdout, stderr := command(t, dir, "-task", "qa", "-train", "train.jsonl", "-dev", "dev.jsonl", "-test", "test.jsonl", "-controls")
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "answer only")
	})
	t.Run("memory", func(t *testing.T) {
		status, stdout, stderr := command(t, dir, append(flags, "-dry-run")...)
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "memory")
	})
	t.Run("two ranks' worth of micro-batches", func(t *testing.T) {
		status, _, stderr := command(t, dir, append(flags, "-micro", "1", "-steps", "3", "-out", "small")...)
		require.Zero(t, status, stderr)
	})
}

// Rows without tokens and rows that are too long are skipped in all files.
func TestRowsThatCannotBeEncodedAreSkipped(t *testing.T) {
	dir := t.TempDir()
	writeModel(t, filepath.Join(dir, "m"))
	long := strings.Replace(asking(3, 0), `"wet"`, `"`+strings.Repeat("wet ", 30)+`"`, 1)
	blank := strings.Replace(asking(3, 0), `"wet"`, `"\u200b"`, 1)
	for _, name := range []string{"train", "dev", "test"} {
		write(t, dir, name+".jsonl", questions(99, 3)+long+questions(99, 3)+blank)
	}
	status, stdout, stderr := command(t, dir, "-task", "qa", "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-test", "test.jsonl", "-steps", "3", "-out", "out")
	require.Zero(t, status, stderr)
	for _, name := range []string{"train", "dev", "test"} {
		require.Contains(t, stdout, name+".jsonl: 2 of 200 rows are broken and left out; the first:\n  "+
			name+".jsonl:100: question and answer have 38 tokens, including the special ones, but the model has 24 positions\n  "+
			name+".jsonl:200: answer 0: the text \"\\u200b\" has no tokens\n")
	}
	table := cells(t, read(t, dir, "out/predictions.tsv"))
	require.Len(t, table, 201)
	require.Equal(t, "100"+strings.Repeat("\t", 7), strings.Join(table[100], "\t"))
	require.NotEmpty(t, table[101][2])
	status, stdout, stderr = command(t, dir, "-model", "out", "-eval", "test.jsonl")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "test.jsonl, 198 examples: acc")
	require.Contains(t, stderr, "test.jsonl: 2 of 200 rows are broken")

	write(t, dir, "dev.jsonl", questions(99, 3)+long+blank)
	status, _, stderr = command(t, dir, "-task", "qa", "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-steps", "3", "-out", "more")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "(2 of 101 rows are broken: at most 1 % may be)")
	_, err := os.Stat(filepath.Join(dir, "more"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRowsFromStandardInput(t *testing.T) {
	dir := workplace(t, "classification")
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	status, _, stderr := command(t, dir, append(short, "-task", "classification", "-model", "m", "-out", "out")...)
	require.Zero(t, status, stderr)
	lines := read(t, dir, "test.jsonl")
	status, want, stderr := command(t, dir, "-model", "out", "-predict", "test.jsonl")
	require.Zero(t, status, stderr)
	for name, c := range map[string]struct {
		input, flag, out, err string
	}{
		"JSON lines":         {lines, "-predict", want, ""},
		"with a mark":        {"\ufeff" + lines, "-predict", want, ""},
		"a table":            {"text\nthe film was good .\nit rains\n", "-predict", "row\tpredicted\tp(bad one)\tp(good one)\n1\t", ""},
		"to score":           {lines, "-eval", "standard input, 21 examples: acc", ""},
		"nothing":            {"", "-predict", "", "finetune: "},
		"a broken row":       {lines + "{\n", "-eval", "", "standard input:22: "},
		"labels are missing": {"text\nit rains\n", "-eval", "", "-eval: the rows of standard input have no labels"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			status := Run(nil, []string{"-model", "out", c.flag, "-"}, strings.NewReader(c.input), &out, &errs)
			stdout, stderr := out.String(), errs.String()
			if c.err == "" {
				require.Zero(t, status, stderr)
			}
			if c.err != "" {
				require.Equal(t, 1, status)
			}
			require.Contains(t, stdout, c.out)
			require.Contains(t, stderr, c.err)
			require.NotContains(t, stderr, tmp, "the error does not name the temporary file")
			left, err := os.ReadDir(tmp)
			require.NoError(t, err)
			for _, f := range left {
				require.NotContains(t, f.Name(), "gorgpt-rows", "the temporary file is removed")
			}
		})
	}
}

// Rows whose score is not finite are skipped in all splits.
func TestScoresThatAreNotFiniteAreSkipped(t *testing.T) {
	dir := t.TempDir()
	writeModel(t, filepath.Join(dir, "m"))
	scores := func(odd string) string {
		out := "a\tb\tlabel\n"
		for i := range 120 {
			score := fmt.Sprintf("%d.5", i%3)
			if i == 60 {
				score = odd
			}
			out += fmt.Sprintf("the film was %s\tit is like it\t%s\n", []string{"bad", "good", "wet"}[i%3], score)
		}
		return out
	}
	for _, odd := range []string{"nan", "-Inf", "1e999", "1e30"} {
		for _, name := range []string{"train", "dev", "test"} {
			write(t, dir, name+".tsv", scores(odd))
		}
		files := []string{"-task", "similarity", "-regression", "-train", "train.tsv", "-dev", "dev.tsv", "-test", "test.tsv"}
		for _, flags := range [][]string{{"-controls"}, {"-model", "m", "-steps", "2", "-out", "out-" + odd}} {
			status, stdout, stderr := command(t, dir, append(files, flags...)...)
			require.Zero(t, status, stderr)
			require.NotContains(t, stdout, "NaN")
			for _, name := range []string{"train", "dev", "test"} {
				require.Contains(t, stdout, name+".tsv: 1 of 120 rows is broken and left out", odd)
			}
		}
		require.NotContains(t, read(t, dir, "out-"+odd+"/predictions.tsv"), "NaN")
	}
}

func TestControlsOfTestRowsWithoutLabels(t *testing.T) {
	dir := workplace(t, "classification")
	write(t, dir, "test.tsv", "text\nthe film was good .\n")
	status, stdout, stderr := command(t, dir, "-task", "classification", "-train", "train.jsonl", "-dev", "dev.jsonl", "-test", "test.tsv", "-controls")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "dev rows")
}
