package servecmd

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/hub/hubtest"
)

const model = "../../../testdata/stability/c3479e4/tuned-done"

// run runs the command, and returns the exit status and what it printed.
func run(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = Run(args, nil, &out, &errs)
	return status, out.String(), errs.String()
}

func TestCommandLine(t *testing.T) {
	status, help, _ := run("-h")
	require.Zero(t, status)
	require.Equal(t, usage, help)
	empty := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(empty, []byte(" \n"), 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "-model is missing"},
		{[]string{"-model", "no/such"}, "-model no/such"},
		{[]string{"-model", "=" + model}, "a name, = and a folder"},
		{[]string{"-model", model, "extra"}, "folders are named with -model"},
		{[]string{"-model", model, "-dtype", "int4"}, "-dtype must be one of"},
		{[]string{"-model", model, "-parallel", "0"}, "-parallel"},
		{[]string{"-model", model, "-timeout", "0s"}, "-timeout must be above 0"},
		{[]string{"-model", model, "-addr", ":0"}, "can be reached from other machines"},
		{[]string{"-model", model, "-addr", "0.0.0.0:0"}, "can be reached from other machines"},
		{[]string{"-model", model, "-addr", "example.org:0"}, "can be reached from other machines"},
		{[]string{"-model", model, "-api-key", "a", "-api-key-file", "b"}, "several keys"},
		{[]string{"-model", model, "-api-key", "a", "-no-auth"}, "contradicts the key"},
		{[]string{"-model", model, "-api-key-file", "no/such"}, "-api-key-file"},
		{[]string{"-model", model, "-api-key-file", empty}, "is empty"},
		{[]string{"-model", model, "-api-key", ""}, "-api-key or -api-key-file is empty"},
		{[]string{"-model", model, "-api-key-file", ""}, "-api-key or -api-key-file is empty"},
		{[]string{"-model", "a=" + model + ",a=" + model}, `two models have the name "a"`},
		{[]string{"-model", model, "-hosts", "models.example:8080"}, "a name without a port"},
		{[]string{"-model", model, "-cors-origins", "*"}, "a scheme and a host"},
	} {
		status, _, stderr := run(c.args...)
		require.Equal(t, 2, status, c.args)
		require.Contains(t, stderr, c.want)
	}
	status, _, stderr := run("-model", t.TempDir(), "-addr", "127.0.0.1:0")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "no model in")
	t.Run("an empty key in the environment", func(t *testing.T) {
		t.Setenv(keyVariable, "")
		status, _, stderr := run("-model", model)
		require.Equal(t, 2, status)
		require.Contains(t, stderr, keyVariable+" is empty")
	})
	status, _, stderr = run("-runs", "no/such", "-addr", "127.0.0.1:0")
	require.Equal(t, 2, status)
	require.Contains(t, stderr, "opening the folder of runs")
	for _, args := range [][]string{nil, {"-no-page"}} {
		s, err := parse(append(args, "-model", model, "-runs", "."), io.Discard, io.Discard)
		require.NoError(t, err)
		require.Equal(t, args == nil, s.options.Page)
		require.Equal(t, ".", s.options.Runs)
	}
}

// A name of the hub is a folder that is downloaded first; its last part is the name for requests.
func TestModelsOfTheHub(t *testing.T) {
	h := hubtest.New(t)
	h.Environment(t)
	status, _, stderr := run("-model", "hf:org/mood@main", "-addr", "127.0.0.1:0")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "serve: -model: hf:org/mood@main: ")
	require.Contains(t, stderr, "has no such model")

	h.AddFolder("org/mood", model)
	s, err := parse([]string{"-model", "hf:org/mood@main,b=hf:org/mood"}, io.Discard, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "mood", s.models[0].Name)
	require.Equal(t, "b", s.models[1].Name)
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	s.addr, s.noAuth = "127.0.0.1:0", true
	go func() { ended <- s.serve(ctx, w, io.Discard) }()
	lines := bufio.NewScanner(r)
	require.True(t, lines.Scan())
	require.True(t, lines.Scan())
	require.Equal(t, "the models are open", lines.Text())
	cancel()
	require.NoError(t, <-ended)
}
