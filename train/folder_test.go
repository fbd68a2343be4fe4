package train

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, want := range []string{"tiny", "tiny-2", "tiny-3"} {
		dir, err := NewFolder("", "tiny", false)
		require.NoError(t, err)
		require.Equal(t, filepath.Join("runs", want), dir)
	}
	dir, err := NewFolder("a/b", "tiny", false)
	require.NoError(t, err)
	require.Equal(t, "a/b", dir)
	_, err = NewFolder("a/b", "tiny", false)
	require.NoError(t, err, "an empty folder is fine")
	require.NoError(t, os.WriteFile("a/b/x", nil, 0o644))
	_, err = NewFolder("a/b", "tiny", false)
	require.ErrorContains(t, err, "a/b is not empty")
	_, err = NewFolder("a/b", "tiny", true)
	require.NoError(t, err)
	_, err = NewFolder("a/b/x", "tiny", true)
	require.ErrorContains(t, err, "-out")
}
