package hub

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/hub/hubtest"
)

const id = "openai-community/openai-gpt"

// published are files with the names of the published model's.
func published() map[string][]byte {
	rng := rand.New(rand.NewPCG(1, 1))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	return map[string][]byte{
		"config.json": random(656), "generation_config.json": random(74), "merges.txt": random(4580), "model.safetensors": random(479_000),
		"pytorch_model.bin": random(5000), "rust_model.ot": random(5000), "tf_model.h5": random(5000), "tokenizer.json": random(12_700),
		"tokenizer_config.json": random(26), "vocab.json": random(8160), "README.md": random(3000), ".gitattributes": random(400),
	}
}

// needed are those of them that this program reads.
var needed = []string{"config.json", "merges.txt", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "vocab.json"}

// events collects what a client reports.
type events struct {
	mu  sync.Mutex
	all []Event
}

func (e *events) add(x Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, x)
}

// notes returns the notes, a line each.
func (e *events) notes() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var lines []string
	for _, x := range e.all {
		if n, ok := x.(Note); ok {
			lines = append(lines, n.String())
		}
	}
	return strings.Join(lines, "\n")
}

// setup returns a hub with the model, a client with an empty cache, and what it reports.
func setup(t *testing.T) (*hubtest.Hub, *Client, *events) {
	t.Helper()
	h := hubtest.New(t)
	h.Add(id, published())
	h.Environment(t)
	c, err := FromEnvironment()
	require.NoError(t, err)
	e := &events{}
	c.Report, c.pause = e.add, time.Millisecond
	return h, c, e
}

func ref(t *testing.T, text string) Ref {
	t.Helper()
	r, err := Parse(text)
	require.NoError(t, err)
	return r
}

// check compares the files of a folder with those of the hub.
func check(t *testing.T, dir string, names ...string) {
	t.Helper()
	want := published()
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.True(t, string(want[name]) == string(data), name)
	}
}

// files lists the files in a folder.
func files(t *testing.T, dir string) (all []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(dir, path) // it is below
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	}))
	return all
}

func TestFetch(t *testing.T) {
	h, c, e := setup(t)
	h.Token, c.Token = "hf_secret", "hf_secret"
	found, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	require.Equal(t, needed, files(t, found.Dir), "only what is needed")
	check(t, found.Dir, needed...)
	require.True(t, found.Ref.Pinned())
	require.Empty(t, e.notes())
	last := e.all[len(e.all)-1].(Downloading)
	require.Equal(t, Downloading{Files: 6, Of: 6, Done: last.Size, Size: last.Size, End: true}, last)

	seconds := 0
	for _, r := range h.Requests() {
		if r.Second {
			seconds++
			require.Empty(t, r.Authorization, "the token is for the endpoint alone")
		} else {
			require.Equal(t, "Bearer hf_secret", r.Authorization)
		}
	}
	require.Equal(t, 4, seconds, "large files are on the second host")

	h.Forget()
	again, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	require.Equal(t, found, again)
	for _, r := range h.Requests() {
		require.Contains(t, r.Path, "/api/", "no file is downloaded again")
	}
	h.Forget()
	again, err = c.Fetch(t.Context(), found.Ref, Model)
	require.NoError(t, err)
	require.Equal(t, found, again)
	c.Offline = true
	again, err = c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	require.Equal(t, found, again)
	require.Empty(t, h.Requests(), "a commit that the cache has needs no request, nor does offline mode")
	require.Contains(t, e.notes(), "using the cache")
}

// Other programs, or an interrupted one, may have left a part of the model in the cache.
func TestFetchOfAPartOfTheModel(t *testing.T) {
	h, c, _ := setup(t)
	contents := published()
	contents["task.json"] = []byte("{}")
	h.Add(id, contents)
	found, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	for _, name := range []string{"task.json", "tokenizer_config.json", "vocab.json"} {
		require.NoError(t, os.Remove(filepath.Join(found.Dir, name)))
		again, err := c.Fetch(t.Context(), found.Ref, Model)
		require.NoError(t, err)
		require.Equal(t, found, again)
		require.FileExists(t, filepath.Join(found.Dir, name))
	}
	h.Forget()
	_, err = c.Fetch(t.Context(), found.Ref, Model)
	require.NoError(t, err)
	require.Empty(t, h.Requests())
}

func TestFetchOfThePackage(t *testing.T) {
	h, _, _ := setup(t)
	dir, err := Fetch(t.Context(), id)
	require.NoError(t, err)
	check(t, dir, needed...)
	_, err = Fetch(t.Context(), "a b")
	require.ErrorContains(t, err, `"a b" is no repository of the hub`)
	require.NotEmpty(t, h.Requests())
}

// The layout is checked by a script that knows it from elsewhere.
func TestTheCacheIsThatOfPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	_, c, _ := setup(t)
	_, err = c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	script := filepath.Join("testdata", "layout.py")
	out, err := exec.Command(python, append([]string{script, "check", c.Cache, id, "main"}, needed...)...).CombinedOutput()
	require.NoError(t, err, string(out))

	// The other way round: what the script lays out is used without a request.
	h, c, _ := setup(t)
	source := t.TempDir()
	for name, data := range published() {
		require.NoError(t, os.WriteFile(filepath.Join(source, name), data, 0o600))
	}
	out, err = exec.Command(python, script, "make", c.Cache, id, "main", source).CombinedOutput()
	require.NoError(t, err, string(out))
	c.Offline = true
	found, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	check(t, found.Dir, needed...)
	require.Empty(t, h.Requests())
}

// cut ends the answers of the second host after n bytes of body, so many times.
func cut(n, times int) func(http.ResponseWriter, *http.Request, bool) bool {
	var done atomic.Int32
	return func(w http.ResponseWriter, r *http.Request, second bool) bool {
		if !second || !strings.HasSuffix(r.URL.Path, weights) || int(done.Add(1)) > times {
			return false
		}
		content := published()[weights]
		from := 0
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(content)-from))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(content[from:min(from+n, len(content))])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// ranges are the ranges that were asked for of the weights on the second host.
func ranges(h *hubtest.Hub) (all []string) {
	for _, r := range h.Requests() {
		if r.Second && strings.HasSuffix(r.Path, weights) {
			all = append(all, r.Range)
		}
	}
	return all
}

func TestAnInterruptedConnectionIsContinued(t *testing.T) {
	h, c, e := setup(t)
	h.Before = cut(50_000, 7)
	found, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	check(t, found.Dir, needed...)
	got := ranges(h)
	require.Len(t, got, 8)
	require.Equal(t, "bytes=350000-", got[7])
	require.Contains(t, e.notes(), "trying again in")

	h, c, _ = setup(t)
	h.Before = cut(0, 1000)
	_, err = c.Fetch(t.Context(), ref(t, id), Model)
	require.ErrorIs(t, err, ErrNetwork)
	require.Len(t, ranges(h), attempts, "without progress it gives up")
}

func TestAnInterruptedProcessIsContinued(t *testing.T) {
	h, c, _ := setup(t)
	content := published()[weights]
	l, err := c.List(t.Context(), ref(t, id))
	require.NoError(t, err)
	i := slices.IndexFunc(l.Files, func(f File) bool { return f.Path == weights })
	part := c.blob(l.Ref, l.Files[i]) + unfinished
	for name, left := range map[string][]byte{"a part": content[:100_000], "all": content, "too much": append(slices.Clip(content), 1), "other bytes": make([]byte, 70_000)} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.RemoveAll(c.place(l.Ref)))
			require.NoError(t, os.MkdirAll(filepath.Dir(part), 0o700))
			require.NoError(t, os.WriteFile(part, left, 0o600))
			h.Forget()
			dir, err := c.Get(t.Context(), l, l.Files[i:i+1])
			require.NoError(t, err)
			check(t, dir, weights)
			require.NoFileExists(t, part)
			require.Equal(t, map[string][]string{"a part": {"bytes=100000-"}, "all": nil, "too much": {""}, "other bytes": {"bytes=70000-", ""}}[name], ranges(h))
		})
	}
}

func TestUnluckyAnswersToARange(t *testing.T) {
	content := published()[weights]
	for name, answer := range map[string]func(w http.ResponseWriter){
		"200 with all": func(w http.ResponseWriter) { _, _ = w.Write(content) },
		"416":          func(w http.ResponseWriter) { w.WriteHeader(http.StatusRequestedRangeNotSatisfiable) },
		"another range": func(w http.ResponseWriter) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 10-%d/%d", len(content)-1, len(content)))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(content[10:])
		},
		"no range": func(w http.ResponseWriter) { w.WriteHeader(http.StatusPartialContent); _, _ = w.Write(content[10:]) },
	} {
		t.Run(name, func(t *testing.T) {
			h, c, e := setup(t)
			first := cut(1000, 1)
			h.Before = func(w http.ResponseWriter, r *http.Request, second bool) bool {
				if second && r.Header.Get("Range") != "" {
					answer(w)
					return true
				}
				return first(w, r, second)
			}
			found, err := c.Fetch(t.Context(), ref(t, id), Model)
			require.NoError(t, err)
			check(t, found.Dir, needed...)
			require.NotContains(t, e.notes(), "other bytes")
		})
	}
}

func TestOtherBytes(t *testing.T) {
	for _, name := range []string{weights, "config.json"} { // one has a SHA-256, one the hash of a git blob
		for _, times := range []int32{1, 2} {
			t.Run(fmt.Sprint(name, times), func(t *testing.T) {
				h, c, e := setup(t)
				var n atomic.Int32
				h.Before = func(w http.ResponseWriter, r *http.Request, second bool) bool {
					if !strings.HasSuffix(r.URL.Path, "/"+name) || second != (name == weights) || n.Add(1) > times {
						return false
					}
					wrong := slices.Clone(published()[name])
					wrong[len(wrong)/2] ^= 1
					_, _ = w.Write(wrong)
					return true
				}
				found, err := c.Fetch(t.Context(), ref(t, id), Model)
				if times == 1 {
					require.NoError(t, err)
					check(t, found.Dir, needed...)
					require.Contains(t, e.notes(), name+" came with other bytes than the server lists: removed; trying again")
					return
				}
				require.ErrorIs(t, err, ErrDamaged)
				require.ErrorContains(t, err, name+" came twice with other bytes")
				for _, path := range files(t, c.Cache) {
					require.NotContains(t, path, "/"+name)
				}
			})
		}
	}
}

func TestABusyServerIsWaitedFor(t *testing.T) {
	h, c, e := setup(t)
	var n atomic.Int32
	h.Before = func(w http.ResponseWriter, _ *http.Request, _ bool) bool {
		switch n.Add(1) {
		case 1:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		case 2, 5:
			w.WriteHeader(http.StatusBadGateway)
		default:
			return false
		}
		return true
	}
	begin := time.Now()
	found, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	check(t, found.Dir, needed...)
	require.GreaterOrEqual(t, time.Since(begin), time.Second)
	require.Contains(t, e.notes(), "429 Too Many Requests: trying again in 1s")
	require.Contains(t, e.notes(), "502 Bad Gateway: trying again in")

	h, c, _ = setup(t)
	h.Before = func(w http.ResponseWriter, _ *http.Request, _ bool) bool {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	_, err = c.Fetch(t.Context(), ref(t, id), Model)
	require.ErrorIs(t, err, ErrBusy)
	require.ErrorContains(t, err, "try again in 1h0m0s")
	require.Len(t, h.Requests(), 1)
}

func TestASlowServer(t *testing.T) {
	h, c, e := setup(t)
	c.idle = 400 * time.Millisecond
	var n atomic.Int32
	h.Before = func(w http.ResponseWriter, r *http.Request, second bool) bool {
		if !second || !strings.HasSuffix(r.URL.Path, weights) || n.Add(1) > 1 {
			return false
		}
		content := published()[weights]
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		for i := range 8 { // slow, but it brings something
			_, _ = w.Write(content[i*1000 : (i+1)*1000])
			_ = http.NewResponseController(w).Flush()
			time.Sleep(c.idle / 6)
		}
		<-r.Context().Done()
		return true
	}
	found, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	check(t, found.Dir, needed...)
	require.Equal(t, []string{"", "bytes=8000-"}, ranges(h))
	require.Contains(t, e.notes(), "nothing came for 400ms")
}

func TestTwoAtOnceDownloadOnce(t *testing.T) {
	h, c, _ := setup(t)
	var wait sync.WaitGroup
	for range 3 {
		other := &Client{Endpoint: c.Endpoint, Cache: c.Cache, pause: time.Millisecond}
		wait.Go(func() {
			found, err := other.Fetch(t.Context(), ref(t, id), Model)
			if err != nil {
				t.Error(err)
				return
			}
			check(t, found.Dir, needed...)
		})
	}
	wait.Wait()
	require.Len(t, ranges(h), 1)
}

func TestAnEndedContextLeavesThePart(t *testing.T) {
	h, c, _ := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.Before = func(w http.ResponseWriter, r *http.Request, second bool) bool {
		if !second || !strings.HasSuffix(r.URL.Path, weights) {
			return false
		}
		w.Header().Set("Content-Length", "479000")
		_, _ = w.Write(published()[weights][:100_000])
		_ = http.NewResponseController(w).Flush()
		time.Sleep(50 * time.Millisecond)
		cancel()
		<-r.Context().Done()
		return true
	}
	_, err := c.Fetch(ctx, ref(t, id), Model)
	require.ErrorIs(t, err, context.Canceled)
	h.Before = nil
	h.Forget()
	found, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	check(t, found.Dir, needed...)
	got := ranges(h)
	require.Regexp(t, `^bytes=[1-9][0-9]*-$`, got[len(got)-1])
}

func TestErrors(t *testing.T) {
	h, c, _ := setup(t)
	h.Add("org/gated", published()).Gated = true
	h.Add("org/private", published()).Private = true
	h.Add("org/bin", map[string][]byte{"config.json": {1}, "pytorch_model.bin": {1}, "vocab.json": {1}, "merges.txt": {1}})
	h.Add("org/rows", map[string][]byte{"train.csv": {1}})
	h.Add("org/other", map[string][]byte{"config.json": {1}, "model.safetensors": {1}})
	for text, want := range map[string]struct {
		reason error
		text   string
	}{
		"org/none":      {ErrNotFound, "has no such model, or it is private: check the name; a private one needs HF_TOKEN"},
		"org/private":   {ErrNotFound, "or it is private"},
		"org/gated":     {ErrGated, "access must be requested on " + h.Server.URL + "/org/gated; then set HF_TOKEN"},
		id + "@nowhere": {ErrRevision, "there is no revision nowhere: " + h.Server.URL + "/" + id + "/tree/main lists"},
		"org/bin":       {ErrNoWeights, "it has pytorch_model.bin, which this program cannot read, and no model.safetensors: convert it once with python -c"},
		"org/rows":      {ErrNoWeights, "it has no model.safetensors: is it a model"},
		"org/other":     {ErrNoWeights, "it has no config.json, or neither tokenizer.json nor"},
	} {
		_, err := c.Fetch(t.Context(), ref(t, text), Model)
		require.ErrorIs(t, err, want.reason, text)
		require.ErrorContains(t, err, want.text)
		require.NotContains(t, err.Error(), "\n")
		var typed *Error
		require.True(t, errors.As(err, &typed))
	}

	t.Run("token", func(t *testing.T) {
		with := &Client{Endpoint: c.Endpoint, Cache: t.TempDir(), Token: "hf_wrong"}
		_, err := with.Fetch(t.Context(), ref(t, "org/gated"), Model)
		require.ErrorContains(t, err, "the account of the token has no access")
		h.Before = func(w http.ResponseWriter, _ *http.Request, _ bool) bool {
			w.Header().Set("X-Error-Message", "Invalid credentials in Authorization header")
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		_, err = with.Fetch(t.Context(), ref(t, id), Model)
		require.ErrorIs(t, err, ErrToken)
		require.NotContains(t, fmt.Sprintf("%+v", err), "hf_wrong")
		h.Before = nil
		h.Token = "hf_right"
		with = &Client{Endpoint: c.Endpoint, Cache: t.TempDir(), Token: "hf_right"}
		for _, name := range []string{"org/gated", "org/private"} {
			_, err = with.Fetch(t.Context(), ref(t, name), Model)
			require.NoError(t, err)
		}
	})
	t.Run("disk", func(t *testing.T) {
		old := space
		defer func() { space = old }()
		space = func(string) (int64, bool) { return 400_000, true }
		h.Forget()
		_, err := c.Fetch(t.Context(), ref(t, id), Model)
		require.ErrorIs(t, err, ErrDisk)
		require.ErrorContains(t, err, "0.5 MB are to be downloaded to "+c.Cache+", which has 0.4 MB free")
		require.Empty(t, ranges(h), "nothing is downloaded")
	})
	t.Run("no hub", func(t *testing.T) {
		h.Before = func(w http.ResponseWriter, _ *http.Request, _ bool) bool {
			_, _ = w.Write([]byte("<html>"))
			return true
		}
		_, err := c.Fetch(t.Context(), ref(t, id), Model)
		require.ErrorIs(t, err, ErrAnswer)
		require.ErrorContains(t, err, "does not answer like a hub")
		h.Before = nil
	})
	t.Run("offline", func(t *testing.T) {
		off := &Client{Endpoint: c.Endpoint, Cache: c.Cache, Offline: true}
		_, err := off.Fetch(t.Context(), ref(t, "org/none"), Model)
		require.ErrorIs(t, err, ErrOffline)
		require.ErrorContains(t, err, "unset it to download")
		found, err := c.Fetch(t.Context(), ref(t, id), Model)
		require.NoError(t, err)
		_, err = off.Fetch(t.Context(), ref(t, id+"@nowhere"), Model)
		require.ErrorContains(t, err, "name one of "+Ref{ID: id, Revision: found.Ref.Revision}.String())
	})
	t.Run("network", func(t *testing.T) {
		h.Server.Close()
		alone := &Client{Endpoint: c.Endpoint, Cache: c.Cache}
		begin := time.Now()
		_, err := alone.Fetch(t.Context(), ref(t, id), Model)
		require.ErrorIs(t, err, ErrNetwork)
		require.ErrorContains(t, err, "cannot be reached")
		require.ErrorContains(t, err, "HF_HUB_OFFLINE=1 uses what the cache has: hf:"+id+"@")
		require.Less(t, time.Since(begin), 10*time.Second, "a first request is not repeated")
		_, err = alone.Fetch(t.Context(), ref(t, "org/none"), Model)
		require.ErrorContains(t, err, "has nothing of it")
	})
}

// A hub cannot make this program write outside of the cache.
func TestNamesStayInTheCache(t *testing.T) {
	h, c, e := setup(t)
	contents := published()
	repo := h.Add("org/evil", contents)
	for _, name := range []string{
		"../config.json", "../../../../vocab.json", "/tmp/merges.txt", `..\..\x`, `C:\x`, "c:x", "a/../../x", "a//b", "./a", "aux", "sub/NUL.txt", "x.", "y ", "a\x00b", "COM1.json", "",
	} {
		contents[name] = []byte("evil")
		repo.Names = append(repo.Names, name)
	}
	home := filepath.Dir(c.Cache)
	found, err := c.Fetch(t.Context(), ref(t, "org/evil"), func(l *Listing) (Choice, error) { return Choice{Files: l.Files}, nil })
	require.NoError(t, err)
	require.Contains(t, e.notes(), "16 files with an unusable name, size or hash left out")
	for _, path := range files(t, home) {
		require.Regexp(t, `^hub/(models--org--evil/(blobs|refs|snapshots)|\.locks/models--org--evil)/`, path)
	}
	require.Len(t, files(t, found.Dir), 12)
	// A file is no folder for another one, though its name is a link.
	h.Add("org/nested", map[string][]byte{"a": []byte("x"), "a/b": []byte("evil")})
	_, err = c.Fetch(t.Context(), ref(t, "org/nested"), func(l *Listing) (Choice, error) { return Choice{Files: l.Files}, nil })
	require.ErrorContains(t, err, "writing the cache of the hub")
	for _, path := range files(t, home) {
		require.True(t, strings.HasPrefix(path, "hub/"), path)
	}
	for _, commit := range []string{"../../x", "", "HEAD"} {
		repo.Refs["main"] = commit
		_, err = c.Fetch(t.Context(), ref(t, "org/evil"), Model)
		require.ErrorIs(t, err, ErrAnswer, commit)
	}
}

func TestWithoutLinks(t *testing.T) {
	old := symlink
	defer func() { symlink = old }()
	symlink = func(string, string) error { return errors.New("a privilege is missing") }
	h, c, _ := setup(t)
	found, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	check(t, found.Dir, needed...)
	info, err := os.Lstat(filepath.Join(found.Dir, weights))
	require.NoError(t, err)
	require.True(t, info.Mode().IsRegular())
	_, err = c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	require.Len(t, ranges(h), 1)
}

func TestAFileOfAnotherRevisionIsNotDownloadedAgain(t *testing.T) {
	h, c, _ := setup(t)
	first, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	contents := published()
	contents["config.json"] = []byte("{}")
	h.Add(id, contents)
	second, err := c.Fetch(t.Context(), ref(t, id), Model)
	require.NoError(t, err)
	require.NotEqual(t, first.Dir, second.Dir)
	require.Len(t, ranges(h), 1)
	check(t, second.Dir, weights)
	check(t, first.Dir, needed...)
}

func TestModelsInParts(t *testing.T) {
	h, c, _ := setup(t)
	contents := published()
	delete(contents, weights)
	contents[index], contents["model-00001-of-00002.safetensors"] = []byte("{}"), []byte{1}
	h.Add("org/parts", contents)
	_, err := c.Fetch(t.Context(), ref(t, "org/parts"), Model)
	require.ErrorIs(t, err, ErrNoWeights)
	contents["model-00002-of-00002.safetensors"] = []byte{2}
	h.Add("org/parts", contents)
	found, err := c.Fetch(t.Context(), ref(t, "org/parts"), Model)
	require.NoError(t, err)
	require.Len(t, files(t, found.Dir), 8)

	inside := map[string][]byte{}
	for name, data := range published() {
		inside["runs/a/"+name] = data
	}
	h.Add("org/inside", inside)
	found, err = c.Fetch(t.Context(), ref(t, "org/inside/runs/a"), Model)
	require.NoError(t, err)
	check(t, found.Dir, needed...)
	require.Equal(t, "runs/a", found.Ref.Path)
	_, err = c.Fetch(t.Context(), ref(t, "org/inside"), Model)
	require.ErrorContains(t, err, "hf:org/inside/FOLDER names another place")
}

func TestEnvironment(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HF_ENDPOINT", "HF_HUB_CACHE", "HF_HOME", "HF_TOKEN", "HF_TOKEN_PATH", "HF_HUB_OFFLINE", "XDG_CACHE_HOME"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	get := func() *Client {
		c, err := FromEnvironment()
		require.NoError(t, err)
		return c
	}
	require.Equal(t, &Client{Endpoint: PublicEndpoint, Cache: filepath.Join(home, ".cache", "huggingface", "hub")}, get())
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "xdg"))
	require.Equal(t, filepath.Join(home, "xdg", "huggingface", "hub"), get().Cache)
	t.Setenv("HF_HOME", "~/hf")
	require.Equal(t, filepath.Join(home, "hf", "hub"), get().Cache)
	require.NoError(t, os.MkdirAll(filepath.Join(home, "hf"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(home, "hf", "token"), []byte("of-home\n"), 0o600))
	require.Equal(t, "of-home", get().Token)
	require.NoError(t, os.WriteFile(filepath.Join(home, "t"), []byte("of-path"), 0o600))
	t.Setenv("HF_TOKEN_PATH", filepath.Join(home, "t"))
	require.Equal(t, "of-path", get().Token)
	t.Setenv("HF_TOKEN", " of-env ")
	require.Equal(t, "of-env", get().Token)
	t.Setenv("HF_HUB_CACHE", filepath.Join(home, "c"))
	t.Setenv("HF_HUB_OFFLINE", "yes")
	t.Setenv("HF_ENDPOINT", "https://mirror.example/hf/")
	require.Equal(t, &Client{Endpoint: "https://mirror.example/hf", Cache: filepath.Join(home, "c"), Token: "of-env", Offline: true}, get())
	require.Equal(t, "mirror.example", get().host())
	for _, bad := range []string{"mirror.example", "ftp://x", "https://user:secret@x"} {
		t.Setenv("HF_ENDPOINT", bad)
		_, err := FromEnvironment()
		require.ErrorContains(t, err, "HF_ENDPOINT must be the address of a server")
		require.NotContains(t, err.Error(), "secret")
	}
}
