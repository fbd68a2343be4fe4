package finetunecmd

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
)

// films returns rows of SST-2 whose label depends on one word. Rows without labels are test rows.
func films(n int, seed uint64, labelled bool) string {
	rng := rand.New(rand.NewPCG(seed, 0))
	out := "index\tsentence\n"
	if labelled {
		out = "sentence\tlabel\n"
	}
	for i := range n {
		right := rng.IntN(2)
		text := "the film was " + []string{"bad", "good"}[right] + " . "
		if labelled {
			out += fmt.Sprintf("%s\t%d\n", text, right)
		} else {
			out += fmt.Sprintf("%d\t%s\n", i, text)
		}
	}
	return out
}

// cinema makes a folder with a model, m, and the files of SST-2 in data.
func cinema(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeModel(t, filepath.Join(dir, "m"))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data", "SST-2"), 0o700))
	write(t, dir, "data/SST-2/train.tsv", films(48, 1, true))
	write(t, dir, "data/SST-2/dev.tsv", films(20, 2, true))
	write(t, dir, "data/SST-2/test.tsv", films(5, 3, false))
	return dir
}

// learn are flags for a run that learns the word.
var learn = []string{"-dataset", "sst-2", "-data", "data", "-model", "m", "-steps", "60", "-eval-every", "15", "-lr", "0.01", "-batch", "16"}

func TestDataset(t *testing.T) {
	dir := cinema(t)
	status, stdout, stderr := command(t, dir, append(learn, "-out", "out")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "\ndev, 20 examples: acc 1.0000")
	require.NotContains(t, stdout, "\ntest, ")
	require.Contains(t, stdout, "wrote the submission to out/SST-2.tsv\n")
	lines := strings.Split(read(t, dir, "out/SST-2.tsv"), "\n")
	require.Equal(t, "index\tprediction", lines[0])
	gold := strings.Split(films(5, 3, false), "\n")
	for i, line := range lines[1:6] {
		require.Equal(t, fmt.Sprintf("%d\t%d", i, strings.Count(gold[i+1], "good")), line)
	}
	require.Contains(t, read(t, dir, "out/predictions.tsv"), "row\tpredicted\tp(0)\tp(1)\n1\t")
	require.Contains(t, read(t, dir, "out/task.json"), `"dataset": "SST-2"`)

	t.Run("eval", func(t *testing.T) {
		status, stdout, stderr := command(t, dir, "-model", "out", "-eval", "data/SST-2/dev.tsv")
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "data/SST-2/dev.tsv, 20 examples: acc 1.0000  majority_acc 0.")
		status, _, stderr = command(t, dir, "-model", "out", "-eval", "data/SST-2/test.tsv")
		require.Equal(t, 1, status)
		require.Contains(t, stderr, "-eval: the rows of data/SST-2/test.tsv have no labels: add them, or use -predict")
	})
	t.Run("predict", func(t *testing.T) {
		status, stdout, stderr := command(t, dir, "-model", "out", "-predict", "data/SST-2/test.tsv")
		require.Zero(t, status, stderr)
		require.Equal(t, read(t, dir, "out/predictions.tsv"), stdout)
		status, stdout, stderr = command(t, dir, "-model", "out", "-predict", "data/SST-2/dev.tsv", "-out", "p.tsv")
		require.Zero(t, status, stderr)
		require.Empty(t, stdout)
		require.Equal(t, 21, strings.Count(read(t, dir, "p.tsv"), "\n"))
		require.Contains(t, read(t, dir, "p.tsv"), "row\tgold\tpredicted\t")
	})
	t.Run("no fine-tuned model", func(t *testing.T) {
		status, _, stderr := command(t, dir, "-model", "m", "-eval", "data/SST-2/dev.tsv")
		require.Equal(t, 1, status)
		require.Contains(t, stderr, "-model m is not a fine-tuned model: name a run folder of fine-tuning, which has a task.json")
	})
}

// A run saves the weights of its best evaluation.
func TestBestIsKept(t *testing.T) {
	dir := cinema(t)
	// With such large steps the model gets worse again, and an earlier evaluation is the best. The
	// seeds for which this happens depend on how the processor rounds.
	var stdout, after string
	for seed, found := 1, false; !found; seed++ {
		require.Less(t, seed, 10, stdout)
		var status int
		var stderr string
		status, stdout, stderr = command(t, dir, append(learn, "-force", "-out", "out", "-lr", "0.3", "-eval-every", "3", "-checkpoints", "99", "-seed", fmt.Sprint(seed))...)
		require.Zero(t, status, stderr)
		_, after, found = strings.Cut(stdout, "kept the weights after update ")
	}
	var best int
	_, err := fmt.Sscanf(after, "%d of 60, the best on held-out data", &best)
	require.NoError(t, err)
	kept, err := checkpoint.ReadModel(filepath.Join(dir, "out"))
	require.NoError(t, err)
	want, err := checkpoint.ReadModel(filepath.Join(dir, "out", "checkpoints", fmt.Sprintf("step-%09d", best)))
	require.NoError(t, err)
	for i, p := range want.Store.Params() {
		require.Equal(t, p.Value, kept.Store.Params()[i].Value, p.Name)
	}
	status, scores, stderr := command(t, dir, "-model", "out", "-eval", "data/SST-2/dev.tsv")
	require.Zero(t, status, stderr)
	_, reported, _ := strings.Cut(stdout, "\ndev, 20 examples: acc ")
	require.Contains(t, scores, "20 examples: acc "+reported[:6])
}

func TestSeeds(t *testing.T) {
	dir := cinema(t)
	status, stdout, stderr := command(t, dir, append(learn, "-out", "out", "-seeds", "3", "-steps", "4")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "\ndev acc of 3 seeds: median 0.")
	for seed := 1; seed <= 3; seed++ {
		require.FileExists(t, filepath.Join(dir, "out", fmt.Sprintf("seed-%d", seed), "model.safetensors"))
	}
}

// A user's files may have any columns, and the model stores their names.
func TestOwnColumns(t *testing.T) {
	dir := cinema(t)
	for name, content := range map[string]string{"train": films(48, 1, true), "dev": films(20, 2, true), "test": films(5, 3, false)} {
		write(t, dir, name+".csv", strings.ReplaceAll(strings.ReplaceAll(content, "\t", ","), "label", "gold"))
	}
	status, stdout, stderr := command(t, dir, "-task", "classification", "-train", "train.csv", "-dev", "dev.csv", "-test", "test.csv", "-model", "m",
		"-fields", "text=sentence,label=gold", "-labels", "1,0", "-steps", "60", "-eval-every", "15", "-lr", "0.01", "-batch", "16", "-out", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "\ndev, 20 examples: acc 1.0000")
	status, stdout, stderr = command(t, dir, "-model", "out", "-eval", "dev.csv")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "dev.csv, 20 examples: acc 1.0000")
	status, stdout, stderr = command(t, dir, "-model", "out", "-predict", "test.csv")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "row\tpredicted\tp(1)\tp(0)\n", "in the order of -labels")
	write(t, dir, "other.jsonl", `{"text": "the film was good .", "label": 1}`)
	status, stdout, stderr = command(t, dir, "-model", "out", "-eval", "other.jsonl", "-fields", "text=text")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "other.jsonl, 1 example: acc 1.0000")
}

func TestDatasetFlags(t *testing.T) {
	for _, c := range []struct{ name, flags, want string }{
		{"unknown dataset", "-dataset squad -data d", `-dataset: unknown dataset "squad": the datasets are SNLI`},
		{"no folder", "-dataset rte", "-data is missing: name the folder of RTE"},
		{"folder alone", "-data d", "-data is the folder of a dataset: name it with -dataset"},
		{"other task", "-dataset rte -data d -task qa", "-dataset RTE sets -task entailment: omit -task"},
		{"files beside", "-dataset rte -data d -train f", "-dataset RTE has its own files, columns and labels"},
		{"fields of nothing", "-task qa -fields label=x", "-fields and -labels describe your own files"},
		{"eval and predict", "-model m -eval f -predict f", "-eval cannot be combined with -predict"},
		{"eval without a model", "-eval f", "-model is missing: name the run folder of a fine-tuned model"},
		{"eval of a task", "-eval f -model m -task qa", "-eval and -predict use the task of the fine-tuned model"},
		{"no seeds", "-task qa -seeds 0", "-seeds must be at least 1, not 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, _, stderr := command(t, t.TempDir(), strings.Fields(c.flags)...)
			require.Equal(t, 2, status, stderr)
			require.Contains(t, stderr, c.want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), "one line")
		})
	}
	dir := workplace(t, "classification")
	refused(t, dir, `-fields: "title=x" does not assign a column to one of text and label: write text=column, for example`, "-task", "classification", "-model", "m", "-fields", "title=x")
	refused(t, dir, `-fields: "lable=x" does not assign a column to one of text and label: write text=column, for example`, "-task", "classification", "-model", "m", "-fields", "text=a+b,lable=x")
	refused(t, dir, `train.jsonl: no row is labelled maybe; the labels are bad one, good one, maybe`, "-task", "classification", "-model", "m", "-labels", "bad one,good one,maybe", "-strict")
}
