//go:build unix

package regular

import (
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// soon fails the test if an action waits, as opening a pipe does.
func soon(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("it waits")
	}
}

func TestOpenRefusesWhatIsNoRegularFile(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.Symlink(pipe, link))
	folder, err := os.MkdirTemp("", "s") // the path of a socket must be short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	socket, err := net.Listen("unix", filepath.Join(folder, "s"))
	require.NoError(t, err)
	defer socket.Close() //nolint:errcheck // nothing is lost
	for path, kind := range map[string]string{
		pipe: "a pipe", link: "a pipe", filepath.Join(folder, "s"): "a socket", "/dev/zero": "a device", dir: "a folder",
	} {
		soon(t, func() {
			_, _, err := Open(path, "list")
			require.EqualError(t, err, "opening list: "+path+": not a regular file, but "+kind)
			_, err = ReadFile(path, "list", 10)
			require.ErrorContains(t, err, "but "+kind)
		})
	}
	_, _, err = Open(filepath.Join(dir, "absent"), "list")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestOpenReadsARegularFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("content"), 0o600))
	f, size, err := Open(path, "file")
	require.NoError(t, err)
	require.Equal(t, int64(7), size)
	data, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Equal(t, "content", string(data))
	require.NoError(t, f.Close())
}

func TestReadFileKeepsToTheLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, size := range []int{0, 1, 99, 100} {
		require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("a", size)), 0o600))
		data, err := ReadFile(path, "list", 100)
		require.NoError(t, err)
		require.Len(t, data, size)
	}
	require.NoError(t, os.Truncate(path, 2<<30))
	_, err := ReadFile(path, "list", 100)
	require.EqualError(t, err, "reading list: "+path+" has 2147483648 bytes, but at most 100 are read: is it the right file?")
}

// TestReadFileReadsWhatHasNoSize: files of /proc say that they are empty.
func TestReadFileReadsWhatHasNoSize(t *testing.T) {
	const path = "/proc/self/status"
	if _, err := os.Stat(path); err != nil {
		t.Skip(err)
	}
	data, err := ReadFile(path, "status", 1<<20)
	require.NoError(t, err)
	require.Contains(t, string(data), "VmRSS")
	_, err = ReadFile(path, "status", 10)
	require.ErrorContains(t, err, "at most 10 are read")
}
