package finetunecmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ticketFile returns the support tickets of testdata.
func ticketFile(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "tickets", "tickets.csv"))
	require.NoError(t, err)
	return string(data)
}

// tickets trains on the tickets for a few updates and returns the folder and the report.
func tickets(t *testing.T, flags ...string) (dir, stdout string) {
	t.Helper()
	content := ticketFile(t)
	dir = t.TempDir()
	writeModel(t, filepath.Join(dir, "m"))
	write(t, dir, "tickets.csv", content)
	status, stdout, stderr := command(t, dir, append(onTickets("-out", "out"), flags...)...)
	require.Zero(t, status, stderr)
	return dir, stdout
}

func onTickets(flags ...string) []string {
	return append(strings.Fields("-task classification -model m -allow-unknown -train tickets.csv -fields text=subject+body,label=team -steps 4 -batch 4"), flags...)
}

func TestTicketsAreReadTrainedAndPredicted(t *testing.T) {
	dir, stdout := tickets(t, "-keep", "id,subject")
	require.Contains(t, stdout, `tickets.csv: read as encoding=utf-8,delimiter=comma,quotes=csv,header=yes; the first row is subject+body "Discount code did not work Good morning,\n\nHow do I…", team "billing", id "1001", subject "Discount code did not work"`)
	require.Contains(t, stdout, "tickets.csv: split 80/10/10 by seed 1: 240 training, 30 development and 30 test rows\n")
	require.Contains(t, read(t, dir, "out/run.json"), `"split": "80/10/10"`)

	// The rows of the test are those of split.tsv, and have the kept columns.
	held := map[string]string{}
	for _, line := range cells(t, read(t, dir, "out/split.tsv"))[1:] {
		held[line[0]] = line[1]
	}
	require.Len(t, held, 300)
	predictions := cells(t, read(t, dir, "out/predictions.tsv"))
	require.Equal(t, []string{"row", "id", "subject", "gold", "predicted", "p(billing)"}, predictions[0][:6])
	require.Len(t, predictions, 31)
	for _, line := range predictions[1:] {
		require.Equal(t, "test", held[line[0]])
	}

	// New tickets, from standard input to standard output.
	unlabelled := "id,subject,body\n7,Broken,\"The lamp\n is \"\"off\"\"\"\n8,,\n9,Late,\n"
	var out, errs bytes.Buffer
	t.Chdir(dir)
	status := Run(nil, strings.Fields("-model out -predict - -out - -allow-unknown -keep id,body"), strings.NewReader(unlabelled), &out, &errs)
	require.Zero(t, status, errs.String())
	lines := cells(t, out.String())
	require.Equal(t, []string{"row", "id", "body", "predicted"}, lines[0][:4])
	require.Equal(t, []string{"1", "7", `The lamp is "off"`}, lines[1][:3])
	require.Equal(t, []string{"2", "8", "", ""}, lines[2][:4], "a row without a text keeps its id")
	require.NotEmpty(t, lines[3][3], "the subject alone is a text")
	require.Contains(t, errs.String(), "standard input: 1 of 3 rows is broken and left out; the first:\n  standard input:4: fields subject, body: the text is empty in all of them\n")
	status, _, stderr := command(t, dir, strings.Fields("-model out -predict tickets.csv -allow-unknown -keep id,team,queue")...)
	require.Equal(t, 1, status)
	require.Equal(t, "finetune: -keep: tickets.csv has no column \"queue\": its columns are id, subject, body, team\n", stderr)
}

func TestTrainingRowsFromStandardInput(t *testing.T) {
	dir, _ := tickets(t)
	var out, errs bytes.Buffer
	args := onTickets("-out", "again")
	args[5+1] = "-"
	require.Equal(t, "-train", args[5])
	t.Chdir(dir)
	status := Run(nil, args, strings.NewReader(read(t, dir, "tickets.csv")), &out, &errs)
	require.Zero(t, status, errs.String())
	require.Contains(t, out.String(), "standard input: split 80/10/10 by seed 1: 240 training")
	require.Equal(t, read(t, dir, "out/model.safetensors"), read(t, dir, "again/model.safetensors"))
	require.Equal(t, read(t, dir, "out/split.tsv"), read(t, dir, "again/split.tsv"))
}

func TestColumnsAreProposed(t *testing.T) {
	content := ticketFile(t)
	dir := t.TempDir()
	write(t, dir, "tickets.csv", content)
	status, _, stderr := command(t, dir, strings.Fields("-task classification -train tickets.csv")...)
	require.Equal(t, 1, status)
	require.Equal(t, "finetune: tickets.csv needs columns text and label, but has id, subject, body, team: try -fields text=subject+body,label=team\n", stderr)
	_, rest, _ := strings.Cut(content, "\n")
	write(t, dir, "bare.csv", rest)
	status, _, stderr = command(t, dir, strings.Fields("-task classification -train bare.csv")...)
	require.Equal(t, 1, status)
	require.Equal(t, "finetune: bare.csv needs columns text and label, but seems to have no header line; its columns are called 1, 2, 3, 4: try -fields text=3,label=4, or -table header=yes\n", stderr)
	write(t, dir, "one.txt", "First line of text\nSecond\n")
	status, _, stderr = command(t, dir, strings.Fields("-task classification -train one.txt -fields text=body,label=team")...)
	require.Equal(t, 1, status)
	require.Equal(t, "finetune: one.txt needs columns body and team, but seems to have no header line; its columns are called 1: name them with -fields text=COLUMN,label=COLUMN (the table was read as encoding=utf-8,delimiter=tab,quotes=none,header=no; -table changes that)\n", stderr)
}

func TestASplitIsKeptWhenARunIsResumed(t *testing.T) {
	dir, _ := tickets(t, "-seed", "5", "-save-every", "1", "-checkpoints", "2")
	write(t, dir, "out/run.json", strings.Replace(read(t, dir, "out/run.json"), `"completed": true`, `"completed": false`, 1))
	first := read(t, dir, "out/predictions.tsv")
	status, stdout, stderr := command(t, dir, "-resume", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "tickets.csv: split 80/10/10 as when the run began: 240 training")
	require.Equal(t, first, read(t, dir, "out/predictions.tsv"))

	undone := func() {
		write(t, dir, "out/run.json", strings.Replace(read(t, dir, "out/run.json"), `"completed": true`, `"completed": false`, 1))
	}
	undone()
	split := read(t, dir, "out/split.tsv")
	write(t, dir, "out/split.tsv", strings.Replace(strings.Replace(split, "\tdev\n", "\ttrain\n", 1), "\ttest\n", "\tdev\n", 1))
	status, _, stderr = command(t, dir, "-resume", "out")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "-resume: the data has changed since the run began")
	require.NoError(t, os.Remove(filepath.Join(dir, "out", "split.tsv")))
	status, _, stderr = command(t, dir, "-resume", "out")
	require.Equal(t, 1, status)
	require.Equal(t, "finetune: opening the split of the rows: stat out/split.tsv: no such file or directory\n", stderr)
	write(t, dir, "out/split.tsv", split)

	// The same settings divide the rows in the same way.
	status, _, stderr = command(t, dir, "-config", "out/run.json", "-out", "again")
	require.Zero(t, status, stderr)
	require.Equal(t, split, read(t, dir, "again/split.tsv"))
	require.Equal(t, read(t, dir, "out/model.safetensors"), read(t, dir, "again/model.safetensors"))
	status, _, stderr = command(t, dir, "-config", "out/run.json", "-dev", "tickets.csv")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-split 80/10/10 makes development rows, and -dev names others")

	// Each seed has its own split.
	status, stdout, stderr = command(t, dir, onTickets("-seeds", "2", "-seed", "5", "-out", "two")...)
	require.Zero(t, status, stderr)
	require.Equal(t, split, read(t, dir, "two/seed-5/split.tsv"))
	require.NotEqual(t, split, read(t, dir, "two/seed-6/split.tsv"))
	require.Equal(t, 1, strings.Count(stdout, "split 80/10/10 by seed 5"))
	require.Equal(t, 1, strings.Count(stdout, "split 80/10/10 by seed 6"))
	require.Equal(t, read(t, dir, "out/model.safetensors"), read(t, dir, "two/seed-5/model.safetensors"))
}

// The layout of the training file holds for later tables, except for its encoding, and not for JSON.
func TestTheLayoutIsKept(t *testing.T) {
	dir := t.TempDir()
	writeModel(t, filepath.Join(dir, "m"))
	write(t, dir, "train.txt", strings.Repeat("the film was good;a\nthe film was \"bad;b\n", 10))
	flags := strings.Fields("-task classification -model m -train train.txt -fields text=1,label=2 -steps 2 -out out -table encoding=windows-1252,delimiter=semicolon,quotes=none")
	status, stdout, stderr := command(t, dir, append(flags, "-keep", "2")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "train.txt: read as encoding=windows-1252,delimiter=semicolon,quotes=none,header=no; the first row is 1 \"the film was good\", 2 \"a\", 2 \"a\"\n")
	require.Contains(t, stdout, "no rows are held out to predict, so the columns to keep (2) are not used\n")
	require.Contains(t, read(t, dir, "out/task.json"), `"table": "delimiter=semicolon,quotes=none"`)
	write(t, dir, "new.txt", "the film was \"wet\n\"it rains; a\n")
	status, stdout, stderr = command(t, dir, strings.Fields("-model out -predict new.txt")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stderr, "new.txt: read as encoding=utf-8,delimiter=semicolon,quotes=none,header=no")
	require.Len(t, cells(t, stdout), 3)
	write(t, dir, "new.jsonl", `{"1": "the film was wet"}`)
	status, _, stderr = command(t, dir, strings.Fields("-model out -predict new.jsonl")...)
	require.Zero(t, status, stderr)
	status, _, stderr = command(t, dir, append(flags, "-join", "x", "-force")...)
	require.Equal(t, 1, status)
	require.Equal(t, "finetune: -join stands between the columns of a text, but -fields joins none: write text=COLUMN+COLUMN\n", stderr)
}

func TestReadingOptions(t *testing.T) {
	for flags, want := range map[string]string{
		"-split 80/30":           `-split must be percentages of training, development and test rows that add up to 100, such as 80/10/10, or none, not "80/30"`,
		"-split 80/10/10 -dev f": "-split 80/10/10 makes development rows, and -dev names others: omit -dev, or set -split none",
		"-split 90/0/10 -test f": "-split 90/0/10 makes test rows, and -test names others: omit -test, or set -split none",
		"-max-broken 5":          `-max-broken must be a share of the rows from 0% to 100%, such as 5%, not "5"`,
		"-max-broken 5% -strict": "-strict allows no unusable row and -max-broken allows some: omit one of them",
		"-table delimiter=;":     "-table: delimiter is \";\": it must be one of comma, semicolon, tab, bar",
		"-dev - -test -":         "only one of -train, -dev and -test can be standard input",
		"-out -":                 "-out must name a folder or a file: only predictions can be written to standard output",
		"-checkpoints -1":        `invalid value "-1" for flag -checkpoints: must be a number of checkpoints, 0 or more, or best`,
	} {
		for _, task := range []string{"-task classification -train f", "-task classification -train f -scratch -preset tiny"} {
			status, _, stderr := command(t, t.TempDir(), append(strings.Fields(task), strings.Fields(flags)...)...)
			require.Equal(t, 2, status, stderr)
			require.Equal(t, "finetune: "+want+" (-h lists the flags)\n", stderr)
		}
	}
}

func TestLabelsThatDifferInCaseAreReported(t *testing.T) {
	dir := workplace(t, "classification")
	content := strings.Replace(rows("classification", 48, 1), `"good one"`, `"Good  one"`, 2)
	write(t, dir, "train.jsonl", content)
	status, stdout, stderr := command(t, dir, append(short, "-task", "classification", "-model", "m", "-out", "out")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `train.jsonl: labels that differ only in case or blanks are different classes: "Good  one" \(2 rows\), "good one" \(\d+ rows\)`, stdout)
}

func TestMaxBroken(t *testing.T) {
	dir := workplace(t, "classification")
	write(t, dir, "train.jsonl", rows("classification", 48, 1)+"{\n{\n")
	flags := append(short, "-task", "classification", "-model", "m", "-out", "out")
	status, _, stderr := command(t, dir, flags...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "(2 of 50 rows are broken: at most 1 % may be); correct them, or allow more with -max-broken\n")
	status, stdout, stderr := command(t, dir, append(flags, "-max-broken", "5%")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "train.jsonl: 2 of 50 rows are broken and left out; the first:")
}

// -keep once was also the flag for checkpoints.
func TestColumnsAndCheckpointsHaveFlagsOfTheirOwn(t *testing.T) {
	dir := workplace(t, "classification")
	write(t, dir, "c.json", `{"keep": "text"}`)
	flags := append(short, "-task", "classification", "-test", "test.jsonl", "-model", "m", "-out", "out")
	status, _, stderr := command(t, dir, append(flags, "-config", "c.json", "-checkpoints", "1")...)
	require.Zero(t, status, stderr)
	require.Contains(t, read(t, dir, "out/run.json"), `"keep": "text"`)
	require.Contains(t, read(t, dir, "out/run.json"), `"keep": 1`)
	require.True(t, strings.HasPrefix(read(t, dir, "out/predictions.tsv"), "row\ttext\tgold\t"))

	status, _, stderr = command(t, dir, "-config", "out/run.json", "-out", "again")
	require.Zero(t, status, stderr)
	require.Equal(t, read(t, dir, "out/run.json"), read(t, dir, "again/run.json"))

	for _, old := range []string{"3", "best"} {
		status, _, stderr = command(t, dir, append(flags, "-force", "-keep", old)...)
		require.Equal(t, 1, status)
		require.Equal(t, "finetune: -keep names columns, and train.jsonl has no column \""+old+"\": write -checkpoints "+old+" for a number of checkpoints, or name some of label, text\n", stderr)
		status, _, stderr = command(t, dir, "-task", "classification", "-keep", old)
		require.Equal(t, 2, status)
		require.Equal(t, "finetune: -keep names columns of your own files: write -checkpoints "+old+" for a number of checkpoints (-h lists the flags)\n", stderr)
	}
}

func TestAnInterruptedRunKeepsItsSplit(t *testing.T) {
	dir, _ := tickets(t, "-steps", "12")
	t.Chdir(dir)
	stderr := &interrupting{t: t}
	status := Run(nil, onTickets("-steps", "12", "-log-every", "1", "-out", "cut"), nil, stderr, stderr)
	require.Equal(t, 130, status, stderr.String())
	require.Equal(t, read(t, dir, "out/split.tsv"), read(t, dir, "cut/split.tsv"))
	status, stdout, errs := command(t, dir, "-resume", "cut")
	require.Zero(t, status, errs)
	require.Contains(t, stdout, "as when the run began")
	for _, name := range []string{"model.safetensors", "predictions.tsv", "split.tsv"} {
		require.Equal(t, read(t, dir, "out/"+name), read(t, dir, "cut/"+name))
	}
}
