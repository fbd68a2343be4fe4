//go:build unix

package loaders

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// repeated is a reader of one line, again and again.
type repeated string

func (r repeated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		n += copy(p[n:], r)
	}
	return n, nil
}

// gzipOf packs so many bytes of a reader.
func gzipOf(t *testing.T, r io.Reader, size int64) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.CopyN(w, r, size)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// allocated is how many bytes an action allocates.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestBooksThatFillMemoryAreRefused: what is no book is refused before memory goes into it.
func TestBooksThatFillMemoryAreRefused(t *testing.T) {
	dir := t.TempDir()
	sparse := func(name, start string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(start), 0o600))
		require.NoError(t, os.Truncate(path, 2<<30))
	}
	sparse("sparse.txt", "")
	sparse("text and then nothing.txt", strings.Repeat("A line of text.\n", 100_000))
	sparse("wide.txt", "\xff\xfeA\x00 \x00")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bomb.txt.gz"), gzipOf(t, repeated("aaaaaaaa"), 256<<20), 0o600))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(dir, "zero.txt")))
	for name, want := range map[string]string{
		"sparse.txt":                "binary data: a NUL byte at offset 0",
		"text and then nothing.txt": "binary data: a NUL byte at offset 1600000",
		"wide.txt":                  "binary data: a NUL byte at offset 2",
		"bomb.txt.gz":               "unpack to more than 64 MiB and 100 times their number: if this is the right file, unpack it first",
		"zero.txt":                  "not a regular file, but a device",
	} {
		path := filepath.Join(dir, name)
		var err error
		got := allocated(func() { _, err = ReadBooks([]string{path}) })
		require.ErrorContains(t, err, path, name)
		require.ErrorContains(t, err, want, name)
		require.NotContains(t, err.Error(), "\n")
		require.Less(t, got, uint64(4<<20), name)
	}
}

func TestBooksNeedMemoryThatIsFree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.txt")
	require.NoError(t, os.WriteFile(path, []byte("text\n"), 0o600))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	require.NoError(t, err)
	_, err = io.CopyN(f, repeated("A line of text.\n"), 48<<20)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	book, err := ReadBook(path)
	require.NoError(t, err)
	require.Len(t, book.Text, 48<<20+4) // every line is a paragraph

	var before runtime.MemStats
	debug.FreeOSMemory() // what is given back to the system later would count as free
	runtime.ReadMemStats(&before)
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(int64(before.Sys-before.HeapReleased) + 64<<20))
	_, err = ReadBook(path)
	require.ErrorContains(t, err, path+": split the book into several files: it needs 151 MB of memory, but only")
}

func TestBooksThatRepeatThemselvesAreRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rain.txt.gz")
	data := gzipOf(t, repeated("The rain in Spain stays mainly in the plain.\n"), 8<<20)
	require.Greater(t, 8<<20, 200*len(data))
	require.NoError(t, os.WriteFile(path, data, 0o600))
	book, err := ReadBook(path)
	require.NoError(t, err)
	require.InDelta(t, 8<<20, len(book.Text), 100)
}

func TestPipesAreNoBooks(t *testing.T) {
	dir := folder(t, map[string]string{"a.txt": "Book a.", "sub/b.txt": "Book b."})
	pipe := filepath.Join(dir, "sub", "c.txt")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, path := range []string{pipe, dir, filepath.Join(dir, "*"), filepath.Join(dir, "sub", "*.txt")} {
		done := make(chan error, 1)
		go func() { _, err := ReadBooks([]string{path}); done <- err }()
		select {
		case err := <-done:
			require.EqualError(t, err, "looking for books: "+pipe+": not a regular file, but a pipe")
		case <-time.After(10 * time.Second):
			t.Fatal("reading waits for the pipe")
		}
	}
	_, _, err := FindSources([]string{dir})
	require.ErrorContains(t, err, "not a regular file, but a pipe")
}
