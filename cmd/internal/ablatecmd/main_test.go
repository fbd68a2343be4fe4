package ablatecmd

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/cmd/internal/cli"
	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/hub/hubtest"
	"gorgpt/pretrain"
	"gorgpt/tokenizer"
)

// command runs the command in the folder dir and returns its status and output.
func command(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	status = Run(args, nil, &out, &errs)
	return status, out.String(), errs.String()
}

// workplace makes a folder with a tiny model, m, and rows whose label depends on one word.
func workplace(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 60, MinFrequency: 1})
	trainer.Add("the film was good . the film was bad .")
	tok, err := trainer.Train()
	require.NoError(t, err)
	m, err := gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NEmbd: 8, NCtx: 8, VocabSize: tok.Size(), LayerNormEps: 1e-5, InitRange: 0.1})
	require.NoError(t, err)
	m.Init(1)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "m"), 0o700))
	require.NoError(t, checkpoint.WriteModel(filepath.Join(dir, "m"), m))
	vocab, err := tok.VocabJSON()
	require.NoError(t, err)
	write(t, dir, "m/vocab.json", string(vocab))
	write(t, dir, "m/merges.txt", string(tok.MergesTXT()))
	for name, n := range map[string]int{"train.jsonl": 20, "dev.jsonl": 4, "test.jsonl": 6} {
		var rows strings.Builder
		for i := range n {
			word := []string{"bad", "good"}[i*i/3%2]
			fmt.Fprintf(&rows, `{"text": "the film was %s .", "label": %q}`+"\n", word, word)
		}
		write(t, dir, name, rows.String())
	}
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
}

// films are flags for the files of the workplace.
var films = []string{"-model", "m", "-task", "classification", "-train", "train.jsonl", "-dev", "dev.jsonl", "-test", "test.jsonl"}

func TestOwnFiles(t *testing.T) {
	dir := workplace(t)
	flags := append(films, "-seeds", "2", "-limits", "8,all", "-updates", "3", "-epochs", "1", "-batch", "4", "-lr", "0.01")
	status, stdout, stderr := command(t, dir, flags...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "weights of m\n")
	require.Contains(t, stdout, "| task           | pre-trained | no auxiliary LM | no pre-training | majority |")
	require.Contains(t, stdout, "| classification |      8 |       3 |")
	require.Contains(t, stdout, "| classification |     20 |       5 |")
	require.Equal(t, 10, strings.Count(stderr, "\n"), "one line per run")
	var files []string
	entries, err := os.ReadDir(filepath.Join(dir, "runs", "ablate"))
	require.NoError(t, err)
	for _, e := range entries {
		files = append(files, e.Name())
	}
	require.Equal(t, []string{".results.lock", "labels.png", "labels.svg", "report.json", "results.jsonl", "table.md"}, files, "no model folders")
	table, err := os.ReadFile(filepath.Join(dir, "runs", "ablate", "table.md"))
	require.NoError(t, err)
	require.Contains(t, stdout, string(table))

	require.Contains(t, stdout, "All measures of the test rows of classification:\n\n| measure ")
	require.Regexp(t, `\n\| macro_f1 +\|( +[0-9.]+ ± [0-9.]+ \|){3}\n`, stdout)
	var reports struct {
		Runs []struct{ Report finetune.Report }
	}
	content, err := os.ReadFile(filepath.Join(dir, "runs", "ablate", "report.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &reports))
	require.Len(t, reports.Runs, 10)
	require.Equal(t, 6, reports.Runs[0].Report.Rows)
	require.NotEmpty(t, reports.Runs[0].Report.Confusion)

	status, again, stderr := command(t, dir, flags...)
	require.Zero(t, status, stderr)
	require.Equal(t, stdout, again)
	require.Equal(t, "runs already in runs/ablate/results.jsonl: 10 of 10\n", stderr)
}

func TestPretrainingComesFirst(t *testing.T) {
	dir := workplace(t)
	t.Chdir(dir)
	first, err := pretrain.Defaults("tiny")
	require.NoError(t, err)
	write(t, dir, "book.txt", strings.Repeat("the film was good . the film was bad .\n", 40))
	first.Data, first.Vocab, first.Ctx, first.Steps, first.Epochs = []string{"book.txt"}, 60, 8, 1, 0
	s, err := parse(append(films[2:], "-seeds", "1", "-variants", "scratch", "-epochs", "1", "-out", "out"), new(bytes.Buffer))
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, compare(context.Background(), s, first, cli.NewConsole(nil, &out, new(bytes.Buffer))))
	require.Contains(t, out.String(), "no completed pre-training under runs/: pre-training tiny first")
	require.Contains(t, out.String(), "weights of runs/tiny\n")
	require.Contains(t, out.String(), "| task           | no pre-training | majority |")
	require.FileExists(t, filepath.Join(dir, "out", "table.md"))
}

// With the variant lstm, the command first pre-trains a Transformer and an LSTM on the same text.
func TestPretrainingOfTheLSTM(t *testing.T) {
	dir := workplace(t)
	t.Chdir(dir)
	first, err := pretrain.Defaults("tiny")
	require.NoError(t, err)
	write(t, dir, "book.txt", strings.Repeat("the film was good . the film was bad .\n", 40))
	first.Data, first.Vocab, first.Ctx, first.Steps, first.Epochs = []string{"book.txt"}, 60, 8, 1, 0
	s, err := parse(append(films[2:], "-seeds", "1", "-variants", "full,lstm", "-transfer", "-epochs", "1", "-out", "out"), new(bytes.Buffer))
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, compare(context.Background(), s, first, cli.NewConsole(nil, &out, new(bytes.Buffer))))
	require.Contains(t, out.String(), "no completed pre-training of an LSTM under runs/: pre-training tiny-lstm first")
	require.Contains(t, out.String(), "LSTM: weights of runs/tiny-lstm\n")
	require.Contains(t, out.String(), "| LSTM w/ aux LM ")
	require.Contains(t, out.String(), "| blocks | classification |\n")
	require.FileExists(t, filepath.Join(dir, "out", "transfer.svg"))
}

func TestInterruption(t *testing.T) {
	dir := workplace(t)
	t.Chdir(dir)
	s, err := parse(append(films, "-out", "out"), new(bytes.Buffer))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	err = compare(ctx, s, pretrain.Options{}, cli.NewConsole(nil, new(bytes.Buffer), new(bytes.Buffer)))
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, "run the same command again to do the remaining runs: classification, pre-trained, seed 1: stopped after update 0 of 8")
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct{ name, flags, want string }{
		{"unknown task", "-tasks qa,poetry", `unknown task "poetry": it must be classification, entailment, similarity, regression, qa or multilabel`},
		{"unknown task of files", "-task poetry", `-task must be classification, entailment, similarity, regression, qa or multilabel, not "poetry"`},
		{"unknown variant", "-variants full,half", `unknown variant "half": it must be one of full, no-lm, scratch, lstm`},
		{"no limit", "-limits 50,0", `"0" must be all or a number of labels, at least 1, as in 50,200,all`},
		{"limit that is a word", "-limits some", `"some" must be all or a number of labels`},
		{"two ways to name sets", "-tasks qa -train f", "-tasks names sets of the embedded world, the other flags name your own files"},
		{"no task of the files", "-train f -test f", "-task is missing"},
		{"no test rows", "-task qa -train f", "-test is missing: the table shows test scores"},
		{"test rows alone", "-task qa -test f", "-dev and -test need -train"},
		{"no seeds", "-seeds 0", "-seeds must be at least 1, not 0"},
		{"one fold", "-folds 1", "-folds must be at least 2, not 1"},
		{"folds and test rows", "-folds 5 -task qa -train f -test f", "-folds scores the training rows, each by a model that has not seen it: omit -test"},
		{"updates without limits", "-task qa -train f -updates 99", "-updates is for the runs of -limits: add -limits, or omit -updates"},
		{"no epochs", "-epochs 0", "-epochs must be at least 1, not 0"},
		{"negative rate", "-lr -1", "-lr must be between 0 and 1e6, not -1"},
		{"an LSTM without its variant", "-lstm m -variants full", "-lstm is the model of the variant lstm, which -variants does not list"},
		{"argument", "qa", `unexpected argument "qa": files are named with -train, -dev and -test`},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, stdout, stderr := command(t, t.TempDir(), strings.Fields(c.flags)...)
			require.Equal(t, 2, status, stderr)
			require.Empty(t, stdout)
			require.Contains(t, stderr, c.want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), "one line")
		})
	}
}

// Errors in files are reported before anything is written.
func TestBadFiles(t *testing.T) {
	for _, c := range []struct {
		name, want string
		flags      []string
	}{
		{"no such model", "-model: stat none: no such file", []string{"-model", "none"}},
		{"no such file", "none.jsonl: no such file", []string{"-test", "none.jsonl"}},
		{"limit of one class", "classification: -limit is 2, which is too few rows: train.jsonl: every label is \"bad\"", []string{"-limits", "2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := workplace(t)
			status, _, stderr := command(t, dir, append(films, c.flags...)...)
			require.Equal(t, 1, status, stderr)
			require.Contains(t, stderr, c.want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), "one line")
			require.NoDirExists(t, filepath.Join(dir, "runs"))
		})
	}
}

func TestHelp(t *testing.T) {
	status, help, _ := command(t, t.TempDir(), "-h")
	require.Zero(t, status)
	(&settings{}).flags().VisitAll(func(f *flag.Flag) {
		require.Contains(t, help, "\n  -"+f.Name+" ", "-h lists every flag")
	})
	for line := range strings.Lines(help) {
		require.LessOrEqual(t, len(line), 81, line)
	}
}

// TestDatasets compares on several published datasets whose test rows have no labels.
func TestDatasets(t *testing.T) {
	dir := workplace(t)
	for _, name := range []string{"SST-2/train.tsv", "SST-2/dev.tsv", "CoLA/train.tsv", "CoLA/dev.tsv"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "data", filepath.Dir(name)), 0o700))
		var rows strings.Builder
		for i := range 12 {
			word := []string{"bad", "good"}[i*i/3%2]
			if strings.HasPrefix(name, "SST-2") {
				fmt.Fprintf(&rows, "the film was %s .\t%d\n", word, i*i/3%2)
			} else {
				fmt.Fprintf(&rows, "x\t%d\t\tthe film was %s .\n", i*i/3%2, word)
			}
		}
		head := ""
		if strings.HasPrefix(name, "SST-2") {
			head = "sentence\tlabel\n"
		}
		write(t, dir, filepath.Join("data", name), head+rows.String())
	}
	write(t, dir, "data/SST-2/test.tsv", "index\tsentence\n0\tthe film was good .\n")
	flags := []string{"-model", "m", "-dataset", "sst2,cola", "-data", "data", "-variants", "full,scratch", "-seeds", "2", "-epochs", "1"}
	status, stdout, stderr := command(t, dir, flags...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "Test scores times 100, in the measure of each dataset: mean ± standard deviation of 2 seeds.")
	require.Contains(t, stdout, "| dataset     | measure | training rows | test rows |")
	require.Contains(t, stdout, "| SST-2 (dev) |     acc |            12 |        12 |")
	require.Contains(t, stdout, "| CoLA (dev)  |     mcc |            12 |        12 |")
	status, again, stderr := command(t, dir, append(flags, "-strict")...)
	require.Zero(t, status, stderr)
	require.Equal(t, stdout, again)
	require.Equal(t, "runs already in runs/ablate/results.jsonl: 8 of 8\n", stderr)

	status, _, stderr = command(t, dir, "-dataset", "sst2,cola")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-data is missing: name the folder of SST-2")
	status, _, stderr = command(t, dir, "-dataset", "sst2", "-data", "data", "-tasks", "qa")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-dataset names published datasets: omit -tasks")
}

// Cross-validation needs no test rows, of own files and of datasets.
func TestFolds(t *testing.T) {
	dir := workplace(t)
	var rows, sentences strings.Builder
	sentences.WriteString("sentence\tlabel\n")
	for i := range 20 {
		word := []string{"bad", "good"}[i*i/3%2]
		fmt.Fprintf(&rows, `{"text": "the film was %s %d .", "label": %q}`+"\n", word, i, word)
		fmt.Fprintf(&sentences, "the film was %s %d .\t%d\n", word, i, i*i/3%2)
	}
	write(t, dir, "different.jsonl", rows.String())
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "SST-2"), 0o700))
	write(t, dir, "SST-2/train.tsv", sentences.String())
	write(t, dir, "SST-2/dev.tsv", sentences.String())
	own := strings.Fields("-model m -task classification -train different.jsonl -folds 2 -seeds 1 -epochs 1")
	status, stdout, stderr := command(t, dir, append(own, "-allow-unknown")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "Test accuracy in percent, by 2-fold cross-validation of the training rows.\n")
	require.Contains(t, stdout, "| task           |   − no auxiliary LM |   − no pre-training | ")
	require.Contains(t, stdout, " − bag of words |\n")
	require.Equal(t, 6, strings.Count(stderr, ", fold "), "3 variants, 2 folds")

	status, stdout, stderr = command(t, dir, strings.Fields("-model m -dataset SST-2 -data . -folds 2 -seeds 1 -epochs 1 -allow-unknown -out out")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "| dataset | measure | training rows | test rows | ")
	require.Contains(t, stdout, "| SST-2   |     acc |            10 |        20 | ")

	status, _, stderr = command(t, dir, append(own, "-folds", "50")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "classification: -folds is 50, but different.jsonl has only 20 groups of rows without a text in common")
}

// TestRowsOfAnotherScript checks that they are an error before the first run.
func TestRowsOfAnotherScript(t *testing.T) {
	dir := workplace(t)
	write(t, dir, "chinese.jsonl", strings.Repeat("{\"text\": \"很 好\", \"label\": 1}\n{\"text\": \"不 好\", \"label\": 0}\n", 8))
	flags := strings.Fields("-model m -task classification -train chinese.jsonl -test chinese.jsonl -variants full -seeds 1 -epochs 1 -out out")
	status, _, stderr := command(t, dir, flags...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "ablate: classification: training rows: 32 of 32 tokens (100.0 %) are <unk>")
	require.Contains(t, stderr, "-allow-unknown")
	status, _, stderr = command(t, dir, append(flags, "-allow-unknown")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stderr, "classification: warning: test rows: 32 of 32 tokens (100.0 %) are <unk>")
}

// Models and rows of the hub are the same as those of folders and files.
func TestTheHub(t *testing.T) {
	dir := workplace(t)
	flags := []string{"-task", "classification", "-seeds", "1", "-epochs", "1", "-batch", "4", "-lr", "0.01"}
	status, _, stderr := command(t, dir, append(flags, "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-test", "test.jsonl")...)
	require.Zero(t, status, stderr)
	require.Equal(t, 3, strings.Count(stderr, "\n"), "one line per run")
	h := hubtest.New(t)
	h.Environment(t)
	h.AddFolder("org/m", filepath.Join(dir, "m"))
	rows := map[string][]byte{}
	for _, name := range []string{"train.jsonl", "dev.jsonl", "test.jsonl"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		rows[name] = data
	}
	h.Add("datasets/org/films", rows)
	status, _, stderr = command(t, dir, append(flags, "-model", "hf:org/m", "-train", "hf:org/films", "-dev", "hf:org/films", "-test", "hf:org/films")...)
	require.Zero(t, status, stderr)
	require.Equal(t, "runs already in runs/ablate/results.jsonl: 3 of 3\n", stderr)
}
