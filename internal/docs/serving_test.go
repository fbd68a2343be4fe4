package docs

import (
	"context"
	"encoding/json"
	"math"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/serve"
)

// example is a command in a page and the answer that the page shows below it.
type example struct{ command, answer string }

// examples are the commands of a page that call curl.
func examples(page string) (all []example) {
	block := regexp.MustCompile("(?s)```sh\n(curl .*?)```\n\n((?:    [^\n]*\n|\n)*)")
	for _, m := range block.FindAllStringSubmatch(page, -1) {
		all = append(all, example{m[1], strings.TrimSpace(strings.ReplaceAll(m[2], "\n    ", "\n"))})
	}
	return all
}

func servingPage(t *testing.T) string {
	t.Helper()
	return pages(t)[filepath.Join(root, "docs", "serving.md")]
}

// The examples of docs/serving.md get the answers that the page shows.
func TestExamplesOfServing(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl on the path")
	}
	models := filepath.Join(root, "testdata", "stability", "c3479e4")
	s, err := serve.New([]serve.Named{{Name: "mood", Dir: filepath.Join(models, "tuned-done")}, {Name: "writer", Dir: filepath.Join(models, "base")}}, serve.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Load(context.Background()))
	h := httptest.NewServer(s)
	defer h.Close()
	page := servingPage(t)
	all := examples(page)
	require.Len(t, all, strings.Count(page, "\ncurl "), "each example is a block of its own")
	require.NotEmpty(t, all)
	for _, e := range all {
		require.NotEmpty(t, e.answer, e.command)
		out, err := exec.Command("sh", "-c", strings.ReplaceAll(e.command, "localhost:8080", h.Listener.Addr().String())).CombinedOutput()
		require.NoError(t, err, "%s: %s", e.command, out)
		got := strings.TrimSpace(string(out))
		if strings.HasPrefix(e.answer, "data: ") {
			requireSameEvents(t, e, got)
			continue
		}
		require.Equal(t, lasting(t, e.answer), lasting(t, got), e.command)
	}
}

// requireSameEvents compares the beginnings of events, which the page cuts off at "…".
func requireSameEvents(t *testing.T, e example, got string) {
	t.Helper()
	want, events := strings.Split(e.answer, "\n\n"), strings.Split(got, "\n\n")
	require.Len(t, events, len(want), got)
	for i := range want {
		begin, _, _ := strings.Cut(want[i], "…")
		require.True(t, strings.HasPrefix(events[i], begin), "%s\n%s", want[i], events[i])
	}
}

// lasting is a JSON text without what differs each time, with its numbers rounded as in the page.
func lasting(t *testing.T, text string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	return rounded(v)
}

func rounded(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			if v[name] = rounded(x); name == "id" || name == "created" {
				v[name] = nil
			}
		}
	case []any:
		for i, x := range v {
			v[i] = rounded(x)
		}
	case float64:
		return math.Round(v*1e4) / 1e4
	}
	return v
}

// systemd knows every line of the unit in docs/serving.md.
func TestUnitOfServing(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("there is no systemd-analyze on the path")
	}
	m := regexp.MustCompile("(?s)```ini\n(.*?)```").FindStringSubmatch(servingPage(t))
	require.Len(t, m, 2)
	program, err := os.Executable()
	require.NoError(t, err)
	require.Contains(t, m[1], "ExecStart=/usr/local/bin/gorgpt serve ")
	unit := filepath.Join(t.TempDir(), "gorgpt.service")
	require.NoError(t, os.WriteFile(unit, []byte(strings.Replace(m[1], "/usr/local/bin/gorgpt", program, 1)), 0o600))
	out, err := exec.Command("systemd-analyze", "verify", "--man=no", unit).CombinedOutput()
	require.NoError(t, err, string(out))
	require.NotContains(t, string(out), "gorgpt.service", "other units may have mistakes")
}
