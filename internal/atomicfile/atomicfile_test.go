package atomicfile

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

func TestWriteReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	for _, content := range []string{"first, and longer", "second", ""} {
		require.NoError(t, WriteFile(path, []byte(content)))
		requireOnly(t, path, content)
	}
}

// TestWriteLarge writes more than the buffer holds, in pieces.
func TestWriteLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large")
	piece := make([]byte, 1000)
	require.NoError(t, Write(path, func(w io.Writer) error {
		for range 3 * bufferBytes / len(piece) {
			if _, err := w.Write(piece); err != nil {
				return err
			}
		}
		return nil
	}))
	stat, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 3*bufferBytes/len(piece)*len(piece), stat.Size())
}

// TestOldFileDuringWrite looks at the folder from inside the write.
func TestOldFileDuringWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, WriteFile(path, []byte("old")))
	require.NoError(t, Write(path, func(w io.Writer) error {
		_, err := w.Write(make([]byte, 2*bufferBytes))
		require.NoError(t, err)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "old", string(content))
		return nil
	}))
}

func TestFailureKeepsOldFile(t *testing.T) {
	broken := errors.New("broken")
	cases := []struct {
		name  string
		bytes int
	}{
		{"before the first byte", 0},
		{"in the buffer", 10},
		{"after bytes reached the file", 2 * bufferBytes},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.json")
			require.NoError(t, WriteFile(path, []byte("old")))
			err := Write(path, func(w io.Writer) error {
				if _, err := w.Write(make([]byte, c.bytes)); err != nil {
					return err
				}
				return broken
			})
			require.ErrorIs(t, err, broken)
			require.ErrorContains(t, err, path)
			requireOnly(t, path, "old")
		})
	}
}

// TestDiskFailure closes the file under the writer, so that the system refuses
// the bytes: once while they are written, once when the buffer is flushed.
func TestDiskFailure(t *testing.T) {
	for name, size := range map[string]int{"write": 2 * bufferBytes, "flush": 10} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Create(filepath.Join(t.TempDir(), "f"))
			require.NoError(t, err)
			err = fill(f, func(w io.Writer) error {
				require.NoError(t, f.Close())
				_, err := w.Write(make([]byte, size))
				return err
			})
			require.ErrorIs(t, err, os.ErrClosed)
		})
	}
}

func TestPanicKeepsOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, WriteFile(path, []byte("old")))
	require.PanicsWithValue(t, "bug", func() {
		_ = Write(path, func(io.Writer) error { panic("bug") })
	})
	requireOnly(t, path, "old")
}

func TestTargetErrors(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing", "f")
	err := WriteFile(missing, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, missing)

	folder := filepath.Join(dir, "folder")
	require.NoError(t, os.Mkdir(folder, 0o700))
	require.ErrorContains(t, WriteFile(folder, nil), folder)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "the temporary file must be gone")
}

// TestPermissions compares with what an ordinary new file gets.
func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are not those of the file there")
	}
	dir := t.TempDir()
	ours, ordinary := filepath.Join(dir, "ours"), filepath.Join(dir, "ordinary")
	require.NoError(t, WriteFile(ours, nil))
	f, err := os.Create(ordinary)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	got, err := os.Stat(ours)
	require.NoError(t, err)
	want, err := os.Stat(ordinary)
	require.NoError(t, err)
	require.Equal(t, want.Mode(), got.Mode())
}

// requireOnly checks the file's content and that nothing lies beside it.
func requireOnly(t *testing.T, path, content string) {
	t.Helper()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, content, string(got))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}
