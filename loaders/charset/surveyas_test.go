package charset

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSurveyAsKeepsTheEncoding(t *testing.T) {
	for _, c := range []struct {
		text string
		e    Encoding
		want string
		note string
	}{
		{"na\xefve", Windows1252, "naïve", "read as Windows-1252"},
		{"na\xc3\xafve", Windows1252, "naÃ¯ve", "read as Windows-1252"},
		{"na\xefve", UTF8, "na\ufffdve", "1 invalid byte is read as U+FFFD"},
		{"\xef\xbb\xbfa\rb\r", UTF8, "a\rb\r", "a CR alone ends lines"},
		{"a\x00b\x00", UTF16LE, "ab", "read as UTF-16 (little-endian)"},
	} {
		found, err := SurveyAs(strings.NewReader(c.text), c.e)
		require.NoError(t, err)
		require.Equal(t, c.note, found.String())
		text, err := io.ReadAll(NewReaderAs(bytes.NewReader([]byte(c.text)), found))
		require.NoError(t, err)
		require.Equal(t, c.want, string(text))
	}
}
