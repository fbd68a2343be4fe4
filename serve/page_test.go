package serve

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt"
)

// The page needs no key and is refused to strange hosts and pages, but may be the target of a link.
func TestPage(t *testing.T) {
	_, h := start(t, Options{Key: "secret", Page: true})
	for _, c := range []struct {
		path    string
		status  int
		part    string
		headers []string
	}{
		{"/", 200, "<!doctype html>", nil},
		{"/page/main.js", 200, "import", nil},
		{"/page/nothing.js", 401, "key", nil},
		{"/page/nothing.js", 404, "no path", []string{"Authorization", "Bearer secret"}},
		{"/page/..%2fpage.go", 404, "no path", []string{"Authorization", "Bearer secret"}},
		{"/", 421, "not called", []string{"Host", "evil.example"}},
		{"/", 403, "other sites", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}},
		{"/page/main.js", 403, "other sites", []string{"Sec-Fetch-Site", "cross-site"}},
		{"/", 200, "<!doctype html>", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}},
		{"/info", 403, "other sites", []string{"Authorization", "Bearer secret", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}},
	} {
		status, data := send(t, http.MethodGet, h.URL+c.path, "", c.headers...)
		require.Equal(t, c.status, status, "%s %v", c.path, c.headers)
		require.Contains(t, data, c.part)
		require.NotContains(t, data, "tuned", "nothing of the models")
	}
	a, err := http.Get(h.URL + "/")
	require.NoError(t, err)
	a.Body.Close()
	require.Equal(t, pagePolicy, a.Header.Get("Content-Security-Policy"))
	require.NotContains(t, pagePolicy, "unsafe")

	_, without := start(t, Options{})
	for _, path := range []string{"/", "/page/main.js"} {
		status, _ := send(t, http.MethodGet, without.URL+path, "")
		require.Equal(t, http.StatusNotFound, status)
	}
}

// The distribution is that of the library, and its tokens are spelled as in completions.
func TestNext(t *testing.T) {
	_, h := start(t, Options{})
	m, prompt := openTuned(t), "the boy saw"
	tok, err := m.Tokenizer()
	require.NoError(t, err)
	want, err := m.Next(context.Background(), tok.Encode(prompt))
	require.NoError(t, err)

	status, data := post(t, h.URL+"/next", `{"prompt": "`+prompt+`", "top": 5}`)
	require.Equal(t, http.StatusOK, status, data)
	var got struct {
		Prompt, Tokens []spelled
		LogProbs       string
	}
	require.NoError(t, json.Unmarshal([]byte(data), &got))
	var text strings.Builder
	for _, p := range got.Prompt {
		text.WriteString(p.Text)
	}
	require.Equal(t, prompt, text.String())
	packed, err := base64.StdEncoding.DecodeString(got.LogProbs)
	require.NoError(t, err)
	sum, last := 0.0, math.Inf(1)
	for i := 0; i < len(packed); i += 4 {
		x := float64(math.Float32frombits(binary.LittleEndian.Uint32(packed[i:])))
		require.LessOrEqual(t, x, last)
		sum, last = sum+math.Exp(x), x
		if i/4 < len(got.Tokens) {
			require.Equal(t, want[got.Tokens[i/4].ID], *got.Tokens[i/4].LogProb)
			require.InDelta(t, want[got.Tokens[i/4].ID], x, 1e-6)
		}
	}
	require.Len(t, got.Tokens, 5)
	require.InDelta(t, 1, sum, 0.05)
	require.Equal(t, tok.Size()-len(never(want)), len(packed)/4)

	greedy := complete(t, h.URL, `{"prompt": "`+prompt+`", "max_tokens": 1, "temperature": 0, "logprobs": 1, "return_token_ids": true}`).Choices[0]
	require.Equal(t, []int32{got.Tokens[0].ID}, greedy.TokenIDs)
	require.Equal(t, greedy.LogProbs.Tokens, []string{got.Tokens[0].Text})
	require.InDelta(t, *got.Tokens[0].LogProb, *greedy.LogProbs.TokenLogProbs[0], 1e-9)
}

// never are the tokens that are never written.
func never(logProbs []float64) (ids []int) {
	for id, x := range logProbs {
		if math.IsInf(x, -1) {
			ids = append(ids, id)
		}
	}
	return ids
}

// The ids are those of the text, streamed or not, with and without the prompt.
func TestTokenIDs(t *testing.T) {
	_, h := start(t, Options{})
	m := openTuned(t)
	tok, err := m.Tokenizer()
	require.NoError(t, err)
	prompt := tok.Encode("the boy saw")
	var want []int32
	for token, err := range m.Continue(context.Background(), prompt, gorgpt.Sampling{Tokens: 7, Temperature: 1, TopP: 1, Seed: 4}) {
		require.NoError(t, err)
		want = append(want, token.ID)
	}
	body := `"prompt": "the boy saw", "max_tokens": 7, "seed": 4, "return_token_ids": true`
	require.Equal(t, want, complete(t, h.URL, `{`+body+`}`).Choices[0].TokenIDs)
	require.Equal(t, append(prompt, want...), complete(t, h.URL, `{`+body+`, "echo": true}`).Choices[0].TokenIDs)
	require.Empty(t, complete(t, h.URL, `{"prompt": "the boy", "max_tokens": 2}`).Choices[0].TokenIDs)
	_, data := post(t, h.URL+"/v1/completions", `{`+body+`, "stream": true}`)
	var streamed []int32
	for _, event := range strings.Split(data, "\n\n") {
		var part completed
		if json.Unmarshal([]byte(strings.TrimPrefix(event, "data: ")), &part) == nil {
			streamed = append(streamed, part.Choices[0].TokenIDs...)
		}
	}
	require.Equal(t, want, streamed)
}
