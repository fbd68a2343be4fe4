package page

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// all returns the files of the page.
func all(t *testing.T) map[string][]byte {
	t.Helper()
	entries, err := files.ReadDir("files")
	require.NoError(t, err)
	out := map[string][]byte{}
	for _, e := range entries {
		data, mediaType, err := File(e.Name())
		require.NoError(t, err, e.Name())
		require.NotEmpty(t, mediaType)
		out[e.Name()] = data
	}
	return out
}

func TestThePageIsSmall(t *testing.T) {
	total := 0
	for _, data := range all(t) {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write(data)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		total += b.Len()
	}
	t.Logf("%d bytes gzipped", total)
	require.Less(t, total, 100_000)
}

// What the page shows is set as text, and nothing in it is code: neither texts nor attributes.
func TestNothingOnThePageBecomesCode(t *testing.T) {
	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|setTimeout\(['"]|https?://|\son[a-z]+=|style=`)
	for name, data := range all(t) {
		text := strings.ReplaceAll(string(data), "http://www.w3.org/2000/svg", "") // a name, not an address to load
		require.Empty(t, forbidden.FindString(text), name)
	}
}

func TestFilesThatDoNotExist(t *testing.T) {
	for _, name := range []string{"", ".", "..", "nothing.js", "../page.go", "page.go", "index.html/", "sub/index.html"} {
		_, _, err := File(name)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
	}
}
