package loaders

import (
	"compress/gzip"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindSources(t *testing.T) {
	dir := t.TempDir()
	plain, packed := filepath.Join(dir, "a.txt"), filepath.Join(dir, "b.txt.gz")
	require.NoError(t, os.WriteFile(plain, []byte("One book.\r\n"), 0o600))
	f, err := os.Create(packed)
	require.NoError(t, err)
	z := gzip.NewWriter(f)
	_, err = z.Write([]byte("Another."))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())

	sources, _, err := FindSources([]string{dir})
	require.NoError(t, err)
	require.Len(t, sources, 2)
	for i, want := range []Book{{Name: plain, Text: "One book."}, {Name: packed, Text: "Another."}} {
		book, err := sources[i].Read()
		require.NoError(t, err)
		require.Equal(t, want, book)
		raw, err := os.ReadFile(want.Name)
		require.NoError(t, err)
		require.EqualValues(t, len(raw), sources[i].Size)
		sum, err := sources[i].Sum()
		require.NoError(t, err)
		require.Equal(t, sha256.Sum256(raw), sum)
	}
	require.NoError(t, os.Remove(plain))
	_, err = sources[0].Sum()
	require.ErrorContains(t, err, plain)
	_, _, err = FindSources([]string{plain})
	require.ErrorContains(t, err, plain)
}

// Books that are read later are split as books in memory are.
func TestSplitSources(t *testing.T) {
	for _, n := range []int{1, 2, 5, 30} {
		books := make([]Book, n)
		sources := make([]Source, n)
		for i := range books {
			books[i] = Book{Name: string(rune('a' + i)), Text: strings.Repeat("A line of text.\n", 20+i)}
			sources[i] = books[i].Source()
		}
		wantTrain, wantValid := SplitBooks(books, 7)
		train, valid, err := SplitSources(sources, 7)
		require.NoError(t, err)
		for _, part := range []struct {
			want []Book
			got  []Source
		}{{wantTrain, train}, {wantValid, valid}} {
			require.Len(t, part.got, len(part.want))
			for i, want := range part.want {
				book, err := part.got[i].Read()
				require.NoError(t, err)
				require.Equal(t, want, book)
			}
		}
	}
}
