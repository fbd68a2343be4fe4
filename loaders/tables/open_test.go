package tables

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// newlines is a reader of many line breaks.
type newlines struct{}

func (newlines) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '\n'
	}
	return len(p), nil
}

// bomb is a small file that unpacks to 100 MB.
func bomb(t *testing.T, w io.WriteCloser, out *bytes.Buffer) []byte {
	t.Helper()
	_, err := io.Copy(w, io.LimitReader(newlines{}, 100_000_000))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.Less(t, out.Len(), 1_000_000)
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

func TestPackedFilesThatFillMemoryAreRefused(t *testing.T) {
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithEncoderLevel(zstd.SpeedFastest))
	require.NoError(t, err)
	packed := bomb(t, z, &out)
	path := file1(t, "rows.parquet.zst", packed)
	require.Less(t, allocated(func() { _, err = rowsOf(path, ByName, pairFields) }), uint64(64<<20))
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, "unpacking Zstandard: its")
	require.ErrorContains(t, err, "bytes unpack to more than 64 MiB and 100 times their number: if this is the right file, unpack it first")
	require.NotContains(t, err.Error(), "\n")

	f, err := open(file1(t, "rows.tsv.zst", packed))
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, f)
	require.ErrorContains(t, err, "bytes unpack to more than 64 MiB")
	require.Equal(t, int64(64<<20), n)
	require.NoError(t, f.Close())
}

func TestPackedTablesThatRepeatThemselvesAreRead(t *testing.T) {
	text := "premise\thypothesis\tlabel\n" + strings.Repeat("It is so.\tIt is so.\tyes\n", 200_000)
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.Greater(t, len(text), 200*out.Len())
	rows, err := rowsOf(file1(t, "rows.tsv.gz", out.Bytes()), ByName, pairFields)
	require.NoError(t, err)
	require.Len(t, rows, 200_000)
}

func TestDevicesAreNoTables(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no device stands among the files")
	}
	for _, name := range []string{"rows.tsv", "rows.csv", "rows.jsonl", "rows.parquet", "rows.csv.gz"} {
		path := t.TempDir() + "/" + name
		require.NoError(t, os.Symlink("/dev/zero", path))
		_, err := rowsOf(path, ByName, pairFields)
		require.ErrorContains(t, err, path+": not a regular file, but a device")
	}
}
