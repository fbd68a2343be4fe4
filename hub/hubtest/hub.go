// Package hubtest has a hub for tests, which answers as the public one does: with lists in pages, redirections to a second
// host for large files, and the headers and statuses of its errors.
package hubtest

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the hash of git
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Hub is a hub with a second host for large files. Its methods are safe for concurrent use, its fields are not.
type Hub struct {
	Server, Files *httptest.Server
	Large         int    // files of so many bytes or more are on the second host
	Page          int    // entries on a page of a list
	Token         string // that gated and private repositories ask for

	// Before may answer a request itself; second says which host got it. It must be safe for concurrent use.
	Before func(w http.ResponseWriter, r *http.Request, second bool) (done bool)

	t        testing.TB
	mu       sync.Mutex
	repos    map[string]*Repo // by org/name or datasets/org/name
	requests []Request
}

// Repo is a repository.
type Repo struct {
	Commit   string
	Refs     map[string]string // commits of branches and tags
	Contents map[string][]byte
	Names    []string          // of the list; by default those of Contents
	Gated    bool              // files need the token
	Private  bool              // everything needs the token
	before   *Repo             // what it was at an earlier commit
	sums     map[string]string // SHA-256 of the contents
}

// Request is a request that the hub has got.
type Request struct {
	Second                     bool // by the second host
	Path, Range, Authorization string
	Status                     int
}

// New starts a hub, which stops at the end of the test.
func New(t testing.TB) *Hub {
	t.Helper()
	h := &Hub{Large: 1000, Page: 4, t: t, repos: map[string]*Repo{}}
	h.Server = httptest.NewServer(h.handler(false))
	h.Files = httptest.NewServer(h.handler(true))
	t.Cleanup(h.Server.Close)
	t.Cleanup(h.Files.Close)
	return h
}

// Add adds a repository, org/name or datasets/org/name, or a commit to one that is there.
func (h *Hub) Add(name string, contents map[string][]byte) *Repo {
	hash := sha1.New() //nolint:gosec // the hash of git
	sums := map[string]string{}
	for _, path := range sorted(contents) {
		sums[path] = fmt.Sprintf("%x", sha256.Sum256(contents[path]))
		fmt.Fprintf(hash, "%s %s\n", path, sums[path])
	}
	r := &Repo{Commit: fmt.Sprintf("%x", hash.Sum(nil)), Contents: contents, Names: sorted(contents), sums: sums}
	r.Refs = map[string]string{"main": r.Commit}
	h.mu.Lock()
	defer h.mu.Unlock()
	r.before = h.repos[name]
	h.repos[name] = r
	return r
}

// AddFolder adds a repository with the files of a folder.
func (h *Hub) AddFolder(name, dir string) *Repo {
	h.t.Helper()
	contents := map[string][]byte{}
	require.NoError(h.t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err == nil {
			contents[filepath.ToSlash(rel)], err = os.ReadFile(path)
		}
		return err
	}))
	return h.Add(name, contents)
}

// Environment sets the environment of the test so that programs use this hub and an empty cache, which it returns.
func (h *Hub) Environment(t *testing.T) (cache string) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"HF_HUB_CACHE", "HF_TOKEN", "HF_TOKEN_PATH", "HF_HUB_OFFLINE"} {
		t.Setenv(name, "")
	}
	t.Setenv("HF_ENDPOINT", h.Server.URL)
	t.Setenv("HF_HOME", home)
	return filepath.Join(home, "hub")
}

// Requests returns all requests so far.
func (h *Hub) Requests() []Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.requests)
}

// Forget forgets the requests so far.
func (h *Hub) Forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests = nil
}

// recorder keeps the status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (h *Hub) handler(second bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{w, http.StatusOK}
		defer func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.requests = append(h.requests, Request{second, r.URL.EscapedPath(), r.Header.Get("Range"), r.Header.Get("Authorization"), rec.status})
		}()
		switch {
		case h.Before != nil && h.Before(rec, r, second):
		case second:
			h.file(rec, r)
		case strings.HasPrefix(r.URL.Path, "/api/"):
			h.api(rec, r)
		default:
			h.resolve(rec, r)
		}
	})
}

// refuse answers with an error as the hub does.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("X-Error-Code", code)
	w.Header().Set("X-Error-Message", message)
	http.Error(w, message, status)
}

// find returns a repository and the commit of a revision, or answers with an error.
func (h *Hub) find(w http.ResponseWriter, r *http.Request, name, revision string) (*Repo, string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	repo := h.repos[name]
	if repo == nil || repo.Private && !h.allowed(r) {
		refuse(w, http.StatusUnauthorized, "RepoNotFound", "Repository not found")
		return nil, ""
	}
	for old := repo; old != nil; old = old.before {
		if revision == old.Commit {
			return old, revision
		}
	}
	if commit, found := repo.Refs[revision]; found {
		return repo, commit
	}
	refuse(w, http.StatusNotFound, "RevisionNotFound", "Invalid rev id: "+revision)
	return nil, ""
}

func (h *Hub) allowed(r *http.Request) bool {
	return h.Token != "" && r.Header.Get("Authorization") == "Bearer "+h.Token
}

// api answers /api/models/ID/revision/REV and /api/models/ID/tree/REV.
func (h *Hub) api(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(strings.TrimPrefix(r.URL.EscapedPath(), "/api/"), "models/")
	name, what, revision := path, "", ""
	for _, what = range []string{"revision", "tree"} {
		if before, after, found := strings.Cut(path, "/"+what+"/"); found {
			name, revision = before, after
			break
		}
	}
	revision, err := url.PathUnescape(revision)
	if err != nil {
		http.Error(w, "bad revision", http.StatusBadRequest)
		return
	}
	repo, commit := h.find(w, r, name, revision)
	if repo == nil {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if what == "revision" {
		h.write(w, map[string]any{"id": name, "sha": commit})
		return
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
	to := min(from+h.Page, len(repo.Names))
	if to < len(repo.Names) {
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?recursive=true&cursor=%d>; rel="next"`, h.Server.URL, r.URL.EscapedPath(), to))
	}
	entries := []any{map[string]any{"type": "directory", "path": "folder", "size": 0, "oid": Blob(nil)}}
	for _, path := range repo.Names[from:to] {
		content := repo.Contents[path]
		entry := map[string]any{"type": "file", "path": path, "size": len(content)}
		if len(content) < h.Large {
			entry["oid"] = Blob(content)
		} else {
			entry["oid"] = Blob([]byte("pointer"))
			entry["lfs"] = map[string]any{"oid": repo.sums[path], "size": len(content), "pointerSize": 134}
		}
		entries = append(entries, entry)
	}
	h.write(w, entries)
}

func (h *Hub) write(w http.ResponseWriter, value any) {
	if err := json.NewEncoder(w).Encode(value); err != nil {
		h.t.Log(err) // the client has gone
	}
}

// resolve answers /ID/resolve/REV/PATH.
func (h *Hub) resolve(w http.ResponseWriter, r *http.Request) {
	name, rest, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/resolve/")
	revision, path, _ := strings.Cut(rest, "/")
	if !found {
		http.NotFound(w, r)
		return
	}
	repo, commit := h.find(w, r, name, revision)
	if repo == nil {
		return
	}
	content, found := repo.Contents[path]
	switch {
	case repo.Gated && !h.allowed(r):
		refuse(w, http.StatusForbidden, "GatedRepo", "Access to "+name+" is restricted. You must have access to it and be authenticated to access it.")
	case !found:
		refuse(w, http.StatusNotFound, "EntryNotFound", "Entry not found")
	case len(content) >= h.Large:
		w.Header().Set("X-Repo-Commit", commit)
		w.Header().Set("X-Linked-Etag", `"`+repo.sums[path]+`"`)
		w.Header().Set("X-Linked-Size", strconv.Itoa(len(content)))
		w.Header().Set("ETag", `"of-the-redirection"`)
		http.Redirect(w, r, h.Files.URL+"/"+name+"/"+path+"?signature=secret", http.StatusFound)
	default:
		w.Header().Set("X-Repo-Commit", commit)
		w.Header().Set("ETag", `W/"`+Blob(content)+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}
}

// file answers for a large file.
func (h *Hub) file(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	var content []byte
	for name, repo := range h.repos {
		if path, found := strings.CutPrefix(r.URL.Path, "/"+name+"/"); found {
			content = repo.Contents[path]
		}
	}
	h.mu.Unlock()
	if content == nil || r.URL.Query().Get("signature") != "secret" {
		http.Error(w, "no signature", http.StatusForbidden)
		return
	}
	w.Header().Set("ETag", `"of-the-store"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// Blob is the hash of a git blob.
func Blob(content []byte) string {
	return fmt.Sprintf("%x", sha1.Sum(append([]byte(fmt.Sprintf("blob %d\x00", len(content))), content...))) //nolint:gosec // that of git
}

func sorted(contents map[string][]byte) (names []string) {
	for name := range contents {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
