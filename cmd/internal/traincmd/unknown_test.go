package traincmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/tokenizer"
)

// TestTextOfAnotherScript trains with a vocabulary that cannot spell the text. The tokens come from
// memory, from the cache, and from a prepared folder.
func TestTextOfAnotherScript(t *testing.T) {
	t.Chdir(t.TempDir())
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 90, MinFrequency: 1})
	trainer.Add(strings.Repeat("the cat sat on the mat . the dog sat on the log .\n", 9))
	tok, err := trainer.Train()
	require.NoError(t, err)
	files, err := tok.Files()
	require.NoError(t, err)
	require.NoError(t, os.Mkdir("latin", 0o700))
	for name, data := range files {
		require.NoError(t, os.WriteFile(filepath.Join("latin", name), data, 0o600))
	}
	latin := strings.Repeat("the cat sat on the log .\n\n", 200)
	for dir, books := range map[string][]string{"chinese": {strings.Repeat("他 说 他 来 。\n\n", 300)}, "mixed": {latin, latin + "他 说 他"}} {
		require.NoError(t, os.Mkdir(dir, 0o700))
		for i, text := range books {
			require.NoError(t, os.WriteFile(filepath.Join(dir, string(rune('a'+i))+".txt"), []byte(text), 0o600))
		}
	}
	with := func(data string, more ...string) []string { return short(data, append(more, "-tokenizer", "latin")...) }
	const chinese = "1500 of 1500 tokens (100.0 %) are <unk>, most often for the characters 他 ×600, 。 ×300, 来 ×300, 说 ×300"
	for _, cache := range []string{"", "cache", "cache"} {
		status, _, stderr := commandHere(with("chinese", "-cache", cache)...)
		require.Equal(t, 1, status)
		require.Contains(t, stderr, "train: the books: "+chinese)
		require.Contains(t, stderr, "or set -allow-unknown")
		require.NoDirExists(t, "runs/tiny")
		stdout, _ := succeed(t, with("mixed", "-cache", cache, "-out", "mixed-run", "-force")...)
		require.Contains(t, stdout, "the books (the worst is mixed/b.txt with 0.2 %): 3 of 2803 tokens (0.11 %) are <unk>, most often for the characters 他 ×2, 说 ×1\n")
	}
	status, _, stderr := commandHere("-prepare", "tokens", "-data", "chinese", "-tokenizer", "latin")
	require.Equal(t, 1, status)
	require.Contains(t, stderr, "train: -prepare: the books: "+chinese)
	stdout, _ := succeed(t, "-prepare", "tokens", "-data", "chinese", "-tokenizer", "latin", "-allow-unknown")
	require.Contains(t, stdout, "warning: the books: "+chinese)
	status, _, stderr = commandHere(short("tokens")...)
	require.Equal(t, 1, status)
	require.Contains(t, stderr, chinese)

	stdout, _ = succeed(t, short("tokens", "-allow-unknown", "-out", "run")...)
	require.Contains(t, stdout, "warning: the books: "+chinese)
	data, err := os.ReadFile("run/run.json")
	require.NoError(t, err)
	require.Contains(t, string(data), `"allow_unknown": true`)
	succeed(t, "-config", "run/run.json", "-out", "again")
}
