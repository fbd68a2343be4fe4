package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// stability returns a fresh copy of the folders that an earlier commit wrote
// (testdata/stability/README.md says how).
func stability(t *testing.T) string {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		t.Skip("the recorded numbers were computed on amd64; other processors fuse multiplications and additions")
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "testdata", "stability", "c3479e4"))))
	return dir
}

// succeed runs the program and returns its standard output.
func succeed(t *testing.T, dir string, args ...string) string {
	t.Helper()
	status, stdout, stderr := gorgpt(t, dir, args...)
	require.Zero(t, status, stderr)
	return stdout
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(data)
}

// sums returns the digests in a SHA256SUMS file, by name.
func sums(t *testing.T, path ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(read(t, path...)))
	for lines.Scan() {
		sum, name, found := strings.Cut(lines.Text(), "  ")
		require.True(t, found, lines.Text())
		all[name] = sum
	}
	return all
}

func digest(t *testing.T, path ...string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(read(t, path...)))
	return hex.EncodeToString(sum[:])
}

func TestAnOldFineTunedModelPredictsAsBefore(t *testing.T) {
	dir := stability(t)
	require.Equal(t, read(t, dir, "tuned-labels.tsv"), succeed(t, dir, "finetune", "-model", "tuned-done", "-predict", "new.jsonl"))
	require.Equal(t, read(t, dir, "tuned-scores.tsv"), succeed(t, dir, "generate", "-model", "tuned-done", "-score", "book.txt"))
	require.Equal(t, read(t, dir, "tuned-text.txt"),
		succeed(t, dir, "generate", "-model", "tuned-done", "-prompt", "the boy saw", "-temperature", "0", "-tokens", "12"))
}

// sameMetrics compares the metrics of a run with those that the old program wrote, except times.
// Sums are added in another order today.
func sameMetrics(t *testing.T, want, got string) {
	t.Helper()
	wanted, lines := strings.Split(strings.TrimSpace(want), "\n"), strings.Split(strings.TrimSpace(got), "\n")
	require.Len(t, lines, len(wanted))
	for i := range wanted {
		var a, b map[string]float64
		require.NoError(t, json.Unmarshal([]byte(wanted[i]), &a))
		require.NoError(t, json.Unmarshal([]byte(lines[i]), &b))
		delete(b, "val_bpb") // newer than the files
		require.Len(t, b, len(a), lines[i])
		for name, x := range a {
			if name != "tok_s" && name != "elapsed_s" {
				require.InDelta(t, x, b[name], 1e-5*max(1, math.Abs(x)), "%s in line %d", name, i+1)
			}
		}
	}
}

const earlierVersion = "an earlier version of this program began the run"

func TestAnOldFineTuningRunResumes(t *testing.T) {
	dir := stability(t)
	told := succeed(t, dir, "finetune", "-resume", "tuned")
	require.Contains(t, told, "update 14 of 60")
	require.Contains(t, told, earlierVersion)
	sameMetrics(t, read(t, dir, "tuned-done", "metrics.jsonl"), read(t, dir, "tuned", "metrics.jsonl"))
	require.Equal(t, labels(read(t, dir, "tuned-done", "predictions.tsv")), labels(read(t, dir, "tuned", "predictions.tsv")))
	require.NotContains(t, read(t, dir, "tuned", "run.json"), `"format": 2`, "the order of its sums has changed on the way")
	// The old program wrote no format number and no baseline.
	task := read(t, dir, "tuned", "task.json")
	for _, line := range []string{"  \"format\": 2,\n", "  \"baseline\": \"sad\",\n"} {
		require.Contains(t, task, line)
		task = strings.Replace(task, line, "", 1)
	}
	require.Equal(t, read(t, dir, "tuned-done", "task.json"), task)
}

// labels are the first columns of predictions, without the probabilities.
func labels(predictions string) (all [][]string) {
	for line := range strings.Lines(predictions) {
		all = append(all, strings.Split(line, "\t")[:3])
	}
	return all
}

func TestNewerFormatsAreRefused(t *testing.T) {
	dir := stability(t)
	for _, c := range []struct {
		file, known string
		args        []string
	}{
		{"tuned/run.json", "2", []string{"finetune", "-resume", "tuned"}},
		{"tuned-done/task.json", "2", []string{"finetune", "-model", "tuned-done", "-predict", "new.jsonl"}},
	} {
		path := filepath.Join(dir, filepath.FromSlash(c.file))
		newer := strings.Replace(read(t, path), "{", "{\n  \"format\": 7,", 1)
		require.NoError(t, os.WriteFile(path, []byte(newer), 0o600))
		status, _, stderr := gorgpt(t, dir, c.args...)
		require.NotZero(t, status)
		require.Contains(t, stderr, c.file+" has format 7, and this program knows formats up to "+c.known+": use a newer gorgpt")
	}
}

// The weights and moments of the old pre-training run are too large to store. A run with the
// settings of the old run.json gives the same up to rounding, and its tensors stand in for them.
func TestAnOldPreTrainingRunResumes(t *testing.T) {
	dir := stability(t)
	want := read(t, dir, "pretrained-metrics.jsonl")
	fresh := succeed(t, dir, "train", "-config", filepath.Join("pretrained", "run.json"), "-out", "fresh", "-checkpoints", "9", "-save-every", "13")
	require.NotContains(t, fresh, earlierVersion)
	sameMetrics(t, want, read(t, dir, "fresh", "metrics.jsonl"))

	for _, step := range []string{"step-000000010", "step-000000013"} {
		from, to := filepath.Join(dir, "fresh", "checkpoints", step), filepath.Join(dir, "pretrained", "checkpoints", step)
		checksums := read(t, to, "SHA256SUMS")
		for _, name := range []string{"model.safetensors", "adam.safetensors"} {
			checksums = strings.Replace(checksums, sums(t, to, "SHA256SUMS")[name], digest(t, from, name), 1)
			require.NoError(t, os.Rename(filepath.Join(from, name), filepath.Join(to, name)))
		}
		require.NoError(t, os.WriteFile(filepath.Join(to, "SHA256SUMS"), []byte(checksums), 0o600))
	}
	told := succeed(t, dir, "train", "-resume", "pretrained")
	require.Contains(t, told, "update 13 of 30")
	require.Contains(t, told, earlierVersion)
	sameMetrics(t, want, read(t, dir, "pretrained", "metrics.jsonl"))
}
