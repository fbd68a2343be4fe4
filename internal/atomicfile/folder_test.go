package atomicfile

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func content(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

func TestWriteFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, text := range []string{"one", "two"} {
		require.NoError(t, WriteFolder(path, nil, func(f *Folder) error { return f.File("a.txt", content(text)) }))
		require.NoError(t, CheckFolder(path))
		data, err := os.ReadFile(filepath.Join(path, "a.txt"))
		require.NoError(t, err)
		require.Equal(t, text, string(data))
	}
	sums, err := os.ReadFile(filepath.Join(path, SumsFile))
	require.NoError(t, err)
	require.Equal(t, "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  a.txt\n", string(sums), "as sha256sum has it")
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left beside it")
	require.EqualError(t, WriteFolder(filepath.Join(path, "no", "f"), nil, nil), "writing "+filepath.Join(path, "no", "f")+": no such file or directory")
	require.NoError(t, RemoveFolder(path))
	require.NoDirExists(t, path)
}

// Only what this package has left is swept away.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".a.tmp-01234567", ".a.tmp-x", "a.tmp-01234567", ".hidden"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, ".step.tmp-89abcdef", "x"), 0o700))
	require.NoError(t, Sweep(dir))
	require.NoError(t, Sweep(filepath.Join(dir, "none")))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3)
}
