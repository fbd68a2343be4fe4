package traincmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A checkpoint is not a run folder, and a folder with weights is never treated as an empty run.
func TestResumeRefusesFoldersWithWeights(t *testing.T) {
	flags := workplace(t)
	begin(t, flags)
	put(t, "out/history/step-000000002/model.safetensors", "x")
	require.NoError(t, os.CopyFS("alone", os.DirFS("out/checkpoints/step-000000004")))
	require.NoError(t, os.CopyFS("weights", os.DirFS("whole")))
	require.NoError(t, os.RemoveAll("weights/checkpoints"))
	edit(t, "weights/run.json", `"completed": true`, `"completed": false`)
	require.NoError(t, os.CopyFS("emptied", os.DirFS("weights")))
	require.NoError(t, os.MkdirAll("emptied/checkpoints/step-999999999", 0o700))
	want := contents(t, ".")
	here, err := os.Getwd()
	require.NoError(t, err)
	here, err = filepath.EvalSymlinks(here)
	require.NoError(t, err)
	dirs := map[string]string{
		"out/checkpoints/step-000000004":    " is a checkpoint, not a run folder: -resume " + here + "/out resumes the run from its newest checkpoint",
		"./out/checkpoints/step-000000004/": " is a checkpoint, not a run folder: -resume " + here + "/out ",
		"out/checkpoints":                   " is a part of the run in " + here + "/out, not a run folder: -resume " + here + "/out ",
		"out/history/step-000000002":        " is a part of the run in " + here + "/out",
		"alone":                             "alone is a checkpoint, not a run folder: name the run folder, which has a folder checkpoints",
		"weights":                           "weights has weights but no checkpoint, so resuming would start at update 1 and replace them: repeat the run with -config weights/run.json and another -out",
		"emptied":                           "emptied has weights but no checkpoint",
	}
	if os.Symlink("out/checkpoints/step-000000004", "link") == nil {
		dirs["link"] = "link is a checkpoint, not a run folder: -resume " + here + "/out "
	}
	for dir, text := range dirs {
		require.Contains(t, fails(t, 2, "-resume", dir), text, dir)
	}
	_ = os.Remove("link")
	require.Equal(t, want, contents(t, "."))
}

// If a run without checkpoints is stopped, -resume does not overwrite its weights.
func TestResumeWithoutCheckpointsKeepsTheWeights(t *testing.T) {
	flags := workplace(t)
	status, _, stderr := commandHere(append(flags, "-checkpoints", "0", "-out", "out")...)
	require.Zero(t, status, stderr)
	edit(t, "out/run.json", `"completed": true`, `"completed": false`)
	want := contents(t, "out")
	require.Contains(t, fails(t, 2, "-resume", "out"), "out has weights but no checkpoint")
	require.Equal(t, want, contents(t, "out"))
	require.NoError(t, os.Remove("out/model.safetensors"))
	require.NoError(t, os.Rename("out", "moved"))
	require.NoError(t, os.MkdirAll("seeds", 0o700))
	require.NoError(t, os.Rename("moved", "seeds/seed-2"))
	require.Contains(t, fails(t, 2, "-resume", "seeds"), "set -resume to one of the runs there, such as seeds/seed-2, or omit it to start a new run")
	require.NoError(t, os.Rename("seeds/seed-2", "out"))
	status, stdout, stderr := commandHere("-resume", "out")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "out has no checkpoint yet: the run starts at update 1\n")
	require.Equal(t, want["out/model.safetensors"], contents(t, "out")["out/model.safetensors"])
}

// edit replaces a text that occurs once.
func edit(t *testing.T, path, old, new string) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(data), old), old)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(data), old, new, 1)), 0o600))
}

func TestResumeRefusesAnEditedRecord(t *testing.T) {
	begin(t, workplace(t))
	record, err := os.ReadFile("out/run.json")
	require.NoError(t, err)
	const says = ", according to the run.json of its newest checkpoint: restore that value, or start a new run with -config and -out"
	for _, c := range []struct{ old, new, want string }{
		{`"lr": 0.003`, `"lr": 0.001`, "lr is 0.001, but the run began with 0.003" + says},
		{`"steps": 10`, `"steps": 20`, "steps is 20, but the run began with 10" + says},
		{`"seed": 1`, `"seed": 2`, "seed is 2, but the run began with 1"},
		{`"eval_every": 5`, `"eval_every": 1`, "eval_every is 1, but the run began with 5"},
		{`"micro": 2`, `"micro": 4`, "micro is 4, but the run began with 2"},
		{`"data": [`, `"data": ["more.txt",`, `data is ["more.txt",`},
		{`"vocab": `, `"tokenizer": "x", "vocab": `, `tokenizer is "x", but the run began with not set`},
		{`"books": 1`, `"books": 2`, "books is 2, but the run began with 1"},
		{`"digest": "`, `"digest": "0`, `digest is "0`},
		{`"parameters": `, `"parameters": 1`, "parameters is 1"},
		{`"command": "train"`, `"command": "finetune"`, "out holds a run of gorgpt finetune, not of gorgpt train"},
		{`"command"`, `"Command"`, `unknown key "Command"`},
		{`"command"`, `"shape": 2, "command"`, `unknown key "shape": was the file written by a newer version of this program?`},
		{`"lr": 0.003`, `"rate": 0.003`, "the settings lack lr"},
		{`"lr": 0.003`, `"rate": 1, "lr": 0.003`, `unknown field "rate"`},
		{`"lr": 0.003`, `"lr": 0.003, "lr": 1`, "lr is 1, but the run began with 0.003"},
	} {
		edit(t, "out/run.json", c.old, c.new)
		edited := contents(t, "out")
		line := fails(t, 2, "-resume", "out")
		require.Contains(t, line, "train: -resume: out")
		require.Contains(t, line, c.want)
		require.Equal(t, edited, contents(t, "out"))
		require.NoError(t, os.WriteFile("out/run.json", record, 0o600))
	}

	// A damaged copy does not count, and upkeep may change.
	edit(t, "out/checkpoints/step-000000004/run.json", `"lr": 0.003`, `"lr": 0.001`)
	edit(t, "out/run.json", `"lr": 0.003`, `"lr": 0.001`)
	require.Contains(t, fails(t, 2, "-resume", "out"), "lr is 0.001, but the run began with 0.003")
	require.NoError(t, os.WriteFile("out/run.json", record, 0o600))
	edit(t, "out/run.json", `"keep": 2`, `"keep": 5`)
	edit(t, "out/run.json", `"log_every": 20`, `"log_every": 1`)
	status, stdout, stderr := commandHere("-resume", "out", "-checkpoints", "2", "-log-every", "20")
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "resuming after update 2 of 10")
	sameModel(t)
}
