package finetunecmd

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

// begin makes a run in folder out that looks stopped after update 8 of 12, and a complete run with
// the same settings in folder whole. It removes everything after the update from a complete run.
func begin(t *testing.T, task string) (dir string, flags []string) {
	t.Helper()
	dir = workplace(t, task)
	flags = []string{
		"-task", task, "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-test", "test.jsonl",
		"-steps", "12", "-batch", "8", "-micro", "3", "-eval-every", "4", "-save-every", "4", "-checkpoints", "9",
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

// Resuming gives the same bits as never stopping.
func TestResume(t *testing.T) {
	for _, task := range []string{"classification", "qa"} {
		dir, _ := begin(t, task)
		status, stdout, stderr := command(t, dir, "-resume", "out")
		require.Zero(t, status, stderr)
		require.Contains(t, stdout, "resuming after update 8 of 12, from out/checkpoints/step-000000008\n")
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

// If a run is killed after its last checkpoint, resuming it still evaluates both sets.
func TestResumeBehindTheLastUpdate(t *testing.T) {
	dir, _ := begin(t, "classification")
	status, _, stderr := command(t, dir, "-resume", "out")
	require.Zero(t, status, stderr)
	run := read(t, dir, "out/run.json")
	write(t, dir, "out/run.json", strings.Replace(run, `"completed": true`, `"completed": false`, 1))
	status, stdout, stderr := command(t, dir, "-resume", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "resuming after update 12 of 12")
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
	refuse("-resume: m holds a run of gorgpt train, not of gorgpt finetune", "-resume", "m")
	f, err := train.OpenFolder("out")
	require.NoError(t, err)
	refuse("out is in use by another trainer", "-resume", "out")
	f.Close()
	rows := read(t, dir, "train.jsonl")
	write(t, dir, "train.jsonl", strings.Replace(rows, "film", "a", 1))
	refuse("-resume: the data has changed since the run began", "-resume", "out")
	write(t, dir, "train.jsonl", rows)
	m, err := checkpoint.ReadModel(filepath.Join(dir, "m"))
	require.NoError(t, err)
	m.Init(2)
	require.NoError(t, checkpoint.WriteModel(filepath.Join(dir, "m"), m))
	refuse("-resume: the data has changed since the run began", "-resume", "out")
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
	require.Contains(t, stderr, `-config c.json: unknown key "lamda": did you mean lambda?`)
}

func TestDryRun(t *testing.T) {
	dir := workplace(t, "qa")
	flags := []string{"-task", "qa", "-model", "m", "-train", "train.jsonl", "-out", "out"}
	status, stdout, stderr := command(t, dir, append(flags, "-dry-run")...)
	require.Zero(t, status, stderr)
	require.Regexp(t, `(?s)\d+ parameters; 150 updates of 176 tokens\n  base model .*  total memory +\d+\.\d MB\n`, stdout)
	require.NoDirExists(t, "out")

	defer debug.SetMemoryLimit(math.MaxInt64)
	debug.SetMemoryLimit(60 << 20)
	status, _, stderr = command(t, dir, flags...)
	require.Equal(t, 1, status)
	require.Regexp(t, `^finetune: the run needs \d+\.\d MB of memory, but only \d+\.\d MB is free: `, stderr)
	require.NoDirExists(t, "out")
}

func TestNotFinite(t *testing.T) {
	dir := workplace(t, "classification")
	m, err := checkpoint.ReadModel(filepath.Join(dir, "m"))
	require.NoError(t, err)
	m.Store.Param("h.0.ln_1.weight").Value[3] = math.MaxFloat32 // finite, but the values computed from it are not
	require.NoError(t, checkpoint.WriteModel(filepath.Join(dir, "m"), m))
	status, _, stderr := command(t, dir, "-task", "classification", "-model", "m", "-train", "train.jsonl", "-batch", "3", "-out", "out")
	require.Equal(t, 1, status, stderr)
	require.Regexp(t, `^finetune: update 1: the loss is NaN; the first such value is in .*: element \d+ is [+-]Inf; `+
		`batch: training rows \d+, \d+, \d+ of train.jsonl; there is no checkpoint yet; the weights are unchanged; to avoid this, start again with -config out/run.json and `, stderr)
}

func TestSettingsOfTheRecord(t *testing.T) {
	dir, flags := begin(t, "classification")
	t.Chdir(dir)
	want, err := parse(nil, append(flags, "-resume", "out", "-out", "out"), io.Discard)
	require.NoError(t, err)
	require.Equal(t, "out", want.Resume)
	require.Equal(t, train.Keep(9), want.Checkpoints)
	require.Equal(t, 12, want.Steps)
}

// A run does not remove the model that it fine-tunes, wherever it is.
func TestForceKeepsTheModelOfTheRun(t *testing.T) {
	dir, flags := begin(t, "classification")
	files := func() (all string) {
		for _, name := range []string{"model.safetensors", "run.json", "checkpoints/step-000000004/model.safetensors", "checkpoints/step-000000008/adam.safetensors"} {
			all += read(t, dir, filepath.Join("out", name))
		}
		return all
	}
	write(t, dir, "out/model.safetensors", read(t, dir, "whole/model.safetensors"))
	want := files()
	for _, model := range []string{"out/checkpoints/step-000000004", "out/checkpoints/../checkpoints/step-000000008", "whole/../out/checkpoints/step-000000004"} {
		status, _, stderr := command(t, dir, append(flags, "-model", model, "-out", "out", "-force")...)
		require.Equal(t, 1, status, stderr)
		require.Contains(t, stderr, "finetune: -out out: -force would remove out/")
		require.Contains(t, stderr, "but the new run reads "+model+": choose another folder\n")
		require.Equal(t, 1, strings.Count(stderr, "\n"))
		require.Equal(t, want, files())
	}
	require.NoError(t, os.Rename(filepath.Join(dir, "train.jsonl"), filepath.Join(dir, "out/predictions.tsv")))
	status, _, stderr := command(t, dir, append(flags, "-train", "out/predictions.tsv", "-out", "out", "-force")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "but the new run reads out/predictions.tsv")

	status, _, stderr = command(t, dir, "-resume", "out/checkpoints/step-000000004")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "out/checkpoints/step-000000004 is a checkpoint, not a run folder: -resume ")
	write(t, dir, "out/run.json", strings.Replace(read(t, dir, "out/run.json"), `"lambda": 0.5`, `"lambda": 0.25`, 1))
	status, _, stderr = command(t, dir, "-resume", "out")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-resume: out/run.json: lambda is 0.25, but the run began with 0.5, according to the run.json of its newest checkpoint")
	require.Equal(t, strings.Replace(want, `"lambda": 0.5`, `"lambda": 0.25`, 1), files())
}

// The command checks all folders of -seeds before the first run.
func TestForceOfSeeds(t *testing.T) {
	dir := workplace(t, "classification")
	flags := []string{"-task", "classification", "-model", "m", "-train", "train.jsonl", "-dev", "dev.jsonl", "-steps", "2", "-seeds", "2", "-out", "out"}
	for _, name := range []string{"out/seed-1", "out/seed-2/history", "out/checkpoints"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o700))
		write(t, dir, name+"/notes.txt", name)
	}
	write(t, dir, "out/seed-2/vocab.json", "mine")
	status, _, stderr := command(t, dir, append(flags, "-force")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "out/seed-2/vocab.json does not belong to a run, and the run would overwrite it")
	require.NoFileExists(t, filepath.Join(dir, "out/seed-1/run.json"))
	require.NoError(t, os.Remove(filepath.Join(dir, "out/seed-2/vocab.json")))
	for range 2 {
		status, _, stderr = command(t, dir, append(flags, "-force")...)
		require.Zero(t, status, stderr)
		for _, name := range []string{"out/seed-1", "out/seed-2/history", "out/checkpoints"} {
			require.Equal(t, name, read(t, dir, name+"/notes.txt"))
		}
	}
	status, _, stderr = command(t, dir, append(flags, "-force", "-model", "out/seed-2")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "-out out/seed-2 is the folder of the model to fine-tune: name another folder")
	require.FileExists(t, filepath.Join(dir, "out/seed-1/model.safetensors"))
}
