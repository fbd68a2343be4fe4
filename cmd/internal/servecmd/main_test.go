package servecmd

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
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
		{[]string{"-model", model, "-cert", "c.pem"}, "-cert and -key belong together"},
		{[]string{"-model", model, "-addr", ":0"}, "can be reached from other machines"},
		{[]string{"-model", model, "-addr", "0.0.0.0:0"}, "can be reached from other machines"},
		{[]string{"-model", model, "-addr", "example.org:0"}, "can be reached from other machines"},
		{[]string{"-model", model, "-api-key", "a", "-api-key-file", "b"}, "several keys"},
		{[]string{"-model", model, "-api-key", "a", "-no-auth"}, "contradicts the key"},
		{[]string{"-model", model, "-api-key-file", "no/such"}, "-api-key-file"},
		{[]string{"-model", model, "-api-key-file", empty}, "is empty"},
	} {
		status, _, stderr := run(c.args...)
		require.Equal(t, 2, status, c.args)
		require.Contains(t, stderr, c.want)
	}
	status, _, stderr := run("-model", "a="+model+",a="+model, "-addr", "127.0.0.1:0")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, `two models have the name "a"`)
	status, _, stderr = run("-model", t.TempDir(), "-addr", "127.0.0.1:0")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "no model in")
	status, _, stderr = run("-runs", "no/such", "-addr", "127.0.0.1:0")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "opening the folder of runs")
	for _, args := range [][]string{nil, {"-no-page"}} {
		s, err := parse(append(args, "-model", model, "-runs", "."), io.Discard)
		require.NoError(t, err)
		require.Equal(t, args == nil, s.options.Page)
		require.Equal(t, ".", s.options.Runs)
	}
}

// The command answers until a signal, and then lets requests in work end.
func TestServe(t *testing.T) {
	t.Setenv(keyVariable, "secret")
	r, w := io.Pipe()
	var errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- Run([]string{"-model", "mood=" + model, "-addr", "127.0.0.1:0"}, nil, w, &errs)
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	require.True(t, lines.Scan())
	url, found := strings.CutPrefix(lines.Text(), "listening on ")
	require.True(t, found)
	require.True(t, lines.Scan())
	require.Equal(t, "the models are open", lines.Text())

	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/v1/completions",
		strings.NewReader(`{"model": "mood", "prompt": "the boy", "max_tokens": 3000, "stream": true}`))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer secret")
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	require.NoError(t, self.Signal(syscall.SIGTERM))
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(string(body), "data: [DONE]\n\n"), "a request in work ends")
	require.False(t, lines.Scan())
	require.Zero(t, <-ended, errs.String())
	_, err = http.Get(url + "/health")
	require.Error(t, err)
}
