package kernels

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCacheIn(t *testing.T) {
	folder := t.TempDir()
	assert.Zero(t, cacheIn(folder), "a machine that says nothing")
	for i, c := range [][3]string{{"1", "Data", "64K"}, {"1", "Instruction", "64K"}, {"2", "Instruction", "1K"}, {"2", "Unified", "1024K"}, {"3", "Unified", "32768K"}} {
		index := filepath.Join(folder, "index"+strconv.Itoa(i))
		require.NoError(t, os.Mkdir(index, 0o700))
		for j, name := range []string{"level", "type", "size"} {
			require.NoError(t, os.WriteFile(filepath.Join(index, name), []byte(c[j]+"\n"), 0o600))
		}
	}
	assert.Equal(t, 1<<20, cacheIn(folder))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "index3", "size"), []byte("much\n"), 0o600))
	assert.Zero(t, cacheIn(folder))
}

func FuzzCacheBytes(f *testing.F) {
	for _, size := range []string{"", "512K", "-1K", "K", "99999999999999999999K", "1M", "0K"} {
		f.Add(size)
	}
	f.Fuzz(func(t *testing.T, size string) {
		if n := cacheBytes(size); n < 0 || n > 1<<30 || n%1024 != 0 {
			t.Fatalf("%q is %d bytes", size, n)
		}
	})
}
