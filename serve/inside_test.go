package serve

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/graph/draw"
)

// unpacked reads numbers of an answer.
func unpacked(t *testing.T, text string) (out []float32) {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	for i := 0; i < len(data); i += 4 {
		out = append(out, math.Float32frombits(binary.LittleEndian.Uint32(data[i:])))
	}
	return out
}

// What is shown of a text is what the library computes.
func TestInside(t *testing.T) {
	_, h := start(t, Options{})
	m := openTuned(t)
	tok, err := m.Tokenizer()
	require.NoError(t, err)
	for _, text := range []string{"the boy was glad", "one day the girl saw", "a"} {
		want, err := m.Look(context.Background(), tok.Encode(text), 3)
		require.NoError(t, err)
		status, data := post(t, h.URL+"/inside", `{"prompt": "`+text+`", "top": 3}`)
		require.Equal(t, http.StatusOK, status, data)
		var got struct {
			Tokens    []spelled
			Heads     int
			Attention string
			Readings  [][][]spelled
		}
		require.NoError(t, json.Unmarshal([]byte(data), &got))
		require.Equal(t, spell(tok, tok.Encode(text)), got.Tokens)
		require.Equal(t, 2, got.Heads)
		var attention []float32
		for _, block := range want.Attention {
			attention = append(attention, block...)
		}
		require.Equal(t, attention, unpacked(t, got.Attention))
		require.Len(t, got.Readings, len(want.Best))
		for l, at := range want.Best {
			require.Len(t, got.Readings[l], len(at))
			for i, best := range at {
				for k, b := range best {
					require.Equal(t, b.ID, got.Readings[l][i][k].ID)
					require.Equal(t, b.LogProb, *got.Readings[l][i][k].LogProb)
				}
			}
		}
	}
	for body, part := range map[string]string{
		`{"prompt": ""}`:                "no token",
		`{"prompt": ["a", "b"]}`:        "one prompt",
		`{"prompt": "a", "top": 21}`:    "from 1 to 20",
		`{"prompt": "a", "model": "x"}`: "no model",
		`{"prompt": "a", "blocks": 1}`:  "is not known here",
		`{"prompt": [80000]}`:           "80000",
		`{"prompt": "` + long + `"}`:    "at most 32",
	} {
		status, data := post(t, h.URL+"/inside", body)
		require.GreaterOrEqual(t, status, 400, body)
		require.Less(t, status, 500, body)
		require.Contains(t, data, part, body)
	}
}

var long = strings.Repeat("the boy ", 40)

func TestPositionsAndFigure(t *testing.T) {
	_, h := start(t, Options{})
	m := openTuned(t)
	alike, err := m.AlikePositions()
	require.NoError(t, err)
	status, data := post(t, h.URL+"/positions", `{}`)
	require.Equal(t, http.StatusOK, status, data)
	var got struct {
		Positions  int
		Similarity string
	}
	require.NoError(t, json.Unmarshal([]byte(data), &got))
	require.Equal(t, m.Context(), got.Positions)
	require.Equal(t, alike, unpacked(t, got.Similarity))

	status, data = post(t, h.URL+"/figure", `{"model": "base"}`)
	require.Equal(t, http.StatusOK, status, data)
	require.Contains(t, data, "base on a text of up to T = 32 tokens")
	require.Contains(t, data, "<svg")
}

// Graphs have the figures of the library, and each is built once, whoever asks and how often.
func TestGraphs(t *testing.T) {
	s, h := start(t, Options{})
	m := openTuned(t)
	var wait sync.WaitGroup
	for range 8 {
		for _, name := range m.Graphs() {
			wait.Go(func() {
				status, data := post(t, h.URL+"/graph", `{"graph": "`+name+`"}`)
				if status != http.StatusOK {
					t.Error(status, data)
				}
			})
		}
	}
	wait.Wait()
	require.Len(t, s.models[0].kept.answers, len(m.Graphs()))
	for _, name := range m.Graphs() {
		d, err := m.Graph(name)
		require.NoError(t, err)
		nodes, err := d.Graph.Nodes()
		require.NoError(t, err)
		want, err := json.Marshal(draw.NewData(d.Title, nodes, nil))
		require.NoError(t, err)
		_, data := post(t, h.URL+"/graph", `{"graph": "`+name+`"}`)
		require.Equal(t, string(want), data)
		require.True(t, bytes.Equal(want, s.models[0].kept.answers["graph "+name]))
	}
	_, first := post(t, h.URL+"/graph", `{}`)
	require.Contains(t, first, "forward")
	status, data := post(t, h.URL+"/graph", `{"graph": "qa"}`)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, data, "it must be one of forward, step, update, decode")
	require.Len(t, s.models[0].kept.answers, len(m.Graphs()))
	status, _ = post(t, h.URL+"/graph", `{"graph": "qa", "model": "base"}`)
	require.Equal(t, http.StatusOK, status)
}

// Times are measured once, and of all nodes that compute.
func TestTimesOfGraphs(t *testing.T) {
	s, h := start(t, Options{})
	status, data := post(t, h.URL+"/graph", `{"graph": "step", "measure": true}`)
	require.Equal(t, http.StatusOK, status, data)
	var d draw.Data
	require.NoError(t, json.Unmarshal([]byte(data), &d))
	require.Equal(t, measuredRuns, d.Runs)
	sum := 0.0
	for _, n := range d.Nodes {
		sum += n.Milliseconds
	}
	require.Positive(t, sum)
	require.LessOrEqual(t, sum, measuredRuns*d.Milliseconds)
	_, again := post(t, h.URL+"/graph", `{"graph": "step", "measure": true}`)
	require.Equal(t, data, again)
	_, data = post(t, h.URL+"/graph", `{"graph": "step"}`)
	d = draw.Data{}
	require.NoError(t, json.Unmarshal([]byte(data), &d))
	require.Zero(t, d.Runs, "nobody asked for times")
	require.Len(t, s.models[0].kept.answers, 2)
}

// random writes the folder of a model with random weights.
func random(t *testing.T, c gpt1.Config) (dir string) {
	t.Helper()
	_, tok, err := checkpoint.ReadFolder(folder+"base", 0)
	require.NoError(t, err)
	c.NLayer, c.NHead, c.NEmbd, c.VocabSize, c.LayerNormEps, c.InitRange = 1, 1, 4, tok.Size(), 1e-5, 0.1
	m, err := gpt1.New(c)
	require.NoError(t, err)
	m.Init(1)
	dir = t.TempDir()
	require.NoError(t, checkpoint.WriteFolder(dir, m, tok, checkpoint.Form{}))
	return dir
}

// An LSTM has graphs, but neither attention nor positions; and a text that has a number for each pair of tokens is short.
func TestModelsAndTextsThatCannotBeLookedInto(t *testing.T) {
	s, err := New([]Named{{Name: "lstm", Dir: random(t, gpt1.Config{NCtx: 8, NUnits: 4})}, {Name: "long", Dir: random(t, gpt1.Config{NCtx: 100})}}, Options{})
	require.NoError(t, err)
	require.NoError(t, s.Load(context.Background()))
	h := httptest.NewServer(s)
	defer h.Close()
	for _, c := range []struct {
		path, body string
		status     int
		part       string
	}{
		{"/inside", `{"prompt": "a"}`, 422, "the model is an LSTM"},
		{"/figure", `{}`, 422, "is an LSTM"},
		{"/next", `{"prompt": "a"}`, 422, "it can score texts but not write them"},
		{"/v1/completions", `{"prompt": "a"}`, 422, "it can score texts but not write them"},
		{"/v1/completions", `{"prompt": "a", "stream": true}`, 422, "it can score texts but not write them"},
		{"/v1/completions", `{"prompt": "a", "echo": true, "logprobs": 0, "max_tokens": 0}`, 200, "token_logprobs"},
		{"/positions", `{}`, 200, `"positions":0`},
		{"/graph", `{"graph": "step"}`, 200, "lstm.grad"},
		{"/graph", `{"graph": "decode"}`, 422, "one of forward, step, update, classification"},
		{"/inside", `{"model": "long", "prompt": "` + strings.Repeat("a ", 64) + `"}`, 200, "attention"},
		{"/inside", `{"model": "long", "prompt": "` + strings.Repeat("a ", 65) + `"}`, 422, "has 65 tokens: at most 64"},
	} {
		status, data := post(t, h.URL+c.path, c.body)
		require.Equal(t, c.status, status, "%s %s: %s", c.path, c.body, data)
		require.Contains(t, data, c.part)
	}
}
