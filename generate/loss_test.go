package generate_test

import (
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/checkpoint"
	"gorgpt/generate"
	"gorgpt/graph"
	"gorgpt/loaders/storyworld"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// TestLossOfTypes trains a model for some seconds, so that it chooses between some 40 of its 600 tokens
// instead of all, and compares the perplexity of books that it has not seen.
// docs/inference.md has the figures of a longer training.
func TestLossOfTypes(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a model")
	}
	t.Chdir(t.TempDir())
	books := storyworld.Books(400_000)
	var text strings.Builder
	for _, b := range books[2:] {
		text.WriteString(b.Text)
	}
	require.NoError(t, os.WriteFile("books.txt", []byte(text.String()), 0o600))
	o, err := pretrain.Defaults("tiny")
	require.NoError(t, err)
	o.Data, o.Vocab, o.Ctx, o.Steps, o.Epochs, o.EvalEvery, o.Out = []string{"books.txt"}, 600, 64, 150, 0, 0, "run"
	_, err = pretrain.Run(context.Background(), o, train.Listener{})
	require.NoError(t, err)

	logProbs := map[graph.Dtype][]float64{}
	perplexity := map[graph.Dtype]float64{}
	for _, d := range graph.Dtypes() {
		m, tok, _, err := checkpoint.ReadFolderAs("run", 0, d)
		require.NoError(t, err)
		require.Equal(t, d, m.Store.Dtype())
		s := generate.NewScorer(m)
		sum := 0.0
		for _, b := range books[:2] {
			all, err := s.LogProbs(context.Background(), tok.Encode(b.Text))
			require.NoError(t, err)
			for _, p := range all {
				sum += p
			}
			logProbs[d] = append(logProbs[d], all...)
		}
		perplexity[d] = math.Exp(-sum / float64(len(logProbs[d])))
		t.Logf("%s: perplexity of %d tokens %.4f", d, len(logProbs[d]), perplexity[d])
	}
	want := perplexity[graph.Float32]
	require.Less(t, want, 50.0, "the model has learned something")
	require.InEpsilon(t, want, perplexity[graph.BFloat16], 0.001)
	require.InEpsilon(t, want, perplexity[graph.Int8], 0.003)
	for d, rms := range map[graph.Dtype]float64{graph.BFloat16: 0.005, graph.Int8: 0.015} {
		squares := 0.0
		for i, p := range logProbs[d] {
			squares += (p - logProbs[graph.Float32][i]) * (p - logProbs[graph.Float32][i])
		}
		got := math.Sqrt(squares / float64(len(logProbs[d])))
		t.Logf("%s: log-probabilities differ by %.5f (root of the mean square)", d, got)
		require.Positive(t, got, "%s was computed with", d)
		require.Less(t, got, rms, d)
	}
}
