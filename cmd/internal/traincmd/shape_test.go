package traincmd

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
)

// -layers, -heads and -width change the shape of a preset. The run records them, so that it resumes and can be repeated.
func TestShape(t *testing.T) {
	t.Chdir(t.TempDir())
	shape := []string{"-layers", "2", "-heads", "3", "-width", "24"}
	status, _, stderr := commandHere(quick(t, "run", append(shape, "-steps", "4")...)...)
	require.Zero(t, status, stderr)
	var saved gpt1.Config
	readJSON(t, filepath.Join("run", "config.json"), &saved)
	require.Equal(t, [4]int{2, 3, 24, 16}, [4]int{saved.NLayer, saved.NHead, saved.NEmbd, saved.NCtx})
	tiny, err := gpt1.Preset("tiny")
	require.NoError(t, err)
	require.Equal(t, tiny.Mimetic, saved.Mimetic, "all else is the preset's")

	status, _, stderr = commandHere("-config", "run/run.json", "-out", "again")
	require.Zero(t, status, stderr)
	require.Equal(t, readFile(t, "run/model.safetensors"), readFile(t, "again/model.safetensors"))
	status, _, stderr = commandHere("-resume", "run", "-steps", "6")
	require.Zero(t, status, stderr)
}

func TestShapesThatCannotBe(t *testing.T) {
	t.Chdir(t.TempDir())
	status, _, stderr := commandHere(quick(t, "first", "-steps", "1")...)
	require.Zero(t, status, stderr)
	for want, flags := range map[string][]string{
		"a width of 100 cannot be split among 3 heads: set -heads or -width": {"-width", "100", "-heads", "3"},
		"a width of 128 cannot be split among 7 heads":                       {"-heads", "7"},
		"-layers must be at least 1, not 0":                                  {"-layers", "0"},
		"-layers must be at most 100":                                        {"-layers", "101"},
		"-width must be at most 65536":                                       {"-width", "65537"},
		"-layers and -heads are those of a Transformer":                      {"-layers", "2", "-arch", "lstm"},
		"-init keeps the shape of the model":                                 {"-init", "first", "-width", "64"},
		"MB is free: choose a smaller model, -ctx or -vocab":                 {"-width", "65536", "-data", story(t, 300)},
	} {
		status, _, stderr := commandHere(append(flags, "-out", "wrong")...)
		require.NotZero(t, status)
		require.Contains(t, stderr, want)
		require.NoDirExists(t, "wrong")
	}
}
