package hub

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Ref{
		"org/name":                             {ID: "org/name"},
		"hf:org/name@main":                     {ID: "org/name", Revision: "main"},
		"hf:gpt":                               {ID: "gpt"},
		"hf:org/na.me_1-x@refs/pr/1":           {ID: "org/na.me_1-x", Revision: "refs/pr/1"},
		"hf:datasets/org/name":                 {ID: "org/name", Dataset: true},
		"hf:datasets/org/name/a/b*.parquet@v1": {ID: "org/name", Dataset: true, Path: "a/b*.parquet", Revision: "v1"},
		"hf:org/name/a@b/c@main":               {ID: "org/name", Path: "a@b/c", Revision: "main"},
		"hf:org/name/sub/":                     {ID: "org/name", Path: "sub"},
	} {
		r, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, r, text)
		again, err := Parse(r.String())
		require.NoError(t, err)
		require.Equal(t, r, again)
	}
	for _, text := range []string{
		"", "hf:", "hf:/", "hf:a/", "hf:../b", "hf:a/..", "hf:a/b@", "hf:a/b@../x", "hf:a/b@/x", "hf:a/b/../c", "hf:a/b/[", "hf:a--b/c", "hf:a/b c", "hf:.a/b",
		"hf:datasets/", `hf:a/b/c\d`, "hf:a/b@x\ny", "https://host/a/b", "hf:" + strings.Repeat("a", 97) + "/b",
	} {
		_, err := Parse(text)
		require.ErrorContains(t, err, "is no repository of the hub", "%q", text)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"org/name", "hf:datasets/a/b/c*@refs/convert/parquet", "hf:a/../b@x", "con/nul"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(r.String())
		require.NoError(t, err)
		require.Equal(t, r, again)
		c := &Client{Cache: "cache"}
		for _, path := range []string{c.place(r, "x"), c.ref(r)} {
			require.True(t, inside(filepath.Join("cache", r.folder()), path), path)
		}
		require.Equal(t, filepath.Base(r.folder()), r.folder())
	})
}

// inside reports whether a path is below a folder.
func inside(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != "." && filepath.IsLocal(rel)
}

func FuzzTree(f *testing.F) {
	f.Add([]byte(`[{"type": "file", "path": "a/b.json", "size": 3, "oid": "0123456789012345678901234567890123456789"}]`))
	f.Add([]byte(`[{"type": "file", "path": "../b", "size": -3, "oid": "", "lfs": {"oid": "sha256:00", "size": 1}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var entries []entry
		if json.Unmarshal(data, &entries) != nil {
			return
		}
		c := &Client{Cache: "cache"}
		r := Ref{ID: "a/b", Revision: strings.Repeat("0", 40)}
		for _, e := range entries {
			file, ok := e.file()
			if !ok {
				continue
			}
			require.True(t, inside(c.snapshot(r), filepath.Join(c.snapshot(r), filepath.FromSlash(file.Path))), file.Path)
			require.Equal(t, c.place(r, "blobs"), filepath.Dir(c.blob(r, file)))
			require.GreaterOrEqual(t, file.Size, int64(0))
			require.NotNil(t, newHash(file))
		}
	})
}

func TestNextPage(t *testing.T) {
	page, err := url.Parse("https://hub.example/api/x?recursive=true")
	require.NoError(t, err)
	for header, want := range map[string]string{
		"": "", "nonsense": "", "<": "", `<https://hub.example/a?b=1,2>; rel="next"`: "https://hub.example/a?b=1,2",
		`</a>; title="x"; rel=next`: "https://hub.example/a", `<https://hub.example/p>; rel="prev", <?cursor=2>; rel="next"`: "https://hub.example/api/x?cursor=2",
		`<https://hub.example/p>; rel="last"`: "",
	} {
		next, err := nextPage(page, header)
		require.NoError(t, err)
		require.Equal(t, want, next, header)
	}
	for _, header := range []string{`<https://evil.example/a>; rel="next"`, `<http://hub.example/a>; rel="next"`, `<//evil.example/>; rel="next"`, `<://>; rel="next"`} {
		_, err := nextPage(page, header)
		require.Error(t, err, header)
	}
}

func FuzzNextPage(f *testing.F) {
	f.Add(`<https://hub.example/a>; rel="next"`)
	f.Add(`<a>;rel=next,<b>`)
	f.Fuzz(func(t *testing.T, header string) {
		page := &url.URL{Scheme: "https", Host: "hub.example", Path: "/api"}
		next, err := nextPage(page, header)
		if err != nil || next == "" {
			return
		}
		u, err := url.Parse(next)
		require.NoError(t, err)
		require.Equal(t, "hub.example", u.Host)
		require.Equal(t, "https", u.Scheme)
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "x": 0, "-5": 0, "7": 7 * time.Second, "Thu, 01 Jan 2026 00:01:00 GMT": time.Minute, "Wed, 31 Dec 2025 00:00:00 GMT": 0,
		"99999999999": 1e6 * time.Second, "9999999": 1e6 * time.Second,
	} {
		require.Equal(t, want, retryAfter(text, now), text)
	}
}
