package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
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

func TestAnOldFineTuningRunResumesToTheSameBits(t *testing.T) {
	dir := stability(t)
	require.Contains(t, succeed(t, dir, "finetune", "-resume", "tuned"), "update 14 of 60")
	for _, name := range []string{"model.safetensors", "predictions.tsv"} {
		require.Equal(t, digest(t, dir, "tuned-done", name), digest(t, dir, "tuned", name), name)
	}
	// The old program wrote no format number.
	task := strings.Replace(read(t, dir, "tuned", "task.json"), "  \"format\": 1,\n", "", 1)
	require.Equal(t, read(t, dir, "tuned-done", "task.json"), task)
}

func TestNewerFormatsAreRefused(t *testing.T) {
	dir := stability(t)
	for _, c := range []struct {
		file string
		args []string
	}{
		{"tuned/run.json", []string{"finetune", "-resume", "tuned"}},
		{"tuned-done/task.json", []string{"finetune", "-model", "tuned-done", "-predict", "new.jsonl"}},
	} {
		path := filepath.Join(dir, filepath.FromSlash(c.file))
		newer := strings.Replace(read(t, path), "{", "{\n  \"format\": 7,", 1)
		require.NoError(t, os.WriteFile(path, []byte(newer), 0o600))
		status, _, stderr := gorgpt(t, dir, c.args...)
		require.NotZero(t, status)
		require.Contains(t, stderr, c.file+" has format 7, and this program knows formats up to 1: use a newer gorgpt")
	}
}

// The weights and moments of the old pre-training run are too large to store. Only their checksums
// are: training from the old run.json must give the same bytes.
func TestAnOldPreTrainingRunResumesToTheSameBits(t *testing.T) {
	dir := stability(t)
	want := sums(t, dir, "SHA256SUMS")
	succeed(t, dir, "train", "-config", filepath.Join("pretrained", "run.json"), "-out", "fresh", "-keep", "9", "-save-every", "13")
	require.Equal(t, want["pretrained-done/model.safetensors"], digest(t, dir, "fresh", "model.safetensors"), "never stopped")

	for _, step := range []string{"step-000000010", "step-000000013"} {
		from, to := filepath.Join(dir, "fresh", "checkpoints", step), filepath.Join(dir, "pretrained", "checkpoints", step)
		for _, name := range []string{"model.safetensors", "adam.safetensors"} {
			require.Equal(t, sums(t, to, "SHA256SUMS")[name], digest(t, from, name), "%s of %s", name, step)
			require.NoError(t, os.Rename(filepath.Join(from, name), filepath.Join(to, name)))
		}
	}
	require.Contains(t, succeed(t, dir, "train", "-resume", "pretrained"), "update 13 of 30")
	require.Equal(t, want["pretrained-done/model.safetensors"], digest(t, dir, "pretrained", "model.safetensors"), "resumed")
}
