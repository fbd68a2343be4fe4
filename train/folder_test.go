package train

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// at returns the place of a pre-training run that reads the inputs.
func at(inputs ...string) Place { return Place{Command: "train", Name: "tiny", Inputs: inputs} }

// plant writes files into a folder. Each contains its own path.
func plant(t *testing.T, dir string, files ...string) {
	t.Helper()
	for _, name := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(name), 0o600))
	}
}

// plantRun writes the record of a run and the named files into a folder.
func plantRun(t *testing.T, dir, command string, files ...string) {
	t.Helper()
	plant(t, dir, append(files, RecordFile)...)
	settings := map[string]any{"steps": 4, "batch": 2, "lr": 0.1, "seed": 1, "dataset": "SST-2"}
	r, err := NewRecord(command, settings, DefaultHousekeeping(1), map[string]int{"books": 1}, 10)
	require.NoError(t, err)
	require.NoError(t, r.write(dir))
}

// tree lists the files below a folder, except the lock.
func tree(t *testing.T, dir string) (all []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() != lockFile {
			path, err = filepath.Rel(dir, path)
			all = append(all, filepath.ToSlash(path))
		}
		return err
	}))
	return all
}

func TestNewFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, want := range []string{"tiny", "tiny-2", "tiny-3"} {
		f, err := NewFolder("", at(), false)
		require.NoError(t, err)
		require.Equal(t, filepath.Join("runs", want), f.Dir)
		f.Close()
	}
	f, err := NewFolder("a/b", at(), false)
	require.NoError(t, err)
	require.Equal(t, "a/b", f.Dir)
	_, err = NewFolder("a/b", at(), true)
	require.EqualError(t, err, fmt.Sprintf("a/b is in use by another trainer (process %d): wait until it has ended, or set Out to another folder", os.Getpid()))
	f.Close()
	f, err = NewFolder("a/b", at(), false)
	require.NoError(t, err, "the folder has only hidden files")
	f.Close()
	plant(t, "a/b", "x")
	_, err = NewFolder("a/b", at(), false)
	require.ErrorContains(t, err, "a/b is not empty")
	_, err = NewFolder("a/b/x", at(), true)
	require.ErrorContains(t, err, "Out")
}

// left are the files that a run writes, by its command.
var left = map[string][]string{
	"train": {
		"checkpoints/step-000000004/adam.safetensors", "checkpoints/step-000000004/state.json", "checkpoints/step-000000004/run.json",
		"checkpoints/step-000000004/SHA256SUMS", "checkpoints/step-000000004/model.safetensors", "config.json", "model.safetensors",
		"history/step-000000002/config.json", "history/step-000000002/model.safetensors", "loss.png", "loss.svg", "merges.txt", "metrics.jsonl",
		"sample.txt", "samples/step-000000002.txt", "tokenizer.json", "tokenizer_config.json", "vocab.json",
		".model.safetensors.gorgpt-01234567", "checkpoints/.step-000000008.gorgpt-01234567/state.json", "history/step-000000002/.vocab.json.gorgpt-01234567",
	},
	"finetune": {
		"SST-2.tsv", "checkpoints/step-000000004/state.json", "checkpoints/step-000000004/task.json", "config.json", "model.safetensors",
		"metrics.jsonl", "predictions.tsv", "task.json", "vocab.json",
	},
}

// foreign are files that do not belong to a run but have similar names.
var foreign = []string{
	".hidden", ".model.safetensors.tmp-01234567", ".x.gorgpt-01234567", "CoLA.tsv", "book.txt", "checkpoints/notes.txt", "checkpoints/step-000000004/notes.txt",
	"checkpoints/step-000000009/x/y", "checkpoints/step-4/state.json", "history/1914.txt", "history/step-000000002/sub/config.json", "loss.svg.bak",
	"sample/step-000000002.txt", "samples/one.txt", "samples/step-000000002.txt.gz", "seed-1/model.safetensors", "seed-1/run.json",
}

func TestForceRemovesARunAndNothingElse(t *testing.T) {
	for command, files := range left {
		dir := filepath.Join(t.TempDir(), "out")
		plant(t, dir, foreign...)
		want := tree(t, dir)
		plantRun(t, dir, command, files...)
		f, err := NewFolder(dir, at(), true)
		require.NoError(t, err)
		f.Close()
		require.Equal(t, want, tree(t, dir), command)

		dir = t.TempDir()
		plantRun(t, dir, command, files...)
		f, err = NewFolder(dir, at(), true)
		require.NoError(t, err)
		f.Close()
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, entries, 1, "the lock")
	}
}

// Fine-tuning does not remove the files that only pre-training writes.
func TestForceKeepsFilesThatTheCommandDoesNotWrite(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, "history/step-000000002/config.json", "samples/step-000000002.txt")
	want := tree(t, dir)
	plantRun(t, dir, "finetune", left["finetune"]...)
	f, err := NewFolder(dir, Place{Command: "finetune"}, true)
	require.NoError(t, err)
	f.Close()
	require.Equal(t, want, tree(t, dir))
}

func TestForceWithoutARunDeletesAndOverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir, foreign...)
	want := tree(t, dir)
	f, err := NewFolder(dir, at(), true)
	require.NoError(t, err)
	f.Close()
	require.Equal(t, want, tree(t, dir))

	for _, name := range left["train"] {
		if strings.HasPrefix(filepath.Base(name), ".") || strings.Contains(name, "/.") {
			continue
		}
		dir := t.TempDir()
		plant(t, dir, name)
		_, err := NewFolder(dir, at(), true)
		require.ErrorContains(t, err, filepath.Join(dir, name)+" does not belong to a run, and the run would overwrite it", name)
		require.Equal(t, []string{name}, tree(t, dir))
	}
	for content, want := range map[string]string{
		"":                       "unexpected end of JSON input",
		"{}":                     `the command must be train or finetune, not ""`,
		`{"command": "train"}`:   "settings",
		`{"name": "my jogging"}`: `unknown key "name"`,
		`{"command":"train","settings":{"lr":1},"data":{}}`: "the settings lack steps",
	} {
		dir := t.TempDir()
		plant(t, dir, RecordFile, "metrics.jsonl")
		require.NoError(t, os.WriteFile(filepath.Join(dir, RecordFile), []byte(content), 0o600))
		_, err := NewFolder(dir, at(), true)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "a file that is not the record of a run")
		require.Equal(t, []string{"metrics.jsonl", RecordFile}, tree(t, dir))
	}
	dir = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, lockFile), []byte("precious"), 0o600))
	_, err = NewFolder(dir, at(), false)
	require.ErrorContains(t, err, lockFile+" is not the lock of a run")
	data, err := os.ReadFile(filepath.Join(dir, lockFile))
	require.NoError(t, err)
	require.Equal(t, "precious", string(data))
}

func TestForceKeepsInputsOfTheRun(t *testing.T) {
	t.Chdir(t.TempDir())
	plantRun(t, "out", "train", left["train"]...)
	plant(t, ".", "elsewhere/x")
	require.NoError(t, os.Link("out/vocab.json", "elsewhere/hard"))
	inputs := []string{
		"out", ".", "out/vocab.json", "out/checkpoints", "out/checkpoints/step-000000004", "out/checkpoints/../checkpoints/step-000000004",
		"out/samples", "out/samples/*.txt", "out/history/step-000000002/model.safetensors", "out/run.json", "elsewhere/hard",
	}
	for link, target := range map[string]string{"file": "out/vocab.json", "folder": "out/history", "inside": "out"} {
		if os.Symlink(target, link) == nil {
			inputs = append(inputs, link)
		}
	}
	want := tree(t, "out")
	for _, input := range inputs {
		_, err := NewFolder("out", at("", "none", input), true)
		require.ErrorContains(t, err, "but the new run reads "+input+": choose another folder", input)
	}
	require.Equal(t, want, tree(t, "out"))
	f, err := NewFolder("out", at("elsewhere/x", "none"), true)
	require.NoError(t, err)
	f.Close()
}

func TestNewFolderRefusesPartsOfOtherRuns(t *testing.T) {
	dir := t.TempDir()
	plantRun(t, dir, "train", left["train"]...)
	want := tree(t, dir)
	for _, name := range []string{"checkpoints", "checkpoints/step-000000004", "checkpoints/step-000000005", "history", "samples"} {
		_, err := NewFolder(filepath.Join(dir, name), at(), true)
		require.ErrorContains(t, err, "is inside the run in "+dir, name)
	}
	require.Equal(t, want, tree(t, dir))
	f, err := NewFolder(filepath.Join(dir, "tuned"), at(), false)
	require.NoError(t, err)
	f.Close()
}

// A run does not write through links inside its folder. The folder itself may be a link.
func TestLinksInARunFolderAreRefused(t *testing.T) {
	for _, name := range []string{
		lockFile, RecordFile, "metrics.jsonl", "model.safetensors", "loss.svg", "predictions.tsv", "report.json", "errors.tsv", "confusion.svg", "checkpoints", "samples", "history",
		"checkpoints/step-000000004", "checkpoints/step-000000004/state.json", "history/step-000000002", "samples/step-000000002.txt",
	} {
		dir, precious := t.TempDir(), t.TempDir()
		plant(t, precious, "x")
		plantRun(t, dir, "train")
		link := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(link), 0o700))
		_ = os.Remove(link)
		target := precious
		if filepath.Ext(name) != "" {
			target = filepath.Join(precious, "x")
		}
		if err := os.Symlink(target, link); err != nil {
			t.Skip("links are not permitted here")
		}
		for _, force := range []bool{false, true} {
			var err error
			if force {
				_, err = NewFolder(dir, Place{Command: "train"}, true)
			} else {
				_, err = OpenFolder(dir)
			}
			require.ErrorContains(t, err, link+" is a link to "+target+", and links inside a run folder are not followed")
		}
		require.Equal(t, []string{"x"}, tree(t, precious))
		data, err := os.ReadFile(filepath.Join(precious, "x"))
		require.NoError(t, err)
		require.Equal(t, "x", string(data))
	}

	t.Chdir(t.TempDir())
	plantRun(t, "disk", "train", left["train"]...)
	require.NoError(t, os.Symlink("disk", "run"))
	f, err := NewFolder("run", at(), true)
	require.NoError(t, err)
	f.Close()
	require.Empty(t, tree(t, "disk"))
}
