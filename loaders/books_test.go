package loaders

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// folder is a new folder with the files, whose names may have folders of their own.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return dir
}

// packed is the gzip form of a text.
func packed(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func TestReadBooks(t *testing.T) {
	dir := folder(t, map[string]string{
		"b.txt":          "Book b.",
		"a.TXT":          "Book a.",
		"notes.md":       "no book",
		".hidden.txt":    "Hidden book.",
		"more/d.txt":     "Book d.",
		"more/c.txt.gz":  packed(t, "Book c."),
		"more/x/deep.md": "no book",
	})
	require.NoError(t, os.Symlink(filepath.Join(dir, "more"), filepath.Join(dir, "more", "circle")))
	require.NoError(t, os.Symlink(filepath.Join(dir, "b.txt"), filepath.Join(dir, "z.txt")))
	all := []string{"a.TXT", "b.txt", "more/c.txt.gz", "more/d.txt"}

	for _, c := range []struct {
		name        string
		paths, want []string
	}{
		{"file", []string{"b.txt"}, []string{"b.txt"}},
		{"folder", []string{"."}, all},
		{"pattern", []string{"*"}, all},
		{"pattern of files", []string{"more/*.txt*"}, []string{"more/c.txt.gz", "more/d.txt"}},
		{"order of the paths", []string{"more", "b.txt", "a.TXT"}, []string{"more/c.txt.gz", "more/d.txt", "b.txt", "a.TXT"}},
		{"hidden, by name", []string{".hid*"}, []string{".hidden.txt"}},
		{"the same file twice", []string{"more/d.txt", "more", "more/../more/d.txt", "*"}, []string{"more/d.txt", "more/c.txt.gz", "a.TXT", "b.txt"}},
		{"the same file through a link", []string{"z.txt", "b.txt"}, []string{"z.txt"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(dir)
			books, err := ReadBooks(c.paths)
			require.NoError(t, err)
			var names []string
			for _, book := range books {
				names = append(names, filepath.ToSlash(book.Name))
			}
			require.Equal(t, c.want, names)
		})
	}

	t.Run("texts", func(t *testing.T) {
		books, err := ReadBooks([]string{dir})
		require.NoError(t, err)
		for i, want := range []string{"Book a.", "Book b.", "Book c.", "Book d."} {
			require.Equal(t, want, books[i].Text)
		}
	})
}

func TestReadBooksErrors(t *testing.T) {
	dir := folder(t, map[string]string{
		"empty.txt":           "",
		"blank.txt":           " \r\n\n",
		"notes.md":            "no book",
		"corrupt.txt.gz":      "this is not gzip",
		"short.txt.gz":        packed(t, "Book.")[:12],
		"binary.txt":          "PK\x03\x04\x00\x00",
		"controls.txt":        "\x01\x02\x03 text",
		"frame.txt":           "*** START OF THIS PROJECT GUTENBERG EBOOK X ***\n\n*** END OF THIS PROJECT GUTENBERG EBOOK X ***\n",
		"without/books/no.md": "no book",
	})
	for _, c := range []struct {
		name  string
		paths []string
		want  string
	}{
		{"no paths", nil, "no path given"},
		{"no such file", []string{"absent.txt"}, "absent.txt: no such file"},
		{"nothing matches", []string{"absent*.txt"}, "nothing matches absent*.txt"},
		{"no book matches", []string{"*.md"}, "*.md matches no .txt or .txt.gz file"},
		{"bad pattern", []string{"a[*.txt"}, "pattern a[*.txt: syntax error"},
		{"folder without books", []string{"without"}, "folder without has no .txt or .txt.gz file"},
		{"another kind of file", []string{"notes.md"}, "notes.md is neither a .txt or .txt.gz file nor a folder"},
		{"empty", []string{"empty.txt"}, "empty.txt: the file is empty"},
		{"blank", []string{"blank.txt"}, "blank.txt: the file is empty"},
		{"only header and footer", []string{"frame.txt"}, "frame.txt: the file has no text of its own, only what Project Gutenberg adds"},
		{"corrupt gzip", []string{"corrupt.txt.gz"}, "corrupt.txt.gz: unpacking gzip: gzip: invalid header"},
		{"gzip cut off", []string{"short.txt.gz"}, "short.txt.gz: unpacking gzip: unexpected EOF"},
		{"binary", []string{"binary.txt"}, "binary.txt: binary data: a NUL byte at offset 4"},
		{"control characters", []string{"controls.txt"}, "controls.txt: binary data: 3 of 8 bytes are control characters"},
		{"one of several", []string{"without", "empty.txt"}, "folder without has no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(dir)
			_, err := ReadBooks(c.paths)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// An empty book among others is left out.
func TestReadBooksWithoutText(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.txt": "", "b.txt": "\xEF\xBB\xBF", "c.txt": " \r\n\t\n", "d.txt": "A book.", "e.txt.gz": packed(t, ""), "h.txt.gz": "",
		"f.txt": aTitle + aStart + anEnd + aLicence, "g.txt": "\uFEFF\uFEFF \n",
	})
	books, err := ReadBooks([]string{dir})
	require.NoError(t, err)
	require.Len(t, books, 1)
	require.Equal(t, "A book.", books[0].Text)
	require.NoError(t, os.Remove(filepath.Join(dir, "d.txt")))
	_, err = ReadBooks([]string{dir})
	require.ErrorIs(t, err, ErrEmpty)
	require.ErrorContains(t, err, "a.txt: the file is empty")
}

// What is no book by its name is passed over, though it be a link that leads nowhere.
func TestFilesBesideBooks(t *testing.T) {
	dir := folder(t, map[string]string{"a.txt": "A book.", "b.epub": "", "sub/c.zip": "", ".hidden": "", "sub/d.txt": "Another."})
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "link.md")))
	require.NoError(t, os.Symlink("itself", filepath.Join(dir, "itself")))
	sources, others, err := FindSources([]string{dir})
	require.NoError(t, err)
	require.Len(t, sources, 2)
	for i, name := range []string{"b.epub", "itself", "link.md", "sub/c.zip"} {
		require.Equal(t, filepath.Join(dir, filepath.FromSlash(name)), others[i])
	}
	require.Len(t, others, 4)
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "link.txt")))
	_, _, err = FindSources([]string{dir})
	require.ErrorContains(t, err, "link.txt: no such file")
}

// TestSampleBooks reads the sample books when they are there.
func TestSampleBooks(t *testing.T) {
	data := os.Getenv("GORGPT_DATA")
	if data == "" {
		data = filepath.FromSlash("../shared/data")
	}
	if !filepath.IsAbs(data) {
		data = filepath.Join("..", data) // from the module root
	}
	dir := filepath.Join(data, "books")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no sample books (set GORGPT_DATA): %v", err)
	}
	books, err := ReadBooks([]string{dir})
	require.NoError(t, err)
	require.NotEmpty(t, books)
	for _, book := range books {
		require.NotContains(t, book.Text, "Project Gutenberg", book.Name)
		require.NotContains(t, book.Text, "PROJECT GUTENBERG", book.Name)
		require.NotContains(t, book.Text, "\r", book.Name)
		require.NotContains(t, book.Text, "\n\n", book.Name)
		require.NotContains(t, book.Text, "\uFFFD", book.Name)
	}
}
