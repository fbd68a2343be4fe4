package finetunecmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/finetune"
)

// sets reads the reports in a report.json, by set.
func sets(t *testing.T, dir, name string) map[string]finetune.Report {
	t.Helper()
	var file struct{ Sets []finetune.Report }
	require.NoError(t, json.Unmarshal([]byte(read(t, dir, name)), &file))
	all := map[string]finetune.Report{}
	for _, r := range file.Sets {
		all[r.Set] = r
	}
	return all
}

// uneven are rows that are mostly good, of which the evaluated ones are mostly bad.
func uneven(t *testing.T, dir string) {
	t.Helper()
	good, bad := `{"text": "the film was good", "label": "good"}`+"\n", `{"text": "the film was bad", "label": "bad"}`+"\n"
	write(t, dir, "train.jsonl", strings.Repeat(good, 12)+strings.Repeat(bad, 4))
	write(t, dir, "dev.jsonl", strings.Repeat(good, 3)+strings.Repeat(bad, 9))
}

// Evaluation reports what training reported of the same rows, with the baseline of the training rows.
func TestEvaluationReportsWhatTrainingReported(t *testing.T) {
	dir := workplace(t, "classification")
	uneven(t, dir)
	status, trained, stderr := command(t, dir, append(short, "-task", "classification", "-model", "m", "-dev", "dev.jsonl", "-out", "out", "-calibrate")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `calibrated on 12 development rows: temperature \d+\.\d+, expected calibration error `, trained)
	require.Regexp(t, `"temperature": \d`, read(t, dir, "out/task.json"))
	require.Contains(t, trained, "\nbaseline: \"good\", the most frequent label of the training rows\n")

	status, scores, stderr := command(t, dir, "-model", "out", "-eval", "dev.jsonl", "-out", "judged")
	require.Zero(t, status, stderr)
	require.Contains(t, scores, "\nbaseline: \"good\", the most frequent label of the training rows\n")
	want, got := sets(t, dir, "out/report.json")["dev"], sets(t, dir, "judged/report.json")["dev.jsonl"]
	got.Set = want.Set
	require.Equal(t, want, got)
	require.Equal(t, 0.25, got.Measures[0].Baseline, "accuracy of always answering good")
	require.NotZero(t, got.Calibration.Temperature)
	for _, name := range []string{"errors.tsv", "predictions.tsv"} {
		require.Equal(t, read(t, dir, "out/"+name), read(t, dir, "judged/"+name))
	}
	require.Contains(t, read(t, dir, "judged/confusion.svg"), "<svg")

	// A model of an earlier version has no baseline.
	old := regexp.MustCompile(`(?m)^  "(baseline|temperature)": .*\n`).ReplaceAllString(read(t, dir, "out/task.json"), "")
	write(t, dir, "out/task.json", old)
	status, scores, stderr = command(t, dir, "-model", "out", "-eval", "dev.jsonl")
	require.Zero(t, status, stderr)
	require.Contains(t, scores, "\nbaseline: \"bad\", the most frequent label of the evaluated rows\n")
}

func TestFoldersOfReportsAreKept(t *testing.T) {
	dir := workplace(t, "classification")
	uneven(t, dir)
	status, _, stderr := command(t, dir, append(short, "-task", "classification", "-model", "m", "-dev", "dev.jsonl", "-out", "out")...)
	require.Zero(t, status, stderr)
	write(t, dir, "mine.txt", "precious")
	for _, c := range []struct{ out, want string }{
		{"out", "-out out/report.json is a file of a model or a run, which it would destroy"},
		{".", ". is not empty: choose another -out, or set -force to write into this one"},
		{"mine.txt", "-out: "},
	} {
		status, stdout, stderr := command(t, dir, "-model", "out", "-eval", "dev.jsonl", "-out", c.out)
		require.Equal(t, 2, status)
		require.Empty(t, stdout)
		require.Contains(t, stderr, c.want)
		require.Equal(t, 1, strings.Count(stderr, "\n"))
	}
}

func TestCalibrationNeedsProbabilitiesAndRows(t *testing.T) {
	dir := workplace(t, "regression")
	refused(t, dir, "-calibrate adjusts probabilities, but the scores of regression have none: omit it", "-task", "similarity", "-model", "m", "-dev", "dev.jsonl", "-calibrate")
	dir = workplace(t, "classification")
	refused(t, dir, "-calibrate needs labelled development rows: name a file with -dev", "-task", "classification", "-model", "m", "-calibrate")
}

func TestExplain(t *testing.T) {
	dir := workplace(t, "classification")
	status, _, stderr := command(t, dir, "-task", "classification", "-model", "m", "-train", "train.jsonl", "-steps", "60", "-lr", "0.01", "-out", "out")
	require.Zero(t, status, stderr)
	status, table, stderr := command(t, dir, "-model", "out", "-explain", "the film was good", "-out", "page.html")
	require.Zero(t, status, stderr)
	require.Equal(t, "wrote the page to page.html\n", stderr)
	require.Regexp(t, `^row\tpredicted\tp\tfield\ttoken\tmasked\tgradient_x_input\n1\tgood one\t0\.\d+\ttext\tthe\t[+-]\S+\t[+-]\S+\n`, table)
	require.Equal(t, 5, strings.Count(table, "\n"))
	effects := map[string]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "\t")
		effects[cells[4]] = cells[5]
	}
	require.Regexp(t, `^\+[01]`, effects["good"], "the word on which the label depends")

	page := read(t, dir, "page.html")
	require.Regexp(t, `<span style="--s:1\.00" title="\+\d\.\d+">good</span>`, page)
	require.NotRegexp(t, `src=|href=|<script`, page, "the page needs nothing else")

	write(t, dir, "new.jsonl", strings.Repeat("{\"text\": \"the film was bad <b>\"}\n", 30))
	status, table, stderr = command(t, dir, "-model", "out", "-explain", "new.jsonl", "-limit", "2", "-out", "page.html")
	require.Zero(t, status, stderr)
	require.Contains(t, stderr, "explaining the rows of the file new.jsonl\n")
	require.Contains(t, stderr, "explaining the first 2 of 30 rows\n")
	require.Contains(t, table, "\n2\tbad one\t")
	require.NotContains(t, table, "\n3\t")
	require.NotContains(t, read(t, dir, "page.html"), "<b><")

	for value, want := range map[string]string{
		"none.jsonl":     "-explain: none.jsonl: no such file",
		"\u200b":         "has no tokens",
		`{"txt": "the"}`: `-explain: the JSON object:1: field "text" is missing`,
	} {
		status, _, stderr := command(t, dir, "-model", "out", "-explain", value)
		require.Equal(t, 1, status)
		require.Contains(t, stderr, want)
		require.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
	}
	status, _, stderr = command(t, dir, "-model", "out", "-explain", "the film", "-eval", "dev.jsonl")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-explain cannot be combined with -eval and -predict")
	status, _, stderr = command(t, dir, "-model", "out", "-explain", "")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-explain is empty: it needs a file or a text")
	status, _, stderr = command(t, dir, "-model", "out", "-eval", "")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-eval is empty: it needs a file (")
	_, err := os.Stat(filepath.Join(dir, "runs"))
	require.True(t, os.IsNotExist(err))
}

// Tasks with several texts take a JSON object. Each answer is a part.
func TestExplainAnswers(t *testing.T) {
	dir := workplace(t, "qa")
	status, _, stderr := command(t, dir, append(short, "-task", "qa", "-model", "m", "-out", "out")...)
	require.Zero(t, status, stderr)
	status, _, stderr = command(t, dir, "-model", "out", "-explain", "what is it like ?")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "-explain is a text, but qa has context, question, answers: give a JSON object with them, or a file")
	status, table, stderr := command(t, dir, "-model", "out", "-explain", `{"context": "it rains", "question": "what is it like ?", "answers": ["wet", "dry"]}`)
	require.Zero(t, status, stderr)
	require.Contains(t, table, "\tanswer 1\tdry\t")
	require.Contains(t, table, "\tquestion\twhat\t")
}

func TestColours(t *testing.T) {
	e := &finetune.Explanation{Row: 1, Predicted: "a\x1b[2J", Unit: "nats", Parts: []finetune.ExplainedPart{{Name: "text"}}}
	for text, effect := range map[string]float64{"very": 1, "not": -0.6, "the": 0.01, "cut": 0} {
		token := finetune.ExplainedToken{Text: text, EndsWord: true}
		token.Masked, token.Seen = effect, text != "cut"
		e.Parts[0].Tokens = append(e.Parts[0].Tokens, token)
	}
	shown := explainedColours([]*finetune.Explanation{e})
	require.Contains(t, shown, "\x1b[30;48;5;75mvery\x1b[0m", "the strongest")
	require.Contains(t, shown, "\x1b[30;48;5;223mnot\x1b[0m", "against")
	require.Contains(t, shown, " the ", "too weak for a colour")
	require.Contains(t, shown, "\x1b[2mcut\x1b[0m")
	require.NotContains(t, shown, "\x1b[2J", "texts do not control the terminal")
}
