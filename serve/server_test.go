package serve

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLoading(t *testing.T) {
	s, err := New([]Named{{Name: "tuned", Dir: folder + "tuned-done"}, {Name: "none", Dir: t.TempDir(), Lazy: true}}, Options{})
	require.NoError(t, err)
	h := httptest.NewServer(s)
	defer h.Close()
	status, _ := send(t, http.MethodGet, h.URL+"/health", "")
	require.Equal(t, http.StatusServiceUnavailable, status)
	status, _ = post(t, h.URL+"/tokenize", `{"content": "a"}`)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.NoError(t, s.Load(context.Background()))
	status, _ = send(t, http.MethodGet, h.URL+"/health", "")
	require.Equal(t, http.StatusOK, status)
	status, data := post(t, h.URL+"/tokenize", `{"model": "none", "content": "a"}`)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.NotContains(t, data, "/tmp", "no path of the machine")
	require.NoError(t, s.Close())

	for _, wrong := range [][]Named{nil, {{Dir: "x"}}, {{Name: "a"}, {Name: "a"}}} {
		_, err := New(wrong, Options{})
		require.Error(t, err)
	}
	for _, wrong := range []Options{
		{Hosts: []string{"models.example:80"}},
		{Hosts: []string{"http://models.example"}},
		{Origins: []string{"*"}},
		{Origins: []string{"models.example"}},
		{Origins: []string{"https://models.example/"}},
		{Origins: []string{"https://Models.example"}},
		{Key: "secret\n"},
		{Limits: Limits{Requests: -1}},
	} {
		_, err := New([]Named{{Name: "a"}}, wrong)
		require.Error(t, err, wrong)
	}
	s, err = New([]Named{{Name: "none", Dir: t.TempDir()}}, Options{})
	require.NoError(t, err)
	require.ErrorContains(t, s.Load(context.Background()), "model none")
}

func TestLog(t *testing.T) {
	for _, texts := range []bool{false, true} {
		var log strings.Builder
		_, h := start(t, Options{Log: slog.New(slog.NewTextHandler(&log, nil)), LogText: texts})
		post(t, h.URL+"/v1/completions", `{"prompt": "the boy was glad", "max_tokens": 3}`)
		post(t, h.URL+"/predict", `{"inputs": "the girl was sad"}`)
		h.Close()
		require.Equal(t, 2, strings.Count(log.String(), "msg=request"))
		require.Contains(t, log.String(), "status=200")
		require.Contains(t, log.String(), "written=3")
		require.Equal(t, texts, strings.Contains(log.String(), "the boy was glad"))
		require.Equal(t, texts, strings.Contains(log.String(), "the girl was sad"))
	}
}

// The log and the counters have the status of every answer, and what ended a stream.
func TestProblemsAreLogged(t *testing.T) {
	var log strings.Builder
	_, h := start(t, Options{Limits: Limits{Time: 100 * time.Millisecond}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	send(t, http.MethodGet, h.URL+"/openapi.json", "")
	send(t, http.MethodGet, h.URL+"/metrics", "")
	post(t, h.URL+"/v1/completions", `{"prompt": "the", "n": 0}`)
	post(t, h.URL+"/v1/completions", `{"prompt": "the boy", "max_tokens": 60000, "stream": true}`)
	_, data := send(t, http.MethodGet, h.URL+"/metrics", "")
	require.Contains(t, data, `gorgpt_requests_total{route="GET /metrics",status="200"} 1`)
	require.Contains(t, data, `gorgpt_requests_total{route="GET /openapi.json",status="200"} 1`)
	h.Close()
	require.Contains(t, log.String(), "status=422 ms=0 from=127.0.0.1")
	require.Contains(t, log.String(), "problem=invalid_value")
	require.Contains(t, log.String(), "problem=timeout")
	require.NotContains(t, log.String(), "level=ERROR")
}

// openapi.json describes the routes and the fields that the handlers know.
func TestDescriptionMatchesHandlers(t *testing.T) {
	var doc struct {
		Paths      map[string]map[string]any
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	require.NoError(t, json.Unmarshal(description, &doc))
	s, h := start(t, Options{})
	for path, methods := range doc.Paths {
		for method := range methods {
			require.Contains(t, s.routes, strings.ToUpper(method)+" "+path)
		}
	}
	require.Len(t, s.routes, len(doc.Paths)+1, "and other")
	fieldsOf := func(v any) (names []string) {
		for typ, i := reflect.TypeOf(v), 0; i < typ.NumField(); i++ {
			names = append(names, typ.Field(i).Tag.Get("json"))
		}
		slices.Sort(names)
		return names
	}
	for name, v := range map[string]any{"CompletionRequest": completionRequest{}, "PredictRequest": predictRequest{}, "InspectRequest": inspectRequest{}, "InsideRequest": promptRequest{}, "GraphRequest": graphRequest{}} {
		var described []string
		for property := range doc.Components.Schemas[name].Properties {
			described = append(described, property)
		}
		slices.Sort(described)
		require.Equal(t, fieldsOf(v), described, name)
	}
	// The other bodies are checked by sending each field that is described, and one that is not.
	for path, name := range map[string]string{"/rerank": "RerankRequest", "/similarity": "SimilarityRequest", "/next": "NextRequest", "/tokenize": "TokenizeRequest", "/detokenize": "DetokenizeRequest", "/positions": "ModelRequest", "/figure": "ModelRequest"} {
		for property := range doc.Components.Schemas[name].Properties {
			_, data := post(t, h.URL+path, `{"`+property+`": null}`)
			require.NotContains(t, data, "is not known here", "%s %s", path, property)
		}
		_, data := post(t, h.URL+path, `{"unknown": null}`)
		require.Contains(t, data, "is not known here")
	}
}
