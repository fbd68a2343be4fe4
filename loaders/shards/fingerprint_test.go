package shards

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

func TestFingerprint(t *testing.T) {
	print := func(settings string, books ...loaders.Book) string {
		var sources []loaders.Source
		for _, b := range books {
			sources = append(sources, b.Source())
		}
		sum, err := Fingerprint(context.Background(), nil, sources, settings)
		require.NoError(t, err)
		return sum
	}
	a, b := loaders.Book{Name: "a", Text: "one"}, loaders.Book{Name: "b", Text: "two"}
	want := print("s", a, b)
	require.Equal(t, want, print("s", a, b))
	require.Equal(t, want, print("s", loaders.Book{Name: "./a", Text: "one"}, b), "the same path")
	for name, other := range map[string]string{
		"settings": print("t", a, b),
		"order":    print("s", b, a),
		"content":  print("s", a, loaders.Book{Name: "b", Text: "too"}),
		"name":     print("s", a, loaders.Book{Name: "c", Text: "two"}),
		"number":   print("s", a),
	} {
		require.NotEqual(t, want, other, name)
	}
	broken := a.Source()
	broken.Sum = func() ([sha256.Size]byte, error) { return [sha256.Size]byte{}, errors.New("gone") }
	_, err := Fingerprint(context.Background(), nil, []loaders.Source{broken}, "")
	require.ErrorContains(t, err, "gone")
}

// TestVersion pins the tokens of a text. If they are meant to change, version must too, or
// folders that hold the old ones would be reused.
func TestVersion(t *testing.T) {
	const text = "Chapter I.\r\n\r\n\x93Don\x92t\x94 said \xC9va-\xDCnal to\r\nthe 3 caf\xE9s\x85\r\n\r\nThe end; the caf\xE9s!\r\n"
	const want = "version 1: [7 11 6 16 19 9 42 37 28 48 8 15 39 47 44 49 18 6 12 33 9 21 31 27 20 14 6 38 19 40 52 29 56 50 52 9 14 33 30 52 56 26]"
	path := filepath.Join(t.TempDir(), "book.txt")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	book, err := loaders.ReadBook(path)
	require.NoError(t, err)
	train := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: 61})
	train.Add(book.Text)
	tok, err := train.Train()
	require.NoError(t, err)
	require.Equal(t, want, fmt.Sprintf("version %d: %v", version, tok.Encode(book.Text)))
}
