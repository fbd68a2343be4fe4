package serve

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gorgpt"
)

const folder = "../testdata/stability/c3479e4/"

// start serves the test models at an address of its own.
func start(t testing.TB, o Options) (*Server, *httptest.Server) {
	t.Helper()
	s, err := New([]Named{{Name: "tuned", Dir: folder + "tuned-done"}, {Name: "base", Dir: folder + "base", Lazy: true}}, o)
	require.NoError(t, err)
	require.NoError(t, s.Load(context.Background()))
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, h
}

// post sends a JSON body and returns the status and the answer.
func post(t testing.TB, url, body string, headers ...string) (int, string) {
	t.Helper()
	return send(t, http.MethodPost, url, body, append([]string{"Content-Type", "application/json"}, headers...)...)
}

func send(t testing.TB, method, url, body string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	a, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer a.Body.Close()
	data, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	return a.StatusCode, string(data)
}

type completed struct {
	Choices []choice
	Usage   *usage
}

// complete asks for completions.
func complete(t testing.TB, url, body string) completed {
	t.Helper()
	status, data := post(t, url+"/v1/completions", body)
	require.Equal(t, http.StatusOK, status, data)
	var c completed
	require.NoError(t, json.Unmarshal([]byte(data), &c))
	return c
}

func openTuned(t testing.TB) *gorgpt.Model {
	t.Helper()
	m, err := gorgpt.Open(folder + "tuned-done")
	require.NoError(t, err)
	return m
}

func TestCompletions(t *testing.T) {
	_, h := start(t, Options{})
	m, ctx := openTuned(t), context.Background()
	var want strings.Builder
	for piece, err := range m.Generate(ctx, "the boy saw", gorgpt.Sampling{Tokens: 12}) {
		require.NoError(t, err)
		want.WriteString(piece)
	}
	c := complete(t, h.URL, `{"prompt": "the boy saw", "max_tokens": 12, "temperature": 0}`)
	require.Len(t, c.Choices, 1)
	require.Equal(t, want.String(), c.Choices[0].Text)
	require.Equal(t, "length", *c.Choices[0].FinishReason)
	require.Nil(t, c.Choices[0].LogProbs)
	tok, err := m.Tokenizer()
	require.NoError(t, err)
	ids := tok.Encode("the boy saw")
	require.Equal(t, &usage{len(ids), 12, len(ids) + 12}, c.Usage)

	asIDs, err := json.Marshal(ids)
	require.NoError(t, err)
	require.Equal(t, c.Choices, complete(t, h.URL, `{"prompt": `+string(asIDs)+`, "max_tokens": 12, "temperature": 0}`).Choices)
	many := complete(t, h.URL, `{"prompt": ["the girl", "the boy saw"], "max_tokens": 12, "temperature": 0, "n": 2}`)
	require.Len(t, many.Choices, 4)
	require.Equal(t, c.Choices[0].Text, many.Choices[2].Text)
	require.Equal(t, many.Choices[2].Text, many.Choices[3].Text, "greedy")
	for i, one := range many.Choices {
		require.Equal(t, i, one.Index)
	}

	drawn := `"max_tokens": 12, "seed": 7, "n": 3}`
	first := complete(t, h.URL, `{"prompt": "the girl", `+drawn)
	require.Equal(t, first.Choices, complete(t, h.URL, `{"prompt": "the girl", `+drawn).Choices, "one seed")
	require.Equal(t, first.Choices, complete(t, h.URL, `{"prompt": ["the girl", "the boy"], `+drawn).Choices[:3], "beside others")
	require.NotEqual(t, first.Choices[0].Text, first.Choices[1].Text)

	stopped := complete(t, h.URL, `{"prompt": "the boy saw", "max_tokens": 12, "temperature": 0, "stop": ["never", "the the"]}`)
	require.Equal(t, "stop", *stopped.Choices[0].FinishReason)
	require.Equal(t, " w", stopped.Choices[0].Text)
	the, found := tok.ID("the</w>")
	require.True(t, found)
	biased, err := json.Marshal(map[int32]int{the: -100})
	require.NoError(t, err)
	require.NotContains(t, complete(t, h.URL, `{"prompt": "the boy saw", "max_tokens": 12, "temperature": 0, "logit_bias": `+string(biased)+`}`).Choices[0].Text, " the ")
	require.NotEmpty(t, complete(t, h.URL, `{"model": "base", "prompt": "the boy"}`).Choices[0].Text)
}

// What an evaluation harness asks for: the log-probabilities of a prompt, which are those of Score.
func TestEchoWithLogProbs(t *testing.T) {
	_, h := start(t, Options{})
	m, prompt := openTuned(t), "the boy saw the lamp at the sea and was"
	want, err := m.Score(context.Background(), prompt, 3)
	require.NoError(t, err)
	c := complete(t, h.URL, `{"prompt": "`+prompt+`", "max_tokens": 1, "temperature": 0, "logprobs": 3, "echo": true, "seed": 1234}`).Choices[0]
	require.Len(t, c.LogProbs.Tokens, len(want)+1)
	require.Nil(t, c.LogProbs.TokenLogProbs[0])
	require.Nil(t, c.LogProbs.TopLogProbs[0])
	for i, token := range want[1:] {
		require.Equal(t, token.LogProb, *c.LogProbs.TokenLogProbs[i+1])
		top := c.LogProbs.TopLogProbs[i+1]
		require.NotEmpty(t, top)
		for _, a := range token.Alternatives {
			require.GreaterOrEqual(t, top[a.Text], a.LogProb)
		}
	}
	require.Equal(t, c.Text, strings.Join(c.LogProbs.Tokens, ""))
	require.True(t, strings.HasPrefix(c.Text, prompt))
	for i, offset := range c.LogProbs.TextOffset {
		require.True(t, strings.HasPrefix(c.Text[offset:], c.LogProbs.Tokens[i]))
	}
	last := *c.LogProbs.TokenLogProbs[len(want)]
	for _, p := range c.LogProbs.TopLogProbs[len(want)] {
		require.LessOrEqual(t, p, last+1e-12, "greedy")
	}
	only := complete(t, h.URL, `{"prompt": "`+prompt+`", "max_tokens": 0, "logprobs": 0, "echo": true}`).Choices[0]
	require.Equal(t, prompt, only.Text)
	require.Len(t, only.LogProbs.Tokens, len(want))
	require.Equal(t, prompt, complete(t, h.URL, `{"prompt": "`+prompt+`", "max_tokens": 0, "echo": true}`).Choices[0].Text)
}

func TestStream(t *testing.T) {
	_, h := start(t, Options{})
	body := `"prompt": ["the boy saw", "the girl"], "max_tokens": 9, "seed": 3, "n": 2, "logprobs": 1, "echo": true, "stop": "sea"`
	want := complete(t, h.URL, `{`+body+`}`)
	status, data := post(t, h.URL+"/v1/completions", `{`+body+`, "stream": true, "stream_options": {"include_usage": true}}`)
	require.Equal(t, http.StatusOK, status)
	events := strings.Split(strings.TrimSuffix(data, "\n\n"), "\n\n")
	require.Equal(t, "data: [DONE]", events[len(events)-1])
	got := completed{Choices: make([]choice, 4)}
	for i := range got.Choices {
		got.Choices[i] = choice{Index: i, LogProbs: newLogProbs()}
	}
	for _, event := range events[:len(events)-1] {
		var part completed
		require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(event, "data: ")), &part))
		if part.Usage != nil {
			require.Empty(t, part.Choices)
			got.Usage = part.Usage
		}
		for _, c := range part.Choices {
			one := &got.Choices[c.Index]
			require.Nil(t, one.FinishReason, "nothing after the end")
			one.Text += c.Text
			one.FinishReason = c.FinishReason
			if l := c.LogProbs; l != nil {
				one.LogProbs.Tokens, one.LogProbs.TextOffset = append(one.LogProbs.Tokens, l.Tokens...), append(one.LogProbs.TextOffset, l.TextOffset...)
				one.LogProbs.TokenLogProbs, one.LogProbs.TopLogProbs = append(one.LogProbs.TokenLogProbs, l.TokenLogProbs...), append(one.LogProbs.TopLogProbs, l.TopLogProbs...)
			}
		}
	}
	require.Equal(t, want, got)
}

func TestTasks(t *testing.T) {
	_, h := start(t, Options{})
	m, ctx := openTuned(t), context.Background()
	p, err := m.Predict(ctx, gorgpt.Text("the boy was glad"))
	require.NoError(t, err)
	var one []labelScore
	status, data := post(t, h.URL+"/predict", `{"inputs": "the boy was glad"}`)
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, json.Unmarshal([]byte(data), &one))
	require.Len(t, one, 2)
	require.Equal(t, p.Label, one[0].Label)
	require.Equal(t, slices.Max(p.Probabilities), one[0].Score)
	require.InDelta(t, 1, one[0].Score+one[1].Score, 1e-9)

	var batch [][]labelScore
	for _, inputs := range []string{`["the boy was glad", "the sea"]`, `[["the boy was glad"], ["the sea"]]`} {
		_, data = post(t, h.URL+"/predict", `{"inputs": `+inputs+`}`)
		require.NoError(t, json.Unmarshal([]byte(data), &batch), data)
		require.Len(t, batch, 2)
		require.Equal(t, one, batch[0])
	}
	_, data = post(t, h.URL+"/predict", `{"inputs": "the boy was glad", "raw_scores": true, "parameters": {"top_k": 1}}`)
	var raw []labelScore
	require.NoError(t, json.Unmarshal([]byte(data), &raw))
	require.Len(t, raw, 1)
	require.InDelta(t, math.Log(one[0].Score), raw[0].Score, 1e-12)

	long := strings.Repeat("the boy ", m.Context())
	status, data = post(t, h.URL+"/predict", `{"inputs": "`+long+`"}`)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, data, "set truncate")
	status, _ = post(t, h.URL+"/predict", `{"inputs": "`+long+`", "truncate": true, "truncation_direction": "Right"}`)
	require.Equal(t, http.StatusOK, status)

	_, data = post(t, h.URL+"/tokenize", `{"content": "The boy"}`)
	var tokens struct{ Tokens []int32 }
	require.NoError(t, json.Unmarshal([]byte(data), &tokens))
	ids, err := json.Marshal(tokens.Tokens)
	require.NoError(t, err)
	_, data = post(t, h.URL+"/detokenize", `{"tokens": `+string(ids)+`}`)
	require.JSONEq(t, `{"content": "the boy"}`, data)
	_, data = post(t, h.URL+"/tokenize", `{"content": "The boy", "with_pieces": true}`)
	require.Contains(t, data, `"piece"`)
	for _, path := range []string{"/info", "/v1/models", "/health", "/openapi.json"} {
		status, data = send(t, http.MethodGet, h.URL+path, "")
		require.Equal(t, http.StatusOK, status)
		require.True(t, json.Valid([]byte(data)))
	}
	_, data = send(t, http.MethodGet, h.URL+"/metrics", "")
	for _, name := range []string{"gorgpt_requests_total", "gorgpt_batch_size", "gorgpt_request_seconds", "gorgpt_requests_waiting"} {
		require.Contains(t, data, name)
	}
}

// Every mistake has a status and a message that names what is wrong.
func TestMistakes(t *testing.T) {
	_, h := start(t, Options{Limits: Limits{Body: 4000, Inputs: 4, Tokens: 100}})
	for _, c := range []struct {
		path, body string
		status     int
		part       string
	}{
		{"/v1/completions", `{`, 400, "not valid JSON"},
		{"/v1/completions", `{"prompt": "a"} {}`, 400, "more than one"},
		{"/v1/completions", strings.Repeat("[", 3000), 400, "not valid JSON"},
		{"/v1/completions", `{"prompt": "the", "top_p": "high"}`, 422, "top_p"},
		{"/v1/completions", `{"prompt": "the", "what": 1}`, 422, "what"},
		{"/v1/completions", `{"prompt": "` + strings.Repeat("a", 5000) + `"}`, 413, "more than 4000 bytes"},
		{"/v1/completions", `{}`, 422, "no prompt"},
		{"/v1/completions", `{"prompt": ""}`, 422, "no token"},
		{"/v1/completions", `{"prompt": [[]]}`, 422, "no token"},
		{"/v1/completions", `{"prompt": [99999]}`, 422, "99999 is not a token"},
		{"/v1/completions", `{"prompt": [-1]}`, 422, "-1 is not a token"},
		{"/v1/completions", `{"prompt": {"a": 1}}`, 422, "the prompt must be"},
		{"/v1/completions", `{"prompt": "the", "n": 5}`, 413, "more than 4 texts"},
		{"/v1/completions", `{"prompt": "the", "n": 9223372036854775807}`, 413, "more than 4 texts"},
		{"/v1/completions", `{"prompt": "the", "n": 0}`, 422, "n must be"},
		{"/v1/completions", `{"prompt": "the", "max_tokens": 101}`, 422, "100 tokens"},
		{"/v1/completions", `{"prompt": "the", "max_tokens": -1}`, 422, "max_tokens"},
		{"/v1/completions", `{"prompt": "the", "max_tokens": 0}`, 422, "echo"},
		{"/v1/completions", `{"prompt": "the", "temperature": -1}`, 422, "temperature"},
		{"/v1/completions", `{"prompt": "the", "top_p": 0}`, 422, "top_p"},
		{"/v1/completions", `{"prompt": "the", "top_k": -1}`, 422, "top_k"},
		{"/v1/completions", `{"prompt": "the", "logprobs": 21}`, 422, "logprobs"},
		{"/v1/completions", `{"prompt": "the", "stop": ["a", "b", "c", "d", "e"]}`, 422, "4 stop texts"},
		{"/v1/completions", `{"prompt": "the", "stop": "☃"}`, 422, "stop string"},
		{"/v1/completions", `{"prompt": "the", "logit_bias": {"the": 1}}`, 422, "is not a token"},
		{"/v1/completions", `{"prompt": "the", "logit_bias": {"1": 101}}`, 422, "the bias of token 1"},
		{"/v1/completions", `{"prompt": "the", "suffix": "x"}`, 422, "suffix"},
		{"/v1/completions", `{"prompt": "the", "best_of": 3}`, 422, "best_of"},
		{"/v1/completions", `{"prompt": "the", "presence_penalty": 1}`, 422, "penalties are not supported"},
		{"/v1/completions", `{"prompt": "the", "stream_options": {}}`, 422, "stream"},
		{"/v1/completions", `{"prompt": "the", "model": "../../etc/passwd"}`, 404, "no model"},
		{"/predict", `{"inputs": []}`, 422, "no input"},
		{"/predict", `{"inputs": ["a", "b", "c", "d", "e"]}`, 413, "5 inputs"},
		{"/predict", `{"inputs": [["a", "b"]]}`, 422, "make its inputs with Text"},
		{"/predict", `{"inputs": 3}`, 422, "inputs must be"},
		{"/predict", `{"inputs": " "}`, 422, "the text is empty"},
		{"/predict", `{"inputs": "the", "truncation_direction": "Left"}`, 422, "truncation_direction"},
		{"/predict", `{"inputs": "the", "parameters": {"top_k": 0}}`, 422, "top_k"},
		{"/predict", `{"inputs": "the", "parameters": {"function_to_apply": "x"}}`, 422, "function_to_apply"},
		{"/predict", `{"model": "base", "inputs": "the"}`, 422, "was not fine-tuned"},
		{"/rerank", `{"query": "the", "texts": ["a", "b"]}`, 422, "make its inputs with Text"},
		{"/rerank", `{"query": "the", "texts": ["a", "b", "c", "d", "e"]}`, 413, "5 texts"},
		{"/similarity", `{"inputs": {"source_sentence": "the", "sentences": []}}`, 422, "no sentence"},
		{"/similarity", `{"inputs": {"source_sentence": "the", "sentences": ["a"]}}`, 422, "make its inputs with Text"},
		{"/inspect", `{}`, 422, "make its inputs with Text"},
		{"/inspect", `{"texts": ["a", "b"]}`, 422, "make its inputs with Text"},
		{"/inspect", `{"texts": [" "]}`, 422, "the text is empty"},
		{"/inspect", `{"model": "base", "texts": ["the"]}`, 422, "was not fine-tuned"},
		{"/inspect", `{"texts": ["the boy was glad"], "importance": true}`, 413, "each of which needs a prediction"},
		{"/next", `{}`, 422, "no prompt"},
		{"/next", `{"prompt": ["a", "b"]}`, 422, "one prompt"},
		{"/next", `{"prompt": "the", "top": 0}`, 422, "top must be"},
		{"/next", `{"prompt": [99999]}`, 422, "99999 is not a token"},
		{"/detokenize", `{"tokens": [99999]}`, 422, "99999 is not a token"},
		{"/nothing", `{}`, 404, "no path"},
		{"/health", `{}`, 405, "GET"},
	} {
		status, data := post(t, h.URL+c.path, c.body)
		require.Equal(t, c.status, status, "%s %.80s: %s", c.path, c.body, data)
		var answer struct {
			Error struct{ Message, Type, Code string }
		}
		require.NoError(t, json.Unmarshal([]byte(data), &answer), data)
		require.Contains(t, answer.Error.Message, c.part, c.body)
		require.NotEmpty(t, answer.Error.Code)
	}
}

func TestGuard(t *testing.T) {
	_, h := start(t, Options{Key: "secret", Hosts: []string{"models.example"}, Origins: []string{"https://friend.example"}})
	for _, c := range []struct {
		name, path string
		status     int
		headers    []string
	}{
		{"no key", "/info", 401, nil},
		{"wrong key", "/info", 401, []string{"Authorization", "Bearer secreT"}},
		{"part of the key", "/info", 401, []string{"Authorization", "Bearer secre"}},
		{"another scheme", "/info", 401, []string{"Authorization", "Basic secret"}},
		{"key in the URL", "/info?api_key=secret&key=secret", 401, nil},
		{"the key", "/info", 200, []string{"Authorization", "Bearer secret"}},
		{"counters without key", "/metrics", 401, nil},
		{"paths that do not exist need it, too", "/nothing", 401, nil},
		{"health needs none", "/health", 200, nil},
		{"another host", "/health", 421, []string{"Host", "evil.example"}},
		{"another host with a port", "/health", 421, []string{"Host", "evil.example:80"}},
		{"a host of ours", "/health", 200, []string{"Host", "models.example:80"}},
		{"localhost", "/health", 200, []string{"Host", "LOCALHOST:1"}},
		{"an address", "/health", 200, []string{"Host", "[::1]:80"}},
		{"a page of another site", "/health", 403, []string{"Origin", "https://evil.example"}},
		{"a page without a site", "/health", 403, []string{"Origin", "null"}},
		{"a page of another site, no origin", "/health", 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"a page of a friend", "/health", 200, []string{"Origin", "https://friend.example"}},
		{"a page of ours", "/health", 200, []string{"Host", "models.example", "Origin", "http://models.example"}},
	} {
		status, _ := send(t, http.MethodGet, h.URL+c.path, "", c.headers...)
		require.Equal(t, c.status, status, c.name)
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded"} {
		status, data := send(t, http.MethodPost, h.URL+"/tokenize", `{"content": "a"}`, "Authorization", "Bearer secret", "Content-Type", kind)
		require.Equal(t, http.StatusUnsupportedMediaType, status)
		require.Contains(t, data, "Content-Type")
	}
	status, _ := send(t, http.MethodOptions, h.URL+"/v1/completions", "", "Origin", "https://friend.example")
	require.Equal(t, http.StatusNoContent, status)
	status, _ = send(t, http.MethodOptions, h.URL+"/v1/completions", "", "Origin", "https://evil.example")
	require.Equal(t, http.StatusForbidden, status)

	a, err := http.Get(h.URL + "/health")
	require.NoError(t, err)
	a.Body.Close()
	require.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"))
	require.Equal(t, "default-src 'self'", a.Header.Get("Content-Security-Policy"))
	require.Empty(t, a.Header.Get("Access-Control-Allow-Origin"))
}

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
	s, err = New([]Named{{Name: "none", Dir: t.TempDir()}}, Options{})
	require.NoError(t, err)
	require.ErrorContains(t, s.Load(context.Background()), "model none")
}

// With all places taken and the queue full, a request is refused; one that waits gets a place when
// a client leaves.
func TestOverload(t *testing.T) {
	s, h := start(t, Options{Limits: Limits{Requests: 1, Queue: 1}})
	ctx, leave := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL+"/v1/completions", strings.NewReader(`{"prompt": "the boy", "max_tokens": 60000, "stream": true}`))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	long, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer long.Body.Close()
	_, err = long.Body.Read(make([]byte, 1))
	require.NoError(t, err)

	var wait sync.WaitGroup
	wait.Go(func() {
		status, _ := post(t, h.URL+"/tokenize", `{"content": "a boy"}`)
		assert.Equal(t, http.StatusOK, status)
	})
	require.Eventually(t, func() bool { return s.waiting.Load() == 1 }, 10*time.Second, time.Millisecond)
	status, data := post(t, h.URL+"/tokenize", `{"content": "a boy"}`)
	require.Equal(t, http.StatusTooManyRequests, status, data)
	status, _ = send(t, http.MethodGet, h.URL+"/health", "")
	require.Equal(t, http.StatusOK, status, "which waits for nobody")
	leave()
	wait.Wait()
	require.Eventually(t, func() bool { return s.models[0].opened().Load() == gorgpt.Load{} }, 10*time.Second, time.Millisecond)
}

func TestTimeout(t *testing.T) {
	_, h := start(t, Options{Limits: Limits{Time: 50 * time.Millisecond}})
	status, data := post(t, h.URL+"/v1/completions", `{"prompt": "the boy", "max_tokens": 60000}`)
	require.Equal(t, http.StatusGatewayTimeout, status, data)
	_, data = post(t, h.URL+"/v1/completions", `{"prompt": "the boy", "max_tokens": 60000, "stream": true}`)
	require.Contains(t, data, "took too long")
	require.NotContains(t, data, "[DONE]")
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
			r := httptest.NewRequest(strings.ToUpper(method), path, nil)
			_, pattern := s.mux.Handler(r)
			require.Equal(t, strings.ToUpper(method)+" "+path, pattern)
		}
	}
	require.Len(t, doc.Paths, 16, "as many as in routes()")
	fieldsOf := func(v any) (names []string) {
		var walk func(reflect.Type)
		walk = func(typ reflect.Type) {
			for i := range typ.NumField() {
				f := typ.Field(i)
				if f.Anonymous {
					walk(f.Type)
					continue
				}
				names = append(names, f.Tag.Get("json"))
			}
		}
		walk(reflect.TypeOf(v))
		slices.Sort(names)
		return names
	}
	for name, v := range map[string]any{"CompletionRequest": completionRequest{}, "PredictRequest": predictRequest{}, "InspectRequest": inspectRequest{}} {
		var described []string
		for property := range doc.Components.Schemas[name].Properties {
			described = append(described, property)
		}
		slices.Sort(described)
		require.Equal(t, fieldsOf(v), described, name)
	}
	// The other bodies are checked by sending each field that is described, and one that is not.
	for path, name := range map[string]string{"/rerank": "RerankRequest", "/similarity": "SimilarityRequest", "/next": "NextRequest", "/tokenize": "TokenizeRequest", "/detokenize": "DetokenizeRequest"} {
		for property := range doc.Components.Schemas[name].Properties {
			_, data := post(t, h.URL+path, `{"`+property+`": null}`)
			require.NotContains(t, data, "is not known here", "%s %s", path, property)
		}
		_, data := post(t, h.URL+path, `{"unknown": null}`)
		require.Contains(t, data, "is not known here")
	}
}

// No body makes the server fail.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{
		`{"prompt": "the boy", "max_tokens": 2, "logprobs": 2, "echo": true}`, `{"prompt": [1, 2], "stop": ["a"], "seed": 1, "logit_bias": {"3": 4}}`,
		`{"inputs": ["a", "b"], "truncate": true}`, `{"inputs": [["a", "b"]], "parameters": {"top_k": 1}}`, `{"query": "a", "texts": ["b"]}`,
		`{"texts": ["the boy"], "importance": true}`, `{"texts": ["a", "b"], "answers": ["c"], "truncate": true}`, `{"prompt": [3, 4], "top": 7}`,
		`{"inputs": {"source_sentence": "a", "sentences": ["b"]}}`, `{"content": "a \ud800 \u0000"}`, `{"tokens": [1]}`, "{\"content\": \"\xff\"}",
	} {
		f.Add(body)
	}
	s, _ := start(f, Options{Limits: Limits{Tokens: 8, Inputs: 4, Body: 1 << 12}})
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"/v1/completions", "/predict", "/rerank", "/similarity", "/next", "/inspect", "/tokenize", "/detokenize"} {
			r := httptest.NewRequest(http.MethodPost, "http://localhost"+path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			require.Contains(t, []int{200, 400, 404, 413, 422}, w.Code, "%s %q: %s", path, body, w.Body)
			if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
				require.True(t, json.Valid(w.Body.Bytes()), w.Body)
			}
		}
	})
}
