package page

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Nothing in a graph becomes part of the page, and nothing is loaded.
func TestWriteGraph(t *testing.T) {
	var out bytes.Buffer
	given := map[string]string{"title": "</script><script>alert(1)</script>"}
	require.NoError(t, WriteGraph(&out, given["title"], given))
	text := out.String()
	require.Equal(t, 2, strings.Count(text, "<script"), "the data and the view")
	data := regexp.MustCompile(`(?s)<script id="data" type="application/json">(.*?)</script>`).FindStringSubmatch(text)
	require.NotNil(t, data)
	var got map[string]string
	require.NoError(t, json.Unmarshal([]byte(data[1]), &got))
	require.Equal(t, given, got)
	require.Empty(t, regexp.MustCompile(`(?m)^(import|export) | src=| href=|url\([^#]|@import`).FindString(text))
	require.Contains(t, text, "default-src 'none'")
	require.Error(t, WriteGraph(&out, "", func() {}))
}
