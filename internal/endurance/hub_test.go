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

// slowHub is a hub that sends a large file within about the given time.
type slowHub struct {
	*hubtest.Hub
	content     []byte
	asked, sent atomic.Int64 // requests for the file, and bytes
	hurry       atomic.Bool  // no longer slow
}

func newSlowHub(t *testing.T, takes time.Duration) *slowHub {
	t.Helper()
	const size, piece = 4 << 20, 16 << 10
	h := &slowHub{Hub: hubtest.New(t), content: make([]byte, size)}
	for i := range h.content {
		h.content[i] = byte(i ^ i>>8 ^ i>>16)
	}
	h.Add("org/model", map[string][]byte{"config.json": []byte("{}"), "tokenizer.json": []byte("{}"), hubFile: h.content})
	h.Environment(t)
	h.Before = func(w http.ResponseWriter, r *http.Request, second bool) bool {
		if !second || !strings.HasSuffix(r.URL.Path, hubFile) {
			return false
		}
		h.asked.Add(1)
		from := 0
		if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); n == 1 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, size-1, size))
			w.WriteHeader(http.StatusPartialContent)
		}
		for at := from; at < size; at += piece {
			n, err := w.Write(h.content[at:min(at+piece, size)])
			h.sent.Add(int64(n))
			if err != nil || http.NewResponseController(w).Flush() != nil {
				return true
			}
			if !h.hurry.Load() {
				time.Sleep(takes * piece / size)
			}
		}
		return true
	}
	return h
}

// arrived checks the file that a process has printed the folder of.
func (h *slowHub) arrived(t *testing.T, p *process) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(p.stdout.String()), hubFile))
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256(h.content), sha256.Sum256(data))
}

// waitForPart waits until a piece of the large file is on the disk: what the hub has sent may still be on its way there.
func waitForPart(t *testing.T) {
	t.Helper()
	for ; ; time.Sleep(time.Millisecond) {
		parts, err := filepath.Glob(filepath.Join(os.Getenv("HF_HOME"), "hub", "models--org--model", "blobs", "*.incomplete"))
		require.NoError(t, err)
		for _, part := range parts {
			if info, err := os.Stat(part); err == nil && info.Size() > 1000 { // the other files are smaller
				return
			}
		}
	}
}

// Killed at random moments, a download continues, and gives the same bytes.
func TestKilledDownloads(t *testing.T) {
	const kills = 10
	h := newSlowHub(t, 10*time.Second)
	r := newRig(t)
	for n := range kills {
		p := r.start(1, "fetch", "hf:org/model")
		for before := h.asked.Load(); h.asked.Load() == before; { // until the download goes on
			select {
			case <-p.done:
				t.Fatal("the download ended after ", n, " kills: ", p.stderr.String())
			case <-time.After(time.Millisecond):
			}
		}
		time.Sleep(time.Duration(r.rng.Int64N(int64(200 * time.Millisecond))))
		require.NoError(t, p.Process.Signal(syscall.SIGKILL))
		p.wait()
		whole, err := filepath.Glob(filepath.Join(os.Getenv("HF_HOME"), "hub", "models--org--model", "snapshots", "*", hubFile))
		require.NoError(t, err)
		require.Empty(t, whole, "nothing unfinished has a name")
	}
	h.hurry.Store(true)
	h.arrived(t, r.run(1, "fetch", "hf:org/model"))
	t.Logf("%d kills, %d requests, %.1f MB sent of a file of %.1f MB", kills, h.asked.Load(), float64(h.sent.Load())/1e6, float64(len(h.content))/1e6)
	require.Less(t, h.sent.Load(), int64(2*len(h.content)), "a download is continued, not begun again")
}

// Of two processes, one downloads, and both have the file.
func TestTwoDownloadsAtOnce(t *testing.T) {
	h := newSlowHub(t, 0)
	send := h.Before
	h.Before = func(w http.ResponseWriter, r *http.Request, second bool) bool {
		if second {
			for asked := 0; asked < 2; time.Sleep(time.Millisecond) { // until the other process is there, too
				asked = 0
				for _, r := range h.Requests() {
					if strings.Contains(r.Path, "/tree/") {
						asked++
					}
				}
			}
			time.Sleep(500 * time.Millisecond)
		}
		return send(w, r, second)
	}
	r := newRig(t)
	first, second := r.start(1, "fetch", "hf:org/model"), r.start(1, "fetch", "hf:org/model")
	for _, p := range []*process{first, second} {
		require.Zero(t, p.wait(), p.stderr.String())
		h.arrived(t, p)
	}
	require.EqualValues(t, 1, h.asked.Load())
	require.Contains(t, first.stderr.String()+second.stderr.String(), "waiting for a download of "+hubFile)
}

// Ctrl-C ends a download with the status of the signal, and leaves what has arrived.
func TestAnInterruptedDownload(t *testing.T) {
	newSlowHub(t, 30*time.Second)
	r := newRig(t)
	p := r.start(1, "fetch", "hf:org/model")
	waitForPart(t)
	require.NoError(t, p.Process.Signal(syscall.SIGINT))
	require.Equal(t, 130, p.wait(), p.stderr.String())
	parts, err := filepath.Glob(filepath.Join(os.Getenv("HF_HOME"), "hub", "models--org--model", "blobs", "*.incomplete"))
	require.NoError(t, err)
	require.Len(t, parts, 1)
}

// A proxy is used for other hosts than this one.
func TestProxy(t *testing.T) {
	h := newSlowHub(t, 0)
	h.Large = 2 * len(h.content) // all from the endpoint
	r := newRig(t)
	t.Setenv("HF_ENDPOINT", "http://hub.example")
	t.Setenv("HTTP_PROXY", h.Server.URL)
	t.Setenv("NO_PROXY", "")
	h.arrived(t, r.run(1, "fetch", "hf:org/model"))
	require.Len(t, h.Requests(), 4, "the commit, the list, and three files, of which two are the same")
}

// A disk that is too small is told of before the download. If it becomes full meanwhile, what has arrived is kept.
func TestDownloadToAFullDisk(t *testing.T) {
	h := newSlowHub(t, 10*time.Second)
	r := newRig(t)
	if !r.mountSmall("disk", 20) {
		t.Skip("mounting a small disk is not permitted")
	}
	t.Setenv("HF_HOME", filepath.Join(r.dir, "disk"))
	r.fill("disk", 2<<20)
	p := r.start(1, "fetch", "hf:org/model")
	require.Equal(t, 1, p.wait())
	require.Regexp(t, `^fetch: hf:org/model@[0-9a-f]{40}: 4.2 MB are to be downloaded to \S+, which has 2.\d MB free: make room, or set HF_HOME`, lastLine(p.stderr.String()))
	require.Zero(t, h.asked.Load())

	require.NoError(t, os.Remove(filepath.Join(r.dir, "disk", "ballast")))
	p = r.start(1, "fetch", "hf:org/model")
	waitForPart(t)
	r.fill("disk", 0)
	h.hurry.Store(true)
	require.Equal(t, 1, p.wait())
	require.Regexp(t, `^fetch: hf:org/model@[0-9a-f]{40}: \d.\d MB are to be downloaded to \S+, which has 0.0 MB free: make room`, lastLine(p.stderr.String()))

	require.NoError(t, os.Remove(filepath.Join(r.dir, "disk", "ballast")))
	h.Forget()
	h.arrived(t, r.run(1, "fetch", "hf:org/model"))
	for _, request := range h.Requests() {
		if request.Second {
			require.Regexp(t, `^bytes=[1-9]\d*-$`, request.Range, "the download is continued")
		}
	}
}
