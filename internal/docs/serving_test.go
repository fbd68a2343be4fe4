package docs

import (
	"context"
	"encoding/json"
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

// examples are the commands of a page that begin with a word.
func examples(page, word string) (all []example) {
	block := regexp.MustCompile("(?s)```sh\n(" + word + " .*?)```\n\n((?:    [^\n]*\n|\n)*)")
	for _, m := range block.FindAllStringSubmatch(page, -1) {
		all = append(all, example{m[1], strings.TrimSpace(strings.ReplaceAll(m[2], "\n    ", "\n"))})
	}
	return all
}

func servingPage(t *testing.T) string {
	t.Helper()
	return pages(t)[filepath.Join(root, "docs", "serving.md")]
}

// The examples of docs/serving.md get the answers that the page shows, up to what depends on the models.
func TestExamplesOfServing(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl on the path")
	}
	models := filepath.Join(root, "testdata", "stability", "c3479e4")
	s, err := serve.New([]serve.Named{{Name: "tickets", Dir: filepath.Join(models, "tuned-done")}, {Name: "writer", Dir: filepath.Join(models, "base")}}, serve.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Load(context.Background()))
	h := httptest.NewServer(s)
	defer h.Close()
	page := servingPage(t)
	all := examples(page, "curl")
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
		require.Equal(t, shape(t, e.answer), shape(t, got), e.command)
	}
}

// requireSameEvents compares the beginnings of events, which the page cuts off at "…".
func requireSameEvents(t *testing.T, e example, got string) {
	t.Helper()
	want, events := strings.Split(e.answer, "\n\n"), strings.Split(got, "\n\n")
	require.Len(t, events, len(want), got)
	text := regexp.MustCompile(`"text":"[^"]+"`)
	for i := range want {
		begin, _, _ := strings.Cut(want[i], "…")
		require.True(t, strings.HasPrefix(text.ReplaceAllString(events[i], `"text":"…"`), text.ReplaceAllString(begin, `"text":"…"`)), "%s\n%s", want[i], events[i])
	}
}

// shape is a JSON text in which what depends on the model, such as words and probabilities, is replaced
// by its type.
func shape(t *testing.T, text string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	return shaped("", v)
}

// depends are the fields whose values depend on the model or the request.
var depends = regexp.MustCompile(`^(id|created|text|label|score|tokens|token_logprobs|top_logprobs|text_offset|prompt_tokens|total_tokens)$`)

func shaped(field string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if field == "top_logprobs" { // its keys are tokens
			return len(v)
		}
		out := map[string]any{}
		for name, x := range v {
			out[name] = shaped(name, x)
		}
		return out
	case []any:
		if field == "tokens" || field == "token_logprobs" || field == "top_logprobs" || field == "text_offset" { // as many as tokens
			return []any{shaped(field, v[0]), shaped(field, v[len(v)-1])}
		}
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = shaped(field, x)
		}
		return out
	case string:
		if depends.MatchString(field) {
			return "a text"
		}
	case float64:
		if depends.MatchString(field) {
			return "a number"
		}
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
