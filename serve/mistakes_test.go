package serve

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every mistake has a status and a message that names what is wrong.
func TestMistakes(t *testing.T) {
	_, h := start(t, Options{Limits: Limits{Body: 4000, Inputs: 4, Tokens: 100}})
	for _, c := range []struct {
		path, body string
		status     int
		part       string
	}{
		{"/v1/completions", ``, 400, "the body is empty"},
		{"/v1/completions", `{`, 400, "not valid JSON"},
		{"/v1/completions", `["the"]`, 400, "must be a JSON object, not array"},
		{"/v1/completions", "{\"prompt\": \"the \xff\"}", 400, "not valid UTF-8"},
		{"/v1/completions", `{"prompt": "the", "temperature": NaN}`, 400, "not valid JSON"},
		{"/v1/completions", `{"prompt": "a"} {}`, 400, "more than one"},
		{"/v1/completions", strings.Repeat("[", 3000), 400, "not valid JSON"},
		{"/v1/completions", `{"prompt": "the", "top_p": "high"}`, 422, "top_p must be a number, not string"},
		{"/v1/completions", `{"prompt": "the", "temperature": 1e999}`, 422, "temperature must be a number, not 1e999"},
		{"/v1/completions", `{"prompt": "the", "max_tokens": 1e30}`, 422, "max_tokens must be a whole number of 64 bits, not 1e30"},
		{"/v1/completions", `{"prompt": "the", "echo": 1}`, 422, "echo must be true or false, not number"},
		{"/v1/completions", `{"prompt": "the", "stop": 1}`, 422, "stop must be a list, not number"},
		{"/v1/completions", `{"prompt": "the", "logit_bias": [1]}`, 422, "logit_bias must be an object, not array"},
		{"/v1/completions", `{"prompt": "the", "what": 1}`, 422, "what"},
		{"/v1/completions", `{"prompt": "` + strings.Repeat("a", 5000) + `"}`, 413, "more than 4000 bytes"},
		{"/v1/completions", `{}`, 422, "no prompt"},
		{"/v1/completions", `{"prompt": null}`, 422, "no prompt"},
		{"/v1/completions", `{"prompt": ""}`, 422, "no token"},
		{"/v1/completions", `{"prompt": [[]]}`, 422, "no token"},
		{"/v1/completions", `{"prompt": [99999]}`, 422, "99999 is not a token"},
		{"/v1/completions", `{"prompt": [-1]}`, 422, "-1 is not a token"},
		{"/v1/completions", `{"prompt": [1, null]}`, 422, "the prompt must be"},
		{"/v1/completions", `{"prompt": [[1, null]]}`, 422, "the prompt must be"},
		{"/v1/completions", `{"prompt": {"a": 1}}`, 422, "the prompt must be"},
		{"/v1/completions", `{"prompt": "the", "n": 5}`, 413, "more than 4 texts"},
		{"/v1/completions", `{"prompt": "the", "n": 9223372036854775807}`, 413, "more than 4 texts"},
		{"/v1/completions", `{"prompt": "the", "n": 0}`, 422, "n must be"},
		{"/v1/completions", `{"prompt": "the", "max_tokens": 101}`, 422, "100 tokens"},
		{"/v1/completions", `{"prompt": [[` + strings.Repeat("1, ", 24) + `1, 1]], "n": 4, "echo": true, "logprobs": 0, "max_tokens": 0}`, 413, "prompts of 26 tokens, times n = 4, are more than the 100 tokens"},
		{"/v1/completions", `{"prompt": "the", "max_tokens": -1}`, 422, "max_tokens"},
		{"/v1/completions", `{"prompt": "the", "max_tokens": 0}`, 422, "echo"},
		{"/v1/completions", `{"prompt": "the", "temperature": -1}`, 422, "temperature"},
		{"/v1/completions", `{"prompt": "the", "top_p": 0}`, 422, "top_p"},
		{"/v1/completions", `{"prompt": "the", "top_k": -1}`, 422, "top_k"},
		{"/v1/completions", `{"prompt": "the", "logprobs": 21}`, 422, "logprobs"},
		{"/v1/completions", `{"prompt": "the", "stop": ["a", "b", "c", "d", "e"]}`, 422, "4 stop texts"},
		{"/v1/completions", `{"prompt": "the", "stop": "☃"}`, 422, "stop string"},
		{"/v1/completions", `{"prompt": "the", "stop": ["a", ""]}`, 422, "empty after tokenization"},
		{"/v1/completions", `{"prompt": "the", "logit_bias": {"01": 1}}`, 422, "\"01\" is not a token"},
		{"/v1/completions", `{"prompt": "the", "logit_bias": {"-1": 1}}`, 422, "is not a token"},
		{"/v1/completions", `{"prompt": "the", "logit_bias": {"the": 1}}`, 422, "is not a token"},
		{"/v1/completions", `{"prompt": "the", "logit_bias": {"1": 101}}`, 422, "the bias of token 1"},
		{"/v1/completions", `{"prompt": "the", "logit_bias": {"1": null}}`, 422, "the bias of token 1"},
		{"/v1/completions", `{"prompt": "the", "suffix": "x"}`, 422, "suffix"},
		{"/v1/completions", `{"prompt": "the", "best_of": 3}`, 422, "best_of"},
		{"/v1/completions", `{"prompt": "the", "presence_penalty": 1}`, 422, "penalties are not supported"},
		{"/v1/completions", `{"prompt": "the", "stream_options": {}}`, 422, "stream"},
		{"/v1/completions", `{"prompt": "the", "model": "../../etc/passwd"}`, 404, "no model"},
		{"/predict", `{"inputs": []}`, 422, "no input"},
		{"/predict", `{"inputs": ["a", "b", "c", "d", "e"]}`, 413, "5 inputs"},
		{"/predict", `{"inputs": [["a", "b"]]}`, 422, "is classification: it answers /predict, one text an input"},
		{"/predict", `{"inputs": 3}`, 422, "inputs must be"},
		{"/predict", `{"inputs": " "}`, 422, "the text is empty"},
		{"/predict", `{"inputs": ["the", " "]}`, 422, "input 1: the text is empty"},
		{"/predict", `{"inputs": "the", "truncate": 1}`, 422, "the field truncate must be true or false"},
		{"/predict", `{"inputs": "the", "truncation_direction": "Left"}`, 422, "truncation_direction"},
		{"/predict", `{"inputs": "the", "parameters": {"top_k": 0}}`, 422, "top_k"},
		{"/predict", `{"inputs": "the", "parameters": {"function_to_apply": "x"}}`, 422, "function_to_apply"},
		{"/predict", `{"inputs": "the", "parameters": {"function_to_apply": "sigmoid"}}`, 422, "or the model's own"},
		{"/predict", `{"inputs": "the", "raw_scores": true, "parameters": {"function_to_apply": "softmax"}}`, 422, "or the model's own"},
		{"/predict", `{"model": "base", "inputs": "the"}`, 422, "was not fine-tuned"},
		{"/rerank", `{"query": "the", "texts": null}`, 422, "no text to rank"},
		{"/rerank", `{"query": "the", "texts": ["a", "b"]}`, 422, "is classification: it answers /predict, one text an input"},
		{"/rerank", `{"query": "the", "texts": ["a", "b", "c", "d", "e"]}`, 413, "5 texts"},
		{"/similarity", `{"inputs": {"source_sentence": "the", "sentences": []}}`, 422, "no sentence"},
		{"/similarity", `{"inputs": {"source_sentence": "the", "sentences": ["a"]}}`, 422, "is classification: it answers /predict, one text an input"},
		{"/inspect", `{}`, 422, "is classification: texts must be its text"},
		{"/inspect", `{"texts": ["a", "b"]}`, 422, "is classification: texts must be its text"},
		{"/inspect", `{"texts": ["a"], "answers": []}`, 422, "is classification: texts must be its text"},
		{"/inspect", `{"texts": [" "]}`, 422, "the text is empty"},
		{"/inspect", `{"model": "base", "texts": ["the"]}`, 422, "was not fine-tuned"},
		{"/inspect", `{"texts": ["the boy was glad"], "importance": true}`, 413, "each of which needs a prediction"},
		{"/next", `{}`, 422, "no prompt"},
		{"/next", `{"prompt": ["a", "b"]}`, 422, "one prompt"},
		{"/next", `{"prompt": "the", "top": 0}`, 422, "top must be"},
		{"/next", `{"prompt": [99999]}`, 422, "99999 is not a token"},
		{"/detokenize", `{"tokens": [99999]}`, 422, "99999 is not a token"},
		{"/detokenize", `{"tokens": [1, null]}`, 422, "the field tokens must be a whole number of 32 bits, not null"},
		{"/detokenize", `{"tokens": [1, "a"]}`, 422, "the field tokens must be a whole number of 32 bits, not string"},
		{"/nothing", `{}`, 404, "no path"},
		{"//predict", `{}`, 404, "no path"},
		{"/x/../predict", `{}`, 404, "no path"},
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
