package pretrain

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// library writes small books into a folder and returns the folder.
func library(t *testing.T, books int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range books {
		text := strings.Repeat(fmt.Sprintf("Anna saw %d cats, and Ben saw none of them.\n\n", i), 30+i)
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("book%d.txt", i)), []byte(text), 0o600))
	}
	return dir
}

// over returns options for the data, with a small vocabulary.
func over(t *testing.T, data string, changes ...func(*Options)) *Options {
	t.Helper()
	s, err := Defaults("tiny")
	require.NoError(t, err)
	s.Data, s.Vocab = []string{data}, 60
	for _, change := range changes {
		change(&s)
	}
	return &s
}

// tokenize reads the tokens, as a run does before it trains, and returns them with the notes.
func tokenize(t *testing.T, s *Options) (tok *tokens, stdout string) {
	t.Helper()
	var out bytes.Buffer
	con := notes(&out)
	tok, err := s.tokens(context.Background(), con)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, tok.close()) })
	return tok, out.String()
}

// prepared tokenizes books into a folder.
func prepared(t *testing.T, dir string, s *Options) {
	t.Helper()
	s.Prepare = dir
	require.NoError(t, Prepare(context.Background(), *s, quiet()))
}

// The cache is reused only for the same text and settings.
func TestCacheIsForTheSameText(t *testing.T) {
	t.Chdir(t.TempDir())
	books := library(t, 5)
	run := func(changes ...func(*Options)) string {
		_, stdout := tokenize(t, over(t, books, changes...))
		return stdout
	}
	seed := func(s *Options) { s.Seed = 2 }
	original := func(s *Options) { s.Pipeline = "original" }
	vocab := func(n int) func(*Options) { return func(s *Options) { s.Vocab = n } }
	with := func(dir string) func(*Options) { return func(s *Options) { s.Tokenizer = dir } }
	require.NotContains(t, run(), "reused")
	require.Contains(t, run(), "reused from "+filepath.Join("runs", ".tokens"))
	require.Contains(t, run(func(s *Options) { s.LR = 0.1 }), "reused", "the tokens do not depend on this setting")
	require.NotContains(t, run(vocab(61)), "reused")
	require.NotContains(t, run(seed), "reused")
	require.NotContains(t, run(original), "reused")
	for i, n := range []int{60, 60, 50} {
		prepared(t, fmt.Sprint("tokens", i), over(t, books, vocab(n)))
	}
	require.NotContains(t, run(with("tokens0")), "reused")
	require.Contains(t, run(with("tokens1")), "reused", "the same vocabulary, in another folder")
	require.NotContains(t, run(with("tokens2")), "reused")
	require.NotContains(t, run(with("tokens1"), original), "reused")

	path := filepath.Join(books, "book3.txt")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	text[0] = 'H'
	require.NoError(t, os.WriteFile(path, text, 0o600))
	require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
	require.NotContains(t, run(), "reused", "one letter has changed, but not size or time")
	text[0] = 'A'
	require.NoError(t, os.WriteFile(path, text, 0o600))
	require.Contains(t, run(), "reused", "the text is the same, but its time is not")
}

// A damaged cache is repaired.
func TestDamagedCache(t *testing.T) {
	t.Chdir(t.TempDir())
	books := library(t, 5)
	want, _ := tokenize(t, over(t, books))
	files, err := filepath.Glob("runs/.tokens/*/tokens-*.bin")
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.NoError(t, os.Remove(files[0])) // the open file stays readable
	require.NoError(t, os.WriteFile(files[0], []byte("1234567890"), 0o600))
	got, stdout := tokenize(t, over(t, books))
	require.Contains(t, stdout, "tokens-00000.bin has 10 bytes in place of")
	require.Contains(t, stdout, "; tokenizing again")
	for i := range want.train {
		a, b := make([]int32, want.train[i].Len()), make([]int32, got.train[i].Len())
		require.NoError(t, want.train[i].Copy(a, 0))
		require.NoError(t, got.train[i].Copy(b, 0))
		require.Equal(t, a, b)
	}
	_, stdout = tokenize(t, over(t, books))
	require.Contains(t, stdout, "reused")

	require.NoError(t, os.Truncate(filepath.Join(filepath.Dir(files[0]), "tokenizer.json"), 9))
	_, stdout = tokenize(t, over(t, books))
	require.Contains(t, stdout, "learned a vocabulary")
	_, stdout = tokenize(t, over(t, books))
	require.Contains(t, stdout, "reused")
}

// A run with another seed keeps the split of the prepared folder.
func TestRunKeepsTheSplitOfThePreparation(t *testing.T) {
	t.Chdir(t.TempDir())
	prepared(t, "tokens", over(t, library(t, 9), func(s *Options) { s.Seed = 3 }))
	var index struct {
		Books []struct{ Name, Split string }
	}
	data, err := os.ReadFile("tokens/tokens.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &index))
	require.Len(t, index.Books, 9)
	held := index.Books[8]
	require.Equal(t, "validation", held.Split)
	for _, seed := range []int64{3, 4} {
		tok, _ := tokenize(t, over(t, "tokens", func(s *Options) { s.Seed = seed }))
		require.Equal(t, []string{held.Name}, tok.held)
	}
}
