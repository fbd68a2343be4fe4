package serve

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

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
	require.Equal(t, c.Choices, complete(t, h.URL, `{"prompt": "the boy saw", "max_tokens": 12, "temperature": 0, "stop": null, "n": null, "seed": null,
		"top_p": null, "logprobs": null, "logit_bias": null, "suffix": null, "best_of": null, "stream": null, "stream_options": null}`).Choices, "null is the default")
	require.Equal(t, c.Choices, complete(t, h.URL, `{"prompt": [1, 2], "max_tokens": 12, "temperature": 0, "prompt": "the boy saw"}`).Choices, "the last one counts")
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

// The log-probabilities of a prompt are computed once for all of its texts.
func TestTextsShareTheEcho(t *testing.T) {
	s, _ := start(t, Options{})
	n, zero, ctx := 3, 0, context.Background()
	c, err := s.check(ctx, completionRequest{Prompt: prompts{texts: []string{"the boy", "the girl"}}, N: &n, MaxTokens: &zero, LogProbs: &zero, Echo: true}, openTuned(t))
	require.NoError(t, err)
	var echoes []*logProbs
	for i := range 6 {
		_, err := c.write(ctx, i, func(p part) error {
			echoes = append(echoes, p.logProbs)
			return nil
		})
		require.NoError(t, err)
	}
	require.Len(t, echoes, 6)
	for i, l := range echoes {
		require.Same(t, echoes[i/n*n], l)
	}
	require.NotSame(t, echoes[0], echoes[n])
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
	_, data = post(t, h.URL+"/predict", `{"inputs": ["the sea"], "inputs": "the boy was glad"}`)
	var last []labelScore
	require.NoError(t, json.Unmarshal([]byte(data), &last), "the last one counts")
	require.Equal(t, one, last)
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
