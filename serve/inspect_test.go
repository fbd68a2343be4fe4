package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt"
)

func TestInspect(t *testing.T) {
	_, h := start(t, Options{})
	m, ctx, text := openTuned(t), context.Background(), "the boy was glad"
	want, err := m.Inspect(ctx, gorgpt.Text(text))
	require.NoError(t, err)
	p, err := m.Predict(ctx, gorgpt.Text(text))
	require.NoError(t, err)
	require.Equal(t, p, want.Prediction)
	e, err := m.Explain(ctx, gorgpt.Text(text))
	require.NoError(t, err)

	status, data := post(t, h.URL+"/inspect", `{"texts": ["`+text+`"], "importance": true}`)
	require.Equal(t, http.StatusOK, status, data)
	var got inspected
	require.NoError(t, json.Unmarshal([]byte(data), &got))
	require.Equal(t, p.Label, got.Label)
	for i, label := range m.Labels() {
		require.Equal(t, scored{label, want.Scores[i], &p.Probabilities[i]}, got.Scores[i])
	}
	require.Len(t, got.Sequences, 1)
	var b strings.Builder
	for i, token := range got.Sequences[0] {
		require.Equal(t, roled(want.Sequences[0][i]), token)
		b.WriteString(token.Text)
	}
	require.Equal(t, text, b.String())
	require.Equal(t, "start", got.Sequences[0][0].Role)
	require.Equal(t, "extract", got.Sequences[0][len(got.Sequences[0])-1].Role)
	require.Equal(t, e.Unit, got.Unit)
	require.Len(t, got.Importance, 1)
	for i, token := range e.Parts[0].Tokens {
		require.Equal(t, importance{token.Text, token.EndsWord, token.Masked, token.Gradient, token.Seen}, got.Importance[0].Tokens[i])
	}
	_, data = post(t, h.URL+"/inspect", `{"texts": ["`+text+`"]}`)
	require.NotContains(t, data, "masked")
	_, data = send(t, http.MethodGet, h.URL+"/info", "")
	require.Contains(t, data, `"texts":["text"]`)

	s, err := New([]Named{{Name: "small", Dir: folder + "tuned-done", Dtype: gorgpt.Int8}}, Options{})
	require.NoError(t, err)
	require.NoError(t, s.Load(ctx))
	_, err = s.models[0].opened.Load().Explain(ctx, gorgpt.Text(text))
	require.ErrorIs(t, err, gorgpt.ErrNotFloat32)
}
