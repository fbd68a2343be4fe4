package pretrain

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/loaders"
)

// put writes a file into a folder.
func put(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

const (
	frameStart = "The Project Gutenberg EBook of X\n\n*** START OF THE PROJECT GUTENBERG EBOOK X ***\n"
	frameEnd   = "*** END OF THE PROJECT GUTENBERG EBOOK X ***\nLicence of Project Gutenberg\n"
	smallPrint = "**START**THE SMALL PRINT!**\nlegal\n*END*THE SMALL PRINT!\n"
)

// A run reports in one line what it removed or skipped, whether or not the tokens are cached.
func TestRunReportsWhatItRemoves(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := library(t, 3)
	text := strings.Repeat("Anna saw a dog, and it saw her.\n\n", 40)
	put(t, dir, "framed.txt", frameStart+text+frameEnd)
	put(t, dir, "doubtful.txt", text+smallPrint)
	put(t, dir, "latin.txt", text+"caf\xE9\n")
	put(t, dir, "bad.txt", text+strings.Repeat("“no” ", 5)+"\xE9\n")
	put(t, dir, "empty.txt", "")
	put(t, dir, "notes.md", "no book")
	put(t, dir, ".hidden", "no book")
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "link")))
	put(t, dir, "blank\n.txt", "\xEF\xBB\xBF \n")
	const want = "removed 211 bytes of headers, licences and credits from 2 books, at most 155 from one (framed.txt); " +
		"kept 1318 bytes outside the Project Gutenberg markers that do not look like a header or licence, in 1 book (doubtful.txt); " +
		"1 book read as Windows-1252; invalid bytes, read as U+FFFD: 1 in 1 book (bad.txt); " +
		"skipped 2 books without text (\"blank\\n.txt\", empty.txt); " +
		"skipped 2 files, not .txt or .txt.gz (link, notes.md)\n"
	for _, cache := range []string{"", filepath.Join(t.TempDir(), "cache")} {
		for range 2 {
			tok, stdout := tokenize(t, over(t, dir, func(s *Options) { s.Cache = cache }))
			require.Equal(t, 7, tok.books)
			require.Equal(t, want, stdout[:min(len(stdout), len(want))], stdout)
		}
	}
	_, stdout := tokenize(t, over(t, library(t, 3)))
	require.NotContains(t, stdout, "book", "plain books need no report")
}

func TestBooksWithoutAnyText(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := t.TempDir()
	put(t, dir, "a.txt", "")
	put(t, dir, "b.txt", frameStart+frameEnd)
	s := over(t, dir)
	_, err := s.tokens(context.Background(), quiet())
	require.ErrorContains(t, err, "Data: no text in 2 books: a.txt, b.txt")
	s.Prepare = filepath.Join(t.TempDir(), "tokens")
	require.ErrorContains(t, Prepare(context.Background(), *s, quiet()), "no text in 2 books")
	require.NoDirExists(t, s.Prepare)

	put(t, dir, "c.txt", strings.Repeat("The only book.\n\n", 100))
	tok, _ := tokenize(t, s)
	require.Equal(t, "its last tenth", tok.heldOut(), "an empty book is not held out")
}

// The cache of unchanged books stays valid, that of changed books does not.
func TestDigestsOfBooks(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := t.TempDir()
	text := strings.Repeat("Anna saw a dog, and it saw her.\n\n", 40)
	put(t, dir, "a.txt", text)
	put(t, dir, "b.txt", frameStart+text+frameEnd)
	put(t, dir, "c.txt", text+smallPrint)
	var out bytes.Buffer
	con := notes(&out)
	l, err := over(t, dir).texts(context.Background(), con)
	require.NoError(t, err)
	plain, _, err := loaders.FindSources([]string{dir})
	require.NoError(t, err)
	for i, want := range []bool{true, true, false} {
		got, err := l.books[i].Sum()
		require.NoError(t, err)
		sum, err := plain[i].Sum()
		require.NoError(t, err)
		require.Equal(t, want, got == sum, l.books[i].Name)
	}
}
