package shards

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
)

// TestUnknownCharactersAreKept: the tokens say how many there are, the index which.
func TestUnknownCharactersAreKept(t *testing.T) {
	books := []loaders.Book{{Name: "0", Text: "abc ab e"}, {Name: "1", Text: "abc fab f g"}, {Name: "2", Text: ""}, {Name: "3", Text: "g a"}}
	dir := t.TempDir()
	require.NoError(t, Write(context.Background(), dir, corpus(t, vocabulary(t, 0), books, 3)))
	check := func(chars map[rune]int) {
		f, err := Open(dir)
		require.NoError(t, err)
		defer f.Close() //nolint:errcheck // only read from
		for _, b := range append(f.Train, f.Valid...) {
			want := 0
			switch b.Name {
			case "1":
				want = 3
				require.Equal(t, chars, b.Unknown.Chars)
			case "3":
				want = 1
			}
			require.Equal(t, want, b.Unknown.Unknown, b.Name)
			require.Equal(t, b.Tokens.Len(), b.Unknown.Tokens)
		}
	}
	check(map[rune]int{'f': 2, 'g': 1})

	index := filepath.Join(dir, indexFile)
	data, err := os.ReadFile(index)
	require.NoError(t, err)
	old := regexp.MustCompile(`,\s*"unknown": \{[^}]*\}`).ReplaceAll(data, nil)
	require.NotEqual(t, data, old)
	require.NoError(t, os.WriteFile(index, old, 0o600))
	check(nil) // a folder made before characters were kept
}
