package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt"
	"gorgpt/finetune"
	"gorgpt/finetune/finetunetest"
	"gorgpt/heads"
	"gorgpt/loaders"
)

// tuned writes the folder of a model with a random head for a task.
func tuned(t *testing.T, kind heads.Kind, rows ...loaders.Row) string {
	t.Helper()
	return finetunetest.Folder(t, folder+"base", kind, rows...)
}

// Models that read several texts answer in the shapes of text-embeddings-inference, with the numbers of the library.
func TestTasksOfSeveralTexts(t *testing.T) {
	ctx, label := context.Background(), func(s string) loaders.Label { return loaders.Label{Text: s} }
	dirs := map[string]string{
		"entailment": tuned(t, heads.Entailment, loaders.Row{Texts: []string{"a", "b"}, Label: label("no")}, loaders.Row{Texts: []string{"a", "b"}, Label: label("yes")}),
		"windows":    tuned(t, heads.Classification, loaders.Row{Texts: []string{"a"}, Label: label("no")}, loaders.Row{Texts: []string{"a"}, Label: label("yes")}),
		"multilabel": tuned(t, heads.MultiLabel, loaders.Row{Texts: []string{"a"}, Label: label("red|round")}),
		"regression": tuned(t, heads.Regression, loaders.Row{Texts: []string{"a", "b"}, Label: loaders.Label{Text: "1.5", Form: loaders.Float}}, loaders.Row{Texts: []string{"a", "b"}, Label: loaders.Label{Text: "2.5", Form: loaders.Float}}),
		"qa":         tuned(t, heads.MultipleChoice, loaders.Row{Texts: []string{"a", "b"}, Answers: []string{"a", "b"}, Label: label("1")}),
	}
	task := filepath.Join(dirs["windows"], finetune.SpecFile)
	data, err := os.ReadFile(task)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(task, append([]byte(`{"long": "windows",`), bytes.TrimSpace(data)[1:]...), 0o600))
	var models []Named
	opened := map[string]*gorgpt.Model{}
	for name, dir := range dirs {
		models = append(models, Named{Name: name, Dir: dir})
		var err error
		opened[name], err = gorgpt.Open(dir)
		require.NoError(t, err)
	}
	s, err := New(models, Options{})
	require.NoError(t, err)
	require.NoError(t, s.Load(ctx))
	h := httptest.NewServer(s)
	defer h.Close()
	ask := func(path, body string, answer any) {
		t.Helper()
		status, data := post(t, h.URL+path, body)
		require.Equal(t, http.StatusOK, status, data)
		require.NoError(t, json.Unmarshal([]byte(data), answer), data)
	}

	pairs, err := opened["entailment"].PredictAll(ctx, []gorgpt.Input{gorgpt.Pair("the boy saw", "a gull"), gorgpt.Pair("the boy saw", "the sea")})
	require.NoError(t, err)
	var one []labelScore
	ask("/predict", `{"model": "entailment", "inputs": ["the boy saw", "a gull"]}`, &one)
	require.Equal(t, pairs[0].Label, one[0].Label)
	require.Len(t, one, 2)
	var both [][]labelScore
	ask("/predict", `{"model": "entailment", "inputs": [["the boy saw", "a gull"], ["the boy saw", "the sea"]]}`, &both)
	require.Len(t, both, 2)
	require.Equal(t, one, both[0])
	ask("/predict", `{"model": "entailment", "inputs": ["the boy saw", "a gull"], "parameters": {"function_to_apply": "softmax"}}`, &one)
	require.Equal(t, one, both[0])
	ask("/predict", `{"model": "multilabel", "inputs": "the boy", "parameters": {"function_to_apply": "sigmoid"}}`, &one)
	require.Len(t, one, 2)
	var scores []float64
	ask("/similarity", `{"model": "entailment", "inputs": {"source_sentence": "the boy saw", "sentences": ["a gull", "the sea"]}}`, &scores)
	require.Equal(t, []float64{pairs[0].Probabilities[1], pairs[1].Probabilities[1]}, scores)

	p, err := opened["qa"].Predict(ctx, gorgpt.Question("the boy was sad . who ?", "", "the boy", "a gull", "the sea"))
	require.NoError(t, err)
	type ranked struct {
		Index int
		Score float64
		Text  *string
	}
	var ranking []ranked
	body := `{"model": "qa", "query": "the boy was sad . who ?", "texts": ["the boy", "a gull", "the sea"]`
	ask("/rerank", body+`}`, &ranking)
	require.Len(t, ranking, 3)
	for i, r := range ranking {
		require.Equal(t, p.Probabilities[r.Index], r.Score)
		require.Nil(t, r.Text)
		if i > 0 {
			require.LessOrEqual(t, r.Score, ranking[i-1].Score, "the best first")
		}
	}
	var named []ranked
	ask("/rerank", body+`, "return_text": true, "raw_scores": true}`, &named)
	for i, r := range named {
		require.Equal(t, ranking[i].Index, r.Index)
		require.Equal(t, []string{"the boy", "a gull", "the sea"}[r.Index], *r.Text)
		require.Negative(t, r.Score, "a logarithm")
	}

	var blank inspected
	ask("/inspect", `{"model": "qa", "texts": ["the boy saw", " "], "answers": ["a gull", "the sea"], "importance": true}`, &blank)
	require.Len(t, blank.Importance, 4)
	var windows inspected
	ask("/inspect", `{"model": "windows", "texts": ["`+long+`"], "truncate": true}`, &windows)
	require.Greater(t, len(windows.Sequences), 1)

	for _, c := range []struct{ path, body, part string }{
		{"/predict", `{"model": "multilabel", "inputs": "the boy", "parameters": {"function_to_apply": "softmax"}}`, "or the model's own"},
		{"/predict", `{"model": "regression", "inputs": ["the boy", "a gull"], "parameters": {"function_to_apply": "sigmoid"}}`, "or the model's own"},
		{"/inspect", `{"model": "windows", "texts": ["` + long + `"], "importance": true}`, "and the model reads 32 at most: shorten it"},
		{"/inspect", `{"model": "qa", "texts": ["the boy saw", "` + long + `"], "answers": ["a gull", "the sea"], "truncate": true}`, "and the model reads 32 at most: shorten it"},
		{"/predict", `{"model": "entailment", "inputs": "the boy"}`, "it answers /predict, two texts an input, and /similarity"},
		{"/predict", `{"model": "qa", "inputs": "the boy"}`, "it answers /rerank"},
		{"/similarity", `{"model": "entailment", "inputs": {"source_sentence": "", "sentences": ["a gull"]}}`, "the premise is empty"},
		{"/rerank", `{"model": "qa", "query": "", "texts": ["a", "b"]}`, "the context is empty"},
	} {
		status, data := post(t, h.URL+c.path, c.body)
		require.Equal(t, http.StatusUnprocessableEntity, status, data)
		require.Contains(t, data, c.part)
	}
}
