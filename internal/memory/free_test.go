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

func TestGroup(t *testing.T) {
	for name, c := range map[string]struct {
		of      string
		files   map[string]string
		free    int64
		limited bool
	}{
		"none":      {"", nil, math.MaxInt64, false},
		"no limit":  {"0::/\n", map[string]string{"memory.max": "max\n", "memory.current": "5\n"}, math.MaxInt64, false},
		"version 2": {"0::/\n", map[string]string{"memory.max": "1000\n", "memory.current": "700\n", "memory.stat": "anon 1\ninactive_file 200\n"}, 500, true},
		"version 1": {"3:cpu:/\n", map[string]string{"memory/memory.limit_in_bytes": "1000\n", "memory/memory.usage_in_bytes": "700\n"}, 300, true},
		"a service": {"0::/system.slice/a.service\n", map[string]string{
			"memory.max": "max\n", "memory.current": "5000\n",
			"system.slice/memory.max": "2000\n", "system.slice/memory.current": "900\n",
			"system.slice/a.service/memory.max": "1000\n", "system.slice/a.service/memory.current": "800\n",
			"system.slice/b.service/memory.max": "1\n", "system.slice/b.service/memory.current": "1\n",
		}, 200, true},
		"a group of a service without a limit": {"0::/a.slice/b\n", map[string]string{
			"a.slice/memory.max": "1000\n", "a.slice/memory.current": "900\n", "a.slice/b/memory.max": "max\n", "a.slice/b/memory.current": "1\n",
		}, 100, true},
		"version 1 in a group": {"4:cpu,memory:/a/b\n1:cpu:/\n", map[string]string{
			"memory/a/b/memory.limit_in_bytes": "50\n", "memory/a/b/memory.usage_in_bytes": "20\n",
			"memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/memory.usage_in_bytes": "20\n",
		}, 30, true},
		"a path that cannot be seen": {"0::/docker/1\n", map[string]string{"memory.max": "10\n", "memory.current": "4\n"}, 6, true},
		"nonsense":                   {"::\nx\n0::../..\n\x00", nil, math.MaxInt64, false},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for file, content := range c.files {
				require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, file)), 0o700))
				require.NoError(t, os.WriteFile(filepath.Join(root, file), []byte(content), 0o600))
			}
			free, limited := groupFree(root, c.of)
			require.Equal(t, c.free, free)
			require.Equal(t, c.limited, limited)
		})
	}
}

func TestRoom(t *testing.T) {
	require.NoError(t, Room(1))
	require.ErrorContains(t, Room(1<<50), "it needs 1125899907 MB of memory, but only")
}
