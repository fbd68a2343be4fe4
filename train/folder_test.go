package train

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, want := range []string{"tiny", "tiny-2", "tiny-3"} {
		f, err := NewFolder("", "tiny", false)
		require.NoError(t, err)
		require.Equal(t, filepath.Join("runs", want), f.Dir)
		f.Close()
	}
	f, err := NewFolder("a/b", "tiny", false)
	require.NoError(t, err)
	require.Equal(t, "a/b", f.Dir)
	_, err = NewFolder("a/b", "tiny", true)
	require.EqualError(t, err, fmt.Sprintf("a/b is in use by another trainer (process %d): wait until it has ended, or name another folder with -out", os.Getpid()))
	f.Close()
	f, err = NewFolder("a/b", "tiny", false)
	require.NoError(t, err, "an empty folder is fine, but for hidden files")
	f.Close()
	require.NoError(t, os.WriteFile("a/b/x", nil, 0o644))
	_, err = NewFolder("a/b", "tiny", false)
	require.ErrorContains(t, err, "a/b is not empty")
	require.NoError(t, os.WriteFile("a/b/run.json", nil, 0o644))
	f, err = NewFolder("a/b", "tiny", true)
	require.NoError(t, err)
	f.Close()
	require.FileExists(t, "a/b/x")
	require.NoFileExists(t, "a/b/run.json", "an earlier run is removed")
	_, err = NewFolder("a/b/x", "tiny", true)
	require.ErrorContains(t, err, "-out")
}
