package finetunecmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/tokenizer"
)

// command runs the command in the folder dir and returns its status and output.
func command(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	status = Run(nil, args, nil, &out, &errs)
	return status, out.String(), errs.String()
}

// sentences has all words in the rows of these tests.
const sentences = "the film was good . the film was bad . it rains and it is wet or dry . what is it like ? a b c"

// writeModel makes a model folder with random weights, as pre-training does.
func writeModel(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o700))
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 200, MinFrequency: 1})
	trainer.Add(sentences)
	tok, err := trainer.Train()
	require.NoError(t, err)
	m, err := gpt1.New(gpt1.Config{
		NLayer: 1, NHead: 2, NEmbd: 32, NCtx: 24, VocabSize: tok.Size(),
		EmbdPDrop: 0.1, AttnPDrop: 0.1, ResidPDrop: 0.1, LayerNormEps: 1e-5, InitRange: 0.3,
	})
	require.NoError(t, err)
	m.Init(1)
	require.NoError(t, checkpoint.WriteModel(dir, m))
	vocab, err := tok.VocabJSON()
	require.NoError(t, err)
	write(t, dir, "vocab.json", string(vocab))
	write(t, dir, "merges.txt", string(tok.MergesTXT()))
	write(t, dir, "run.json", `{"command": "train", "completed": true}`)
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(data)
}

// rows writes n rows of a task whose label depends on one word.
func rows(task string, n int, seed uint64) string {
	rng := rand.New(rand.NewPCG(seed, 0))
	var out strings.Builder
	for range n {
		right := rng.IntN(2)
		word := []string{"bad", "good"}[right]
		switch task {
		case "classification":
			fmt.Fprintf(&out, `{"text": "the film was %s .", "label": %q}`, word, word+" one")
		case "entailment":
			fmt.Fprintf(&out, `{"premise": "it rains", "hypothesis": "it is %s", "label": %d}`, []string{"dry", "wet"}[right], right)
		case "similarity":
			fmt.Fprintf(&out, `{"a": "the film was %s", "b": "it is like it", "label": %d}`, word, 7+right)
		case "regression":
			fmt.Fprintf(&out, `{"a": "the film was %s", "b": "it is like it", "label": %d.5}`, word, 2*right)
		case "qa":
			answers := []string{"bad", "bad"}
			answers[right] = "good"
			fmt.Fprintf(&out, `{"context": "a film", "question": "what was it like ?", "answers": ["%s", "%s"], "label": %d}`, answers[0], answers[1], right)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// workplace makes a folder with a model, m, and the files of a task.
func workplace(t *testing.T, task string) string {
	t.Helper()
	dir := t.TempDir()
	writeModel(t, filepath.Join(dir, "m"))
	write(t, dir, "train.jsonl", rows(task, 48, 1))
	write(t, dir, "dev.jsonl", rows(task, 20, 2))
	write(t, dir, "test.jsonl", rows(task, 21, 3))
	return dir
}

// last returns the last value of a metric in metrics.jsonl.
func last(t *testing.T, dir, name string) float64 {
	t.Helper()
	found, value := false, 0.0
	for line := range strings.Lines(read(t, dir, "metrics.jsonl")) {
		var metrics map[string]float64
		require.NoError(t, json.Unmarshal([]byte(line), &metrics), line)
		if v, has := metrics[name]; has {
			found, value = true, v
		}
	}
	require.True(t, found, "no %s in metrics.jsonl", name)
	return value
}

func TestTasks(t *testing.T) {
	for _, c := range []struct {
		task, labels, picture string
		better                func(t *testing.T, dir string)
	}{
		{"classification", `["bad one","good one"]`, "confusion.svg", betterClasses},
		{"entailment", `["0","1"]`, "confusion.svg", betterClasses},
		{"similarity", `["7","8"]`, "confusion.svg", betterClasses},
		{"regression", `null`, "scatter.svg", betterScores},
		{"qa", `null`, "", betterClasses},
	} {
		t.Run(c.task, func(t *testing.T) {
			dir := workplace(t, c.task)
			flag := c.task
			if flag == "regression" {
				flag = "similarity" // scores with a decimal point make it a regression
			}
			status, stdout, stderr := command(t, dir, "-task", flag, "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-test", "test.jsonl",
				"-steps", "60", "-eval-every", "15", "-lr", "0.01", "-batch", "16", "-dot", "graph.dot")
			require.Zero(t, status, stderr)
			out := filepath.Join(dir, "runs", "width32-"+flag)
			var files []string
			entries, err := os.ReadDir(out)
			require.NoError(t, err)
			for _, e := range entries {
				files = append(files, e.Name())
			}
			want := []string{
				".lock", "checkpoints", "config.json", "errors.tsv", "loss.png", "loss.svg", "merges.txt", "metrics.jsonl", "model.safetensors", "predictions.tsv",
				"report.json", "run.json", "task.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
			}
			if c.picture != "" {
				want = append(want, c.picture)
				require.Contains(t, read(t, out, c.picture), "test, 21 rows</text>")
			}
			require.ElementsMatch(t, want, files)
			require.Equal(t, 22, strings.Count(read(t, out, "errors.tsv"), "\n"), "all test rows are among the worst")
			c.better(t, out)

			require.Contains(t, stdout, "added 3 special tokens")
			require.Contains(t, stdout, "\ndev, 20 examples: ")
			require.Contains(t, stdout, "\ntest, 21 examples: ")
			require.Contains(t, stderr, "step 15/60  dev_loss")
			require.Contains(t, read(t, dir, "graph.dot"), "head.weight")
			require.Equal(t, 22, strings.Count(read(t, out, "predictions.tsv"), "\n"), "the test rows")
			var spec struct {
				Task   string
				Labels json.RawMessage
				IDs    map[string]int `json:"special_ids"`
			}
			require.NoError(t, json.Unmarshal([]byte(read(t, out, "task.json")), &spec))
			require.Equal(t, c.task, spec.Task)
			if c.labels != "null" {
				require.JSONEq(t, c.labels, string(spec.Labels))
			}
			tok, err := tokenizer.Load(out)
			require.NoError(t, err)
			m, err := checkpoint.ReadModel(out)
			require.NoError(t, err)
			require.Equal(t, m.VocabSize, tok.Size())
			require.Equal(t, map[string]int{"start": tok.Size() - 3, "delimiter": tok.Size() - 2, "classify": tok.Size() - 1}, spec.IDs)
			for _, name := range []string{"loss", "clf_loss", "lm_loss", "lr", "grad_norm", "tokens", "tok_s", "elapsed_s", "dev_loss", "test_loss"} {
				last(t, out, name)
			}
		})
	}
}

// betterClasses requires that all predictions are right and that the majority class is not.
func betterClasses(t *testing.T, dir string) {
	for _, set := range []string{"dev_", "test_"} {
		require.Equal(t, 1.0, last(t, dir, set+"acc"))
		require.Less(t, last(t, dir, set+"majority_acc"), 0.8)
	}
}

// betterScores requires at most a quarter of the error of the mean.
func betterScores(t *testing.T, dir string) {
	for _, set := range []string{"dev_", "test_"} {
		require.Less(t, last(t, dir, set+"mse"), last(t, dir, set+"mean_mse")/4)
		require.Greater(t, last(t, dir, set+"pearson"), 0.9)
	}
}
