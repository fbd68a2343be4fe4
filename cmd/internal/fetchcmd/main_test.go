package fetchcmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/hub/hubtest"
)

// fetch runs the command.
func fetch(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = Run(args, nil, &out, &errs)
	return status, out.String(), errs.String()
}

// setup starts a hub with a model and datasets.
func setup(t *testing.T) (h *hubtest.Hub, cache string) {
	t.Helper()
	h = hubtest.New(t)
	one := []byte("1")
	h.Add("org/model", map[string][]byte{"config.json": one, "tokenizer.json": one, "model.safetensors": bytes.Repeat(one, 5000), "pytorch_model.bin": one})
	h.Add("datasets/nyu-mll/glue", map[string][]byte{"sst2/train-00000-of-00001.parquet": one, "sst2/validation-00000-of-00001.parquet": one, "cola/train-00000-of-00001.parquet": one})
	h.Add("datasets/org/rows", map[string][]byte{"a/train.csv": one, "a/dev.csv": one, "b/x.txt": one})
	return h, h.Environment(t)
}

func TestFetch(t *testing.T) {
	_, cache := setup(t)
	for _, c := range []struct{ args, dir, files string }{
		{"hf:org/model", "models--org--model", "config.json model.safetensors tokenizer.json"},
		{"-dataset sst-2", "datasets--nyu-mll--glue", "train-00000-of-00001.parquet validation-00000-of-00001.parquet"},
		{"hf:nyu-mll/glue/cola -dataset CoLA", "datasets--nyu-mll--glue", "train-00000-of-00001.parquet"},
		{"hf:datasets/org/rows/a", "datasets--org--rows", "dev.csv train.csv"},
		{"hf:datasets/org/rows/b/x.txt", "datasets--org--rows", "x.txt"},
	} {
		status, stdout, stderr := fetch(strings.Fields(c.args)...)
		require.Zero(t, status, stderr)
		dir := strings.TrimSuffix(stdout, "\n")
		require.True(t, strings.HasPrefix(dir, filepath.Join(cache, c.dir, "snapshots")), dir)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		require.Equal(t, c.files, strings.Join(names, " "))
	}
	status, stdout, _ := fetch("hf:org/model", "hf:datasets/org/rows/a")
	require.Zero(t, status)
	require.Equal(t, 2, strings.Count(stdout, "\n"))
}

func TestErrors(t *testing.T) {
	h, _ := setup(t)
	status, help, _ := fetch("-h")
	require.Zero(t, status)
	require.Equal(t, usage, help)
	for _, c := range []struct {
		args, want string
		status     int
	}{
		{"", "nothing to fetch: name a model, hf:org/name, or a dataset", 2},
		{"org/model", `"org/model" is not a name of the hub: write hf:org/name`, 2},
		{"-dataset SST-2 hf:org/model", "names stand before flags", 2},
		{"-dataset GLUE", `-dataset: unknown dataset "GLUE"`, 2},
		{"hf:a/b hf:a/c -dataset SST-2", "name only that", 2},
		{"hf:org/no", "fetch: hf:org/no: " + strings.TrimPrefix(h.Server.URL, "http://") + " has no such model", 1},
		{"hf:../no", "is no repository of the hub", 1},
		{"-dataset StoryCloze", "the hub has no repository with the files of StoryCloze", 1},
		{"hf:org/rows -dataset SST-2", "it has no training rows of SST-2: name another repository, or its folder as in hf:org/name/FOLDER", 1},
		{"hf:datasets/org/rows/b", "there are no files of rows (.parquet, .jsonl, .ndjson, .json, .csv, .tsv); hf:org/name/PATH names files, and @refs/convert/parquet is the hub's conversion, if it has one", 1},
	} {
		status, stdout, stderr := fetch(strings.Fields(c.args)...)
		require.Equal(t, c.status, status, c.args)
		require.Empty(t, stdout)
		require.Contains(t, stderr, c.want)
		require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
	t.Setenv("HF_ENDPOINT", "nowhere")
	status, _, stderr := fetch("hf:org/model")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "HF_ENDPOINT must be the address of a server")
}
