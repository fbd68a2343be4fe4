package main

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/train"
)

// begin leaves a run in folder out that was stopped after update 8 of 12, by removing what
// came later, and a finished one of the same settings in folder whole.
func begin(t *testing.T, task string) (dir string, flags []string) {
	t.Helper()
	dir = workplace(t, task)
	flags = []string{
		"-task", task, "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-test", "test.jsonl",
		"-steps", "12", "-batch", "8", "-micro", "3", "-eval-every", "4", "-save-every", "4", "-keep", "9",
	}
	for _, out := range []string{"whole", "out"} {
		status, _, stderr := command(t, dir, append(flags, "-out", out)...)
		require.Zero(t, status, stderr)
	}
	for _, name := range []string{"model.safetensors", "predictions.tsv", "checkpoints/step-000000012"} {
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "out", name)))
	}
	run := read(t, dir, "out/run.json")
	write(t, dir, "out/run.json", strings.Replace(run, `"completed": true`, `"completed": false`, 1))
	return dir, flags
}

// Resumed is never stopped.
func TestResume(t *testing.T) {
	for _, task := range []string{"classification", "qa"} {
		dir, _ := begin(t, task)
		status, stdout, stderr := command(t, dir, "-resume", "out")
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "going on behind update 8 of 12, from out/checkpoints/step-000000008\n")
		for _, name := range []string{"model.safetensors", "predictions.tsv", "run.json", "checkpoints/step-000000012/adam.safetensors"} {
			require.Equal(t, read(t, dir, filepath.Join("whole", name)), read(t, dir, filepath.Join("out", name)), name)
		}
		require.Equal(t, 16, strings.Count(read(t, dir, "out/metrics.jsonl"), "\n"), "12 updates, 3 evaluations, the test rows")
		_, err := checkpoint.ReadModel(filepath.Join(dir, "out/checkpoints/step-000000008"))
		require.NoError(t, err, "a checkpoint is a model folder")
		status, stdout, _ = command(t, dir, "-resume", "out")
		require.Zero(t, status)
		require.Equal(t, "the run in out is complete: nothing to do\n", stdout)
	}
}

// Killed behind the last checkpoint, a run still reports on both sets.
func TestResumeBehindTheLastUpdate(t *testing.T) {
	dir, _ := begin(t, "classification")
	status, _, stderr := command(t, dir, "-resume", "out")
	require.Zero(t, status, stderr)
	run := read(t, dir, "out/run.json")
	write(t, dir, "out/run.json", strings.Replace(run, `"completed": true`, `"completed": false`, 1))
	status, stdout, stderr := command(t, dir, "-resume", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "going on behind update 12 of 12")
	require.Contains(t, stdout, "dev, 20 examples: ")
	require.Contains(t, stdout, "test, 21 examples: ")
	require.Equal(t, 16, strings.Count(read(t, dir, "out/metrics.jsonl"), "\n"), "no line is written twice")
}

func TestResumeRefuses(t *testing.T) {
	dir, _ := begin(t, "classification")
	refuse := func(want string, flags ...string) {
		t.Helper()
		status, _, stderr := command(t, dir, flags...)
		require.NotZero(t, status)
		require.Contains(t, stderr, want)
		require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
	refuse("-resume: -lambda is 0.25, but the run began with 0.5", "-resume", "out", "-lambda", "0.25")
	refuse("-resume: m holds a run of cmd/train, not of cmd/finetune", "-resume", "m")
	f, err := train.OpenFolder("out")
	require.NoError(t, err)
	refuse("out is in use by another trainer", "-resume", "out")
	f.Close()
	rows := read(t, dir, "train.jsonl")
	write(t, dir, "train.jsonl", strings.Replace(rows, "film", "a", 1))
	refuse("-resume: the data is not what the run began with", "-resume", "out")
	write(t, dir, "train.jsonl", rows)
	m, err := checkpoint.ReadModel(filepath.Join(dir, "m"))
	require.NoError(t, err)
	m.Init(2)
	require.NoError(t, checkpoint.WriteModel(filepath.Join(dir, "m"), m))
	refuse("-resume: the data is not what the run began with", "-resume", "out")
}

// A run.json repeats its run.
func TestConfig(t *testing.T) {
	dir, _ := begin(t, "classification")
	status, _, stderr := command(t, dir, "-config", "whole/run.json", "-out", "again")
	require.Zero(t, status, stderr)
	for _, name := range []string{"model.safetensors", "predictions.tsv", "run.json"} {
		require.Equal(t, read(t, dir, filepath.Join("whole", name)), read(t, dir, filepath.Join("again", name)), name)
	}
	write(t, dir, "c.json", `{"lamda": 1}`)
	status, _, stderr = command(t, dir, "-config", "c.json")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, `-config c.json: unknown key "lamda": do you mean lambda?`)
}

func TestDryRun(t *testing.T) {
	dir := workplace(t, "qa")
	flags := []string{"-task", "qa", "-model", "m", "-train", "train.jsonl", "-out", "out"}
	status, stdout, stderr := command(t, dir, append(flags, "-dry-run")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `(?s)\d+ parameters; 18 updates of 384 tokens\n  model to start from .*  memory in all +\d+\.\d MB\n`, stdout)
	require.NoDirExists(t, "out")

	defer debug.SetMemoryLimit(math.MaxInt64)
	debug.SetMemoryLimit(60 << 20)
	status, _, stderr = command(t, dir, flags...)
	require.Equal(t, 1, status)
	require.Regexp(t, `^finetune: the run needs \d+\.\d MB of memory, but only \d+\.\d MB are free: `, stderr)
	require.NoDirExists(t, "out")
}

func TestNotFinite(t *testing.T) {
	dir := workplace(t, "classification")
	m, err := checkpoint.ReadModel(filepath.Join(dir, "m"))
	require.NoError(t, err)
	m.Store.Param("h.0.ln_1.weight").Value[3] = math.MaxFloat32 // finite, but not what comes of it
	require.NoError(t, checkpoint.WriteModel(filepath.Join(dir, "m"), m))
	status, _, stderr := command(t, dir, "-task", "classification", "-model", "m", "-train", "train.jsonl", "-batch", "3", "-out", "out")
	require.Equal(t, 1, status, stderr)
	require.Regexp(t, `^finetune: update 1: the loss is NaN; the first such value is in .*: element \d+ is [+-]Inf; `+
		`batch: training rows \d+, \d+, \d+ of train.jsonl; no weight was changed; there is no checkpoint yet; to go beyond, begin anew with -config out/run.json and `, stderr)
}

func TestSettingsOfTheRecord(t *testing.T) {
	dir, flags := begin(t, "classification")
	t.Chdir(dir)
	want, err := parse(nil, append(flags, "-resume", "out", "-out", "out"), io.Discard)
	require.NoError(t, err)
	require.Equal(t, "out", want.Resume)
	require.Equal(t, 9, want.Keep)
	require.Equal(t, 12, want.Steps)
}
