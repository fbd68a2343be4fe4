//go:build unix

package endurance

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gorgpt/hub/hubtest"
)

// hubFile is the large file of the model that these tests download.
const hubFile = "model.safetensors"

// slowHub starts a hub that sends a large file within about the given time. asked counts the requests for it, and sent the bytes.
func slowHub(t *testing.T, takes time.Duration) (h *hubtest.Hub, content []byte, asked, sent *atomic.Int64) {
	t.Helper()
	const size, piece = 4 << 20, 16 << 10
	content = make([]byte, size)
	for i := range content {
		content[i] = byte(i ^ i>>8 ^ i>>16)
	}
	h = hubtest.New(t)
	h.Add("org/model", map[string][]byte{"config.json": []byte("{}"), "tokenizer.json": []byte("{}"), hubFile: content})
	h.Environment(t)
	asked, sent = new(atomic.Int64), new(atomic.Int64)
	h.Before = func(w http.ResponseWriter, r *http.Request, second bool) bool {
		if !second || !strings.HasSuffix(r.URL.Path, hubFile) {
			return false
		}
		asked.Add(1)
		from := 0
		if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); n == 1 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, size-1, size))
			w.WriteHeader(http.StatusPartialContent)
		}
		for at := from; at < size; at += piece {
			n, err := w.Write(content[at:min(at+piece, size)])
			sent.Add(int64(n))
			if err != nil || http.NewResponseController(w).Flush() != nil {
				return true
			}
			time.Sleep(takes * piece / size)
		}
		return true
	}
	return h, content, asked, sent
}

// Killed at random moments, a download continues, and gives the same bytes.
func TestKilledDownloads(t *testing.T) {
	const kills = 10
	takes := 2 * time.Second
	_, content, asked, sent := slowHub(t, takes)
	r := newRig(t)
	died := 0
	for died < kills {
		p := r.start(1, "fetch", "hf:org/model")
		before := asked.Load()
		for asked.Load() == before { // until the download goes on
			select {
			case <-p.done:
				t.Fatal("the download ended after ", died, " kills: ", p.stderr.String())
			case <-time.After(time.Millisecond):
			}
		}
		time.Sleep(time.Duration(r.rng.Int64N(int64(takes) / (kills + 2))))
		require.NoError(t, p.Process.Signal(syscall.SIGKILL))
		p.wait()
		died++
		whole, err := filepath.Glob(filepath.Join(os.Getenv("HF_HOME"), "hub", "models--org--model", "snapshots", "*", hubFile))
		require.NoError(t, err)
		require.Empty(t, whole, "nothing unfinished has a name")
	}
	p := r.run(1, "fetch", "hf:org/model")
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(p.stdout.String()), hubFile))
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256(content), sha256.Sum256(data))
	t.Logf("%d kills, %d requests, %.1f MB sent of a file of %.1f MB", died, asked.Load(), float64(sent.Load())/1e6, float64(len(content))/1e6)
	require.Less(t, sent.Load(), int64(2*len(content)), "a download is continued, not begun again")
}

// Of two processes, one downloads, and both have the file.
func TestTwoDownloadsAtOnce(t *testing.T) {
	_, content, asked, _ := slowHub(t, 500*time.Millisecond)
	r := newRig(t)
	first, second := r.start(1, "fetch", "hf:org/model"), r.start(1, "fetch", "hf:org/model")
	for _, p := range []*process{first, second} {
		require.Zero(t, p.wait(), p.stderr.String())
		data, err := os.ReadFile(filepath.Join(strings.TrimSpace(p.stdout.String()), hubFile))
		require.NoError(t, err)
		require.Equal(t, sha256.Sum256(content), sha256.Sum256(data))
	}
	require.EqualValues(t, 1, asked.Load())
	require.Contains(t, first.stderr.String()+second.stderr.String(), "waiting for a download of "+hubFile)
}

// Ctrl-C ends a download with the status of the signal; the next one continues.
func TestAnInterruptedDownload(t *testing.T) {
	_, _, asked, _ := slowHub(t, 10*time.Second)
	r := newRig(t)
	p := r.start(1, "fetch", "hf:org/model")
	for asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond)
	require.NoError(t, p.Process.Signal(syscall.SIGINT))
	require.Equal(t, 130, p.wait(), p.stderr.String())
	parts, err := filepath.Glob(filepath.Join(os.Getenv("HF_HOME"), "hub", "models--org--model", "blobs", "*.incomplete"))
	require.NoError(t, err)
	require.Len(t, parts, 1)
}

// A proxy is used for other hosts than this one.
func TestProxy(t *testing.T) {
	h, content, _, _ := slowHub(t, 0)
	h.Large = 2 * len(content) // all from the endpoint
	r := newRig(t)
	t.Setenv("HF_ENDPOINT", "http://hub.example")
	t.Setenv("HTTP_PROXY", h.Server.URL)
	t.Setenv("NO_PROXY", "")
	p := r.run(1, "fetch", "hf:org/model")
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(p.stdout.String()), hubFile))
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256(content), sha256.Sum256(data))
	require.Len(t, h.Requests(), 4, "the commit, the list, and three files, of which two are the same")
}
