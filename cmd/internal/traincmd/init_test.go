package traincmd

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/cmd/internal/hubcli"
	"gorgpt/hub/hubtest"
)

// A model is trained further from its folder or, by gorgpt train, from the hub, whose commit is in the name of the folder of its cache.
func TestInit(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	status, _, stderr := commandHere(quick(t, "first", "-steps", "4")...)
	require.Zero(t, status, stderr)
	further := func(model string, more ...string) []string {
		return append([]string{"-init", model, "-data", story(t, 300), "-batch", "6", "-steps", "4"}, more...)
	}
	status, stdout, stderr := commandHere(further("first", "-out", "second")...)
	require.Zero(t, status, stderr)
	require.Contains(t, stdout, "before the first update:  val_loss ")
	var second struct {
		Settings struct {
			Preset, Init string
			Ctx          int
		}
	}
	readJSON(t, filepath.Join("second", "run.json"), &second)
	require.Equal(t, [3]any{"tiny", "first", 16}, [3]any{second.Settings.Preset, second.Settings.Init, second.Settings.Ctx})

	// The file of -config may name the model, too.
	require.NoError(t, os.WriteFile("further.json", []byte(`{"init": "first"}`), 0o600))
	status, _, stderr = commandHere(append([]string{"-config", "further.json"}, further("first", "-out", "configured")[2:]...)...)
	require.Zero(t, status, stderr)
	require.Equal(t, readFile(t, "second/model.safetensors"), readFile(t, "configured/model.safetensors"))

	h := hubtest.New(t)
	cache := h.Environment(t)
	h.AddFolder("org/first", "first")
	status, _, stderr = commandHere(further("hf:org/first", "-out", "third")...)
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "-init: hf:org/first is a model on the hub: use gorgpt train, or download it with gorgpt fetch")
	for _, flags := range [][]string{{"-out", "third"}, {"-preset", "tiny", "-ctx", "16", "-out", "fourth"}, {"-preset", "tiny", "-out", "fifth"}} {
		var out, errs bytes.Buffer
		require.Zero(t, With(hubcli.Folder)(nil, further("hf:org/first", flags...), nil, &out, &errs), errs.String())
		var third struct{ Settings struct{ Init string } }
		readJSON(t, filepath.Join(flags[len(flags)-1], "run.json"), &third)
		require.Contains(t, third.Settings.Init, filepath.Join(cache, "models--org--first", "snapshots"))
		require.Equal(t, readFile(t, "second/model.safetensors"), readFile(t, flags[len(flags)-1]+"/model.safetensors"))
	}

	for want, flags := range map[string][]string{
		"-init needs the folder of a model":                                              {"-init", ""},
		"-init keeps the vocabulary of the model":                                        {"-init", "first", "-vocab", "100"},
		"-init keeps the vocabulary of the model: it cannot be combined with -tokenizer": {"-init", "first", "-tokenizer", "second"},
		"nowhere": {"-init", "nowhere"},
		"-ctx is 17, but the model of -init has a context of 16": {"-init", "first", "-ctx", "17", "-data", story(t, 300)},
	} {
		status, _, stderr := commandHere(append(flags, "-out", "wrong")...)
		require.NotZero(t, status)
		require.Contains(t, stderr, want)
		require.NoDirExists(t, "wrong")
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}
