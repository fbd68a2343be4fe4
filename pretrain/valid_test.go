package pretrain

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/train"
)

// metricsOf returns the last evaluation in the metrics of a run.
func metricsOf(t *testing.T, dir string) (last map[string]float64) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, train.MetricsFileName))
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		var x map[string]float64
		require.NoError(t, json.Unmarshal([]byte(line), &x))
		if _, found := x["val_loss"]; found {
			last = x
		}
	}
	return last
}

// factsOf returns what run.json says about the text.
func factsOf(t *testing.T, dir string) (f facts) {
	t.Helper()
	r, err := train.ReadRecord(dir)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(r.Facts, &f))
	return f
}

// Books that are named for validation are the ones, and only they, that the model is validated on. Bits per byte
// count the bytes of their text, with and without files of tokens.
func TestBooksForValidation(t *testing.T) {
	s := minute(t)
	require.NoError(t, os.MkdirAll("dev", 0o755))
	texts := []string{strings.Repeat("Anna sees a café. It rains.\n\n", 30), strings.Repeat("The sun shines, and Anna sees the sea.\n", 20)}
	put(t, "dev", "one.txt", texts[0])
	put(t, "dev", "two.txt", frameStart+texts[1]+frameEnd)
	s.Valid, s.Steps, s.EvalEvery = []string{"dev"}, 2, 0
	bytes := 0
	for _, text := range texts {
		bytes += len(strings.ReplaceAll(strings.TrimSpace(text), "\n\n", "\n"))
	}
	for i, cache := range []string{"", "cache", "cache"} { // the last one reuses the tokens
		s.Cache, s.Out = cache, []string{"memory", "cached", "reused"}[i]
		_, err := Run(context.Background(), *s, quiet())
		require.NoError(t, err)
		f, m := factsOf(t, s.Out), metricsOf(t, s.Out)
		require.Equal(t, facts{3, 2, f.TrainTokens, f.Windows, f.ValidationWindows, f.ValidationTokens, f.UnigramPerplexity, f.Digest, ""}, f)
		require.InEpsilon(t, m["val_loss"]*float64(f.ValidationTokens)/math.Ln2/float64(bytes), m["val_bpb"], 1e-6, "empty lines do not count")
		require.Equal(t, metricsOf(t, "memory"), m)
		require.Equal(t, factsOf(t, "memory"), f)
	}

	all := *s
	all.Valid, all.Out = nil, "all"
	_, err := Run(context.Background(), all, quiet())
	require.NoError(t, err)
	require.Equal(t, 1, factsOf(t, "all").Books)
	require.NotEqual(t, factsOf(t, "all").Digest, factsOf(t, "memory").Digest)
}

// A book is not used for training and validation at once, and a run with other validation books does not use the tokens
// of this one.
func TestBooksForValidationAreOthers(t *testing.T) {
	s := minute(t)
	require.NoError(t, os.MkdirAll("dev", 0o755))
	put(t, "dev", "one.txt", strings.Repeat("Anna sees a boat. It rains.\n\n", 30))
	put(t, "dev", "two.txt", strings.Repeat("The sun shines, and Anna sees the sea.\n", 20))
	require.NoError(t, os.Symlink(filepath.Join("..", "book.txt"), filepath.Join("dev", "same.txt")))
	tokens := func(data, valid []string) (*tokens, error) {
		o := *s
		o.Data, o.Valid = data, valid
		got, err := o.tokens(context.Background(), quiet())
		if got != nil {
			t.Cleanup(func() { _ = got.close() })
		}
		return got, err
	}
	var wrong *train.OptionError
	_, err := tokens([]string{"book.txt"}, []string{"dev"})
	require.ErrorAs(t, err, &wrong)
	require.ErrorContains(t, err, filepath.Join("dev", "same.txt")+" is in Data, too")
	_, err = tokens([]string{"book.txt"}, []string{"nowhere"})
	require.ErrorContains(t, err, "nowhere")
	require.NoError(t, os.Remove(filepath.Join("dev", "same.txt")))

	one, err := tokens([]string{"book.txt", "dev/two.txt"}, []string{"dev/one.txt"})
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join("dev", "one.txt")}, one.held)
	two, err := tokens([]string{"book.txt"}, []string{"dev/two.txt", "dev/one.txt"})
	require.NoError(t, err)
	require.Len(t, two.held, 2)
	require.Len(t, two.train, 1)

	prepare := *s
	prepare.Valid, prepare.Prepare = []string{"dev"}, "tokens"
	require.NoError(t, Prepare(context.Background(), prepare, quiet()))
	folder, err := tokens([]string{"tokens"}, nil)
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join("dev", "one.txt"), filepath.Join("dev", "two.txt")}, folder.held)
	require.EqualValues(t, 30*len("Anna sees a boat. It rains.\n")+20*len("The sun shines, and Anna sees the sea.\n")-2, folder.validBytes)
	_, err = tokens([]string{"tokens"}, []string{"dev"})
	require.ErrorContains(t, err, "it cannot be combined with Valid")
}
