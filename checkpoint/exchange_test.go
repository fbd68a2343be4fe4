package checkpoint

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/gpt1"
	"gorgpt/tokenizer"
)

// twoModels are of one shape, with vocabularies of one size.
func twoModels(t *testing.T) (models [2]*gpt1.Model, toks [2]*tokenizer.Tokenizer) {
	t.Helper()
	for i, text := range []string{"aa bb aa bb", "cc dd cc dd"} {
		trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 6, MinFrequency: 1})
		trainer.Add(text)
		var err error
		toks[i], err = trainer.Train()
		require.NoError(t, err)
		models[i], err = gpt1.New(gpt1.Config{NLayer: 1, NHead: 1, NEmbd: 4, NCtx: 3, VocabSize: toks[i].Size(), LayerNormEps: 1e-5, InitRange: 0.1})
		require.NoError(t, err)
		models[i].Init(uint64(i + 1))
	}
	require.Equal(t, toks[0].Size(), toks[1].Size())
	return models, toks
}

// opensAs returns which of the models a folder opens as, with its tokenizer and task; -1: it does not open.
func opensAs(t *testing.T, dir string, models [2]*gpt1.Model, toks [2]*tokenizer.Tokenizer) int {
	t.Helper()
	m, tok, err := ReadFolder(dir, 0)
	if err != nil {
		return -1
	}
	which := 0
	if m.Store.Digest() == models[1].Store.Digest() {
		which = 1
	}
	require.Equal(t, models[which].Store.Digest(), m.Store.Digest())
	_, known := tok.ID(map[int]string{0: "aa</w>", 1: "cc</w>"}[which])
	require.True(t, known, "the vocabulary is that of the weights")
	task, err := os.ReadFile(filepath.Join(dir, TaskFile))
	if which == 0 {
		require.NoError(t, err)
		require.Equal(t, "{}", string(task))
	} else {
		require.ErrorIs(t, err, os.ErrNotExist, "the old task is gone")
	}
	return which
}

// Wherever the exchange is interrupted, the folder opens as the old model, the new one, or not at all.
// Writing again gives the new one. Other files stay.
func TestBrokenExchangeMixesNoModels(t *testing.T) {
	models, toks := twoModels(t)
	killed := errors.New("killed")
	seen := map[int]int{}
	for steps := 0; ; steps++ {
		dir := t.TempDir()
		require.NoError(t, WriteFolder(dir, models[0], toks[0], Form{Task: []byte("{}")}))
		foreign := filepath.Join(dir, "README.md")
		require.NoError(t, os.WriteFile(foreign, []byte("mine"), 0o600))
		from := filepath.Join(dir, staged)
		require.NoError(t, os.Mkdir(from, 0o700))
		require.NoError(t, WriteFolder(from, models[1], toks[1], Form{}))
		left := steps
		err := exchange(dir, from, func() error {
			if left--; left < 0 {
				return killed
			}
			return nil
		})
		which := opensAs(t, dir, models, toks)
		seen[which]++
		if err == nil {
			require.Equal(t, 1, which)
			require.NoDirExists(t, from)
			break
		}
		require.ErrorIs(t, err, killed)
		require.NoError(t, WriteFolder(dir, models[1], toks[1], Form{}))
		require.Equal(t, 1, opensAs(t, dir, models, toks))
		data, err := os.ReadFile(foreign)
		require.NoError(t, err)
		require.Equal(t, "mine", string(data))
	}
	require.Equal(t, 1, seen[0], "before the first step")
	require.Greater(t, seen[-1], 8)
	require.Positive(t, seen[1])
}

// If a file cannot be replaced, none is removed.
func TestExchangeRefusesAFolderInThePlaceOfAFile(t *testing.T) {
	models, toks := twoModels(t)
	dir := t.TempDir()
	require.NoError(t, WriteFolder(dir, models[0], toks[0], Form{Task: []byte("{}")}))
	require.NoError(t, os.Remove(filepath.Join(dir, "merges.txt")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "merges.txt"), 0o700))
	require.ErrorContains(t, WriteFolder(dir, models[1], toks[1], Form{}), "merges.txt is a folder: it must be a file, or not exist")
	require.FileExists(t, filepath.Join(dir, ConfigFile))
	require.NoDirExists(t, filepath.Join(dir, staged))
}
