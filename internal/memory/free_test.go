package memory

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFree(t *testing.T) {
	free, err := Free()
	require.NoError(t, err)
	require.Positive(t, free)
	require.Less(t, free, int64(1)<<50)

	defer debug.SetMemoryLimit(math.MaxInt64)
	debug.SetMemoryLimit(inUse() + 20<<20)
	free, err = Free()
	require.NoError(t, err)
	require.InDelta(t, 20<<20, free, 4<<20)
}

func TestContainer(t *testing.T) {
	for name, c := range map[string]struct {
		files   map[string]string
		free    int64
		limited bool
	}{
		"none":      {nil, 0, false},
		"no limit":  {map[string]string{"memory.max": "max\n", "memory.current": "5\n"}, 0, false},
		"version 2": {map[string]string{"memory.max": "1000\n", "memory.current": "700\n", "memory.stat": "anon 1\ninactive_file 200\n"}, 500, true},
		"version 1": {map[string]string{"memory/memory.limit_in_bytes": "1000\n", "memory/memory.usage_in_bytes": "700\n"}, 300, true},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			require.NoError(t, os.Mkdir(filepath.Join(root, "memory"), 0o700))
			for file, content := range c.files {
				require.NoError(t, os.WriteFile(filepath.Join(root, file), []byte(content), 0o600))
			}
			free, limited := containerFree(root)
			require.Equal(t, c.free, free)
			require.Equal(t, c.limited, limited)
		})
	}
}

func TestRoom(t *testing.T) {
	require.NoError(t, Room(1))
	require.ErrorContains(t, Room(1<<50), "it needs 1125899907 MB of memory, but only")
}
