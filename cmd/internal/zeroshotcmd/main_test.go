package zeroshotcmd

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/hub/hubtest"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// command runs the command in a folder and returns its status and output.
func command(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	status = Run(args, nil, &out, &errs)
	return status, out.String(), errs.String()
}

// workplace makes a folder with tiny runs of both architectures under runs/, and rows.
func workplace(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	write := func(name, text string) { require.NoError(t, os.WriteFile(name, []byte(text), 0o600)) }
	write("book.txt", strings.Repeat("the film was very good , positive . the film was very bad , negative .\n", 40))
	for _, arch := range []string{"", pretrain.LSTM} {
		s, err := pretrain.Defaults("tiny")
		require.NoError(t, err)
		s.Data, s.Vocab, s.Ctx, s.Steps, s.Epochs, s.Batch, s.Micro = []string{"book.txt"}, 90, 16, 8, 0, 2, 2
		s.Arch, s.History = arch, 2
		_, err = pretrain.Run(context.Background(), s, train.Listener{})
		require.NoError(t, err)
	}
	var rows strings.Builder
	for range 4 {
		rows.WriteString("{\"text\": \"the film was good\", \"label\": 1}\n{\"text\": \"the film was bad\", \"label\": 0}\n")
	}
	write("rows.jsonl", rows.String())
	return dir
}

func TestOwnRows(t *testing.T) {
	dir := workplace(t)
	flags := strings.Fields("-model runs/tiny -model runs/tiny-lstm -tasks sentiment -train rows.jsonl -test rows.jsonl -rows 6 -out out")
	status, stdout, stderr := command(t, dir, flags...)
	require.Zero(t, status, stderr)
	require.Equal(t, 6, strings.Count(stderr, "\n"), "two runs, three states each")
	require.Contains(t, stderr, "tiny-lstm, update 2, sentiment: ")
	require.Contains(t, stdout, "| sentiment |      tiny |       4 | ")
	for _, name := range []string{"results.jsonl", "table.md", "zeroshot.svg", "zeroshot.png"} {
		require.FileExists(t, filepath.Join(dir, "out", name))
	}
	status, again, stderr := command(t, dir, flags...)
	require.Zero(t, status, stderr)
	require.Equal(t, stdout, again)
	require.Empty(t, stderr, "everything has been measured")
	status, _, stderr = command(t, dir, slices.Concat(flags[:2], flags[4:], []string{"-dtype", "int8"})...)
	require.Zero(t, status, stderr)
	require.Equal(t, 3, strings.Count(stderr, "\n"), "other weights are measured again: %s", stderr)
	status, _, stderr = command(t, dir, append(flags, "-dtype", "int8")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "the model is an LSTM, whose weights can only be kept as float32")

	// The updates of a model that is no run are not known.
	other := []string{"-model", "runs/tiny/history/step-000000002"}
	status, stdout, stderr = command(t, dir, slices.Concat(other, flags[4:len(flags)-1], []string{"other"})...)
	require.Zero(t, status, stderr)
	require.Contains(t, stderr, "step-000000002, sentiment: ")
	require.Contains(t, stdout, "| sentiment | step-000000002 |       – |")
	require.NoFileExists(t, filepath.Join(dir, "other", "zeroshot.svg"), "there is no curve")
	status, _, stderr = command(t, dir, append(flags, other...)...)
	require.Zero(t, status, stderr)
	picture, err := os.ReadFile(filepath.Join(dir, "out", "zeroshot.svg"))
	require.NoError(t, err)
	require.Contains(t, string(picture), "tiny-lstm")
	require.NotContains(t, string(picture), "step-000000002")

	status, _, stderr = command(t, dir, append(flags, "-append", "so")...)
	require.Zero(t, status, stderr)
	require.Equal(t, 6, strings.Count(stderr, "\n"), "other words are measured again")
}

// The test rows of the published datasets have no labels: the development rows are predicted.
func TestDataset(t *testing.T) {
	dir := workplace(t)
	rows := "the film was good \t1\nthe film was bad \t0\nthe good film \t1\n"
	require.NoError(t, os.Mkdir("SST-2", 0o700))
	for name, text := range map[string]string{
		"train.tsv": "sentence\tlabel\n" + rows, "dev.tsv": "sentence\tlabel\n" + rows, "test.tsv": "index\tsentence\n0\tthe film\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join("SST-2", name), []byte(text), 0o600))
	}
	status, stdout, stderr := command(t, dir, strings.Fields("-model runs/tiny -tasks sentiment -dataset sst-2 -data .")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `sentiment \|  tiny \|       8 \| +(0.0|33.3|66.7|100.0) `, stdout)

	status, _, stderr = command(t, dir, strings.Fields("-model runs/tiny -tasks qa -dataset SST-2 -data .")...)
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-dataset SST-2 sets -task classification")
}

// TestWorld uses the rows of the embedded world and the newest Transformer.
func TestWorld(t *testing.T) {
	dir := workplace(t)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "runs", "tiny", "history")))
	status, stdout, stderr := command(t, dir, "-rows", "3", "-tasks", "acceptability,sentiment")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "| acceptability |  tiny |       8 | ")
	require.Contains(t, stdout, "| sentiment     |  tiny |       8 | ")
	require.FileExists(t, filepath.Join(dir, "runs", "zeroshot", "zeroshot.svg"))
}

// Minimal pairs are measured with the states of a run, and with any folder of a model.
func TestMinimalPairs(t *testing.T) {
	dir := workplace(t)
	require.NoError(t, os.Mkdir("pairs", 0o700))
	for _, name := range []string{"one", "two"} {
		pair := `{"sentence_good": "the film was good", "sentence_bad": "the good was film", "field": "` + name + `", "linguistics_term": "order", "UID": "` + name + `"}` + "\n"
		require.NoError(t, os.WriteFile(filepath.Join("pairs", name+".jsonl"), []byte(strings.Repeat(pair, 3)), 0o600))
	}
	flags := strings.Fields("-model runs/tiny -model runs/tiny-lstm -blimp pairs -out out")
	status, stdout, stderr := command(t, dir, flags...)
	require.Zero(t, status, stderr)
	require.Equal(t, 12, strings.Count(stderr, "\n"), "two runs, three states and two paradigms each: %s", stderr)
	require.Contains(t, stderr, "tiny-lstm, update 2, one: ")
	require.Contains(t, stdout, "| all paradigms | paradigms | ")
	for _, name := range []string{"results.jsonl", "table.md", "zeroshot.svg", "zeroshot.png"} {
		require.FileExists(t, filepath.Join(dir, "out", name))
	}
	status, again, stderr := command(t, dir, flags...)
	require.Zero(t, status, stderr)
	require.Equal(t, stdout, again)
	require.Empty(t, stderr, "everything has been measured")

	status, stdout, stderr = command(t, dir, strings.Fields("-model runs/tiny/history/step-000000002 -blimp pairs")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "| step-000000002 |")
	require.FileExists(t, filepath.Join(dir, "runs", "blimp", "table.md"))
	require.NoFileExists(t, filepath.Join(dir, "runs", "blimp", "zeroshot.svg"), "there is no curve")

	h := hubtest.New(t)
	h.Environment(t)
	h.AddFolder("org/step", "runs/tiny/history/step-000000002")
	status, stdout, stderr = command(t, dir, strings.Fields("-model hf:org/step -blimp pairs -out hub")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `\| all paradigms \| paradigms \| +step \|`, stdout)
	status, stdout, stderr = command(t, dir, strings.Fields("-model hf:org/step -tasks sentiment -train rows.jsonl -test rows.jsonl -out hub")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `\| sentiment \| +step \| +– \|`, stdout)
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		name, flags, want string
		status            int
	}{
		{"unknown task", "-tasks poetry", `unknown task "poetry": it must be acceptability, sentiment or qa`, 2},
		{"no task of the files", "-train f -test f", "name it with -tasks", 2},
		{"no test rows", "-tasks qa -train f", "-train and -test go together", 2},
		{"no folder", "-tasks sentiment -dataset SST-2", "-data is missing", 2},
		{"no question", "-ask answer", `-ask is "answer": it must have {question} once`, 2},
		{"no word", "-positive ,", `-positive is ",": it must be words`, 2},
		{"no rows", "-rows 0", "-rows must be at least 1, not 0", 2},
		{"argument", "qa", `unexpected argument "qa": models are named with -model`, 2},
		{"no runs", "", "no completed pre-training under runs/", 1},
		{"no model", "-model .", "no model in .: it must contain config.json", 1},
		{"pairs without folder", "-blimp=", "-blimp needs the folder of BLiMP's files", 2},
		{"text before no pairs", "-before x", "-before is the text before the sentences of -blimp", 2},
		{"pairs and tasks", "-blimp d -tasks qa", "-blimp measures minimal pairs in place of tasks: it cannot be combined with -tasks", 2},
		{"no pairs", "-blimp . -model .", "-blimp: . has no files *.jsonl", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, stdout, stderr := command(t, t.TempDir(), strings.Fields(c.flags)...)
			require.Equal(t, c.status, status, stderr)
			require.Empty(t, stdout)
			require.Contains(t, stderr, c.want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), "one line")
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

func TestRowsOfAnotherScript(t *testing.T) {
	dir := workplace(t)
	rows := strings.Repeat("{\"text\": \"很 好\", \"label\": 1}\n{\"text\": \"不 好\", \"label\": 0}\n", 4)
	require.NoError(t, os.WriteFile("chinese.jsonl", []byte(rows), 0o600))
	flags := strings.Fields("-model runs/tiny -tasks sentiment -train rows.jsonl -test chinese.jsonl -out out")
	status, _, stderr := command(t, dir, flags...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "zeroshot: tiny, sentiment: test rows: 16 of 16 tokens (100.0 %) are <unk>, most often for the characters 好 ×8, 不 ×4, 很 ×4")
	status, _, stderr = command(t, dir, append(flags, "-allow-unknown")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stderr, "tiny, sentiment: warning: test rows: 16 of 16 tokens (100.0 %) are <unk>")
}
