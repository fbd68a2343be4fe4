package hub

import (
	"context"
	"encoding/json"
	"io"
	"net/url"
	"regexp"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/plural"
)

// File is a file of a repository. It is safe for concurrent use.
type File struct {
	Path string // below the repository, with slashes; it leads nowhere else on any system
	Size int64
	sum  string // SHA-256 of a large file, SHA-1 of the git blob of a small one; "" if the list is that of the cache
}

// Listing is what a repository has at a commit. It is safe for concurrent use.
type Listing struct {
	Ref   Ref    // at a commit
	Files []File // in the order of the server
}

const (
	maxPage    = 64 << 20 // bytes of a page of a list
	maxPages   = 1000
	maxEntries = 1 << 20
	maxSize    = 1 << 42 // bytes of a file; so the sum of a list fits an int64
)

// List lists a repository at the commit of its revision. Offline, it lists the files that are in the cache.
func (c *Client) List(ctx context.Context, r Ref) (*Listing, error) {
	if c.Offline {
		return c.cached(r)
	}
	asked, kind := r, "models/"
	if r.Dataset {
		kind = datasets
	}
	api := c.Endpoint + "/api/" + kind + r.ID
	if !r.Pinned() {
		var head struct {
			SHA string `json:"sha"`
		}
		if _, err := c.getJSON(ctx, r, api+"/revision/"+url.PathEscape(r.revision()), &head); err != nil {
			return nil, err
		}
		if r.Revision = head.SHA; !r.Pinned() {
			return nil, &Error{ErrAnswer, asked, c.host() + " names no commit: check HF_ENDPOINT", nil}
		}
	}
	l := &Listing{Ref: r}
	refused := 0
	page := api + "/tree/" + r.Revision + "?recursive=true"
	for n := 0; page != ""; n++ {
		var entries []entry
		next, err := c.getJSON(ctx, asked, page, &entries)
		if err != nil {
			return nil, err
		}
		if n >= maxPages || len(l.Files)+len(entries) > maxEntries {
			return nil, &Error{ErrAnswer, asked, "the list of files is too long", nil}
		}
		for _, e := range entries {
			f, isFile := e.file()
			switch {
			case e.Type == "directory":
			case isFile:
				l.Files = append(l.Files, f)
			default:
				refused++
			}
		}
		page = next
	}
	if refused > 0 {
		c.note("%s: %s with an unusable name, size or hash left out", r, plural.Of(refused, "file"))
	}
	return l, c.keepRef(asked, r.Revision)
}

// entry is an entry of a list.
type entry struct {
	Type string `json:"type"`
	Path string `json:"path"`
	Size int64  `json:"size"`
	OID  string `json:"oid"`
	LFS  *struct {
		OID  string `json:"oid"`
		Size int64  `json:"size"`
	} `json:"lfs"`
}

// sum matches a SHA-1 or a SHA-256.
var sum = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// file returns the file; false if its name, size or hash is invalid.
func (e entry) file() (File, bool) {
	f := File{e.Path, e.Size, e.OID}
	if e.LFS != nil {
		f.Size, f.sum = e.LFS.Size, strings.TrimPrefix(e.LFS.OID, "sha256:")
	}
	return f, isName(f.Path) && f.Size >= 0 && f.Size <= maxSize && sum.MatchString(f.sum)
}

// getJSON reads an answer, and returns the address of the next page, if any.
func (c *Client) getJSON(ctx context.Context, r Ref, address string, into any) (next string, err error) {
	err = c.retry(ctx, r, func() (bool, error) {
		resp, err := c.get(ctx, r, address, "")
		if err != nil {
			return false, err
		}
		defer resp.Body.Close() //nolint:errcheck // only read from
		data, err := io.ReadAll(io.LimitReader(resp.Body, maxPage+1))
		switch {
		case err != nil:
			return false, &again{cause: errors.Wrap(err, "reading the answer")}
		case len(data) > maxPage:
			return false, &Error{ErrAnswer, r, "the answer of " + c.host() + " is too long", nil}
		}
		if err := json.Unmarshal(data, into); err != nil {
			return false, &Error{ErrAnswer, r, c.host() + " does not answer like a hub: check HF_ENDPOINT and the proxy", err}
		}
		next, err = nextPage(resp.Request.URL, resp.Header.Get("Link"))
		if err != nil {
			return false, &Error{ErrAnswer, r, err.Error(), err}
		}
		return true, nil
	})
	return next, err
}

// nextPage returns the address of the next page in a Link header (RFC 8288); "" if there is none. It is an error if it is on
// another server.
func nextPage(page *url.URL, header string) (string, error) {
	for rest := header; rest != ""; {
		_, after, found := strings.Cut(rest, "<")
		target, params, closed := strings.Cut(after, ">")
		if !found || !closed {
			return "", nil
		}
		params, rest, _ = strings.Cut(params, ",")
		for param := range strings.SplitSeq(params, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
			if !strings.EqualFold(strings.TrimSpace(name), "rel") || strings.Trim(strings.TrimSpace(value), `"`) != "next" {
				continue
			}
			to, err := page.Parse(strings.TrimSpace(target))
			if err != nil || to.Host != page.Host || to.Scheme != page.Scheme {
				return "", errors.New("the next page of the list of files is on another server")
			}
			return to.String(), nil
		}
	}
	return "", nil
}
