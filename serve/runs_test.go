package serve

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/train/runs"
)

func TestRuns(t *testing.T) {
	s, err := New(nil, Options{Runs: folder, Page: true})
	require.NoError(t, err)
	h := httptest.NewServer(s)
	defer h.Close()
	var list struct{ Runs []runInfo }
	status, data := send(t, http.MethodGet, h.URL+"/runs", "")
	require.Equal(t, http.StatusOK, status, data)
	require.NoError(t, json.Unmarshal([]byte(data), &list))
	var names []string
	for _, r := range list.Runs {
		names = append(names, r.Name)
		require.Empty(t, r.Error)
		require.NotEmpty(t, r.Settings)
	}
	require.Equal(t, []string{"pretrained", "tuned", "tuned-done"}, names)
	require.NotContains(t, data, folder)

	f, err := runs.Open(folder)
	require.NoError(t, err)
	defer f.Close()
	want, err := f.Metrics("pretrained", 0)
	require.NoError(t, err)
	wanted, err := json.Marshal(want)
	require.NoError(t, err)
	status, data = send(t, http.MethodGet, h.URL+"/runs/metrics?run=pretrained", "")
	require.Equal(t, http.StatusOK, status, data)
	require.JSONEq(t, string(wanted), data)
	status, data = send(t, http.MethodGet, h.URL+"/runs/report?run=tuned-done", "")
	require.Equal(t, http.StatusOK, status, data)
	require.Contains(t, data, `"sets"`)

	for path, status := range map[string]int{
		"/runs/metrics": 422, "/runs/metrics?run=../c3479e4": 422, "/runs/metrics?run=/etc": 422, "/runs/metrics?run=none": 404,
		"/runs/metrics?run=pretrained&from=-1": 422, "/runs/metrics?run=pretrained&from=x": 422, "/runs/report?run=..": 422,
	} {
		got, data := send(t, http.MethodGet, h.URL+path, "")
		require.Equal(t, status, got, "%s: %s", path, data)
	}
	status, data = post(t, h.URL+"/v1/completions", `{"prompt": "a"}`)
	require.Equal(t, http.StatusNotFound, status, data)

	dir := t.TempDir()
	for name, text := range map[string]string{"run.json": `{"command": "train"}`, "metrics.jsonl": "{\"step\":1,\"loss\":2}\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	soon := time.Now().Add(time.Minute)
	require.NoError(t, os.Chtimes(filepath.Join(dir, "metrics.jsonl"), soon, soon))
	ahead, err := New(nil, Options{Runs: dir})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	require.NoError(t, ahead.listRuns(w, nil))
	require.Contains(t, w.Body.String(), `"age_s":0,`, "a machine whose clock is ahead has written them")
	require.NoError(t, ahead.Close())

	_, without := start(t, Options{})
	status, _ = send(t, http.MethodGet, without.URL+"/runs", "")
	require.Equal(t, http.StatusNotFound, status)
	_, err = New(nil, Options{Runs: filepath.Join(t.TempDir(), "none")})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, s.Close())
}
