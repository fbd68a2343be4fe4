package charset

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// A survey decides as Decode does, wherever in a long text the bytes stand that matter.
func TestSurveyDecidesOnTheWholeText(t *testing.T) {
	long := strings.Repeat("a long line of plain text\n", 4*chunk/26)
	for name, raw := range map[string]string{
		"ASCII":                     long,
		"UTF-8 with a mark":         "\xEF\xBB\xBF" + long + "café",
		"a late byte of Latin-1":    long + "caf\xe9",
		"a bad byte before UTF-8":   "a\xff" + long + "café naïve",
		"a bad byte in UTF-8":       "café naïve" + long + "\xff",
		"UTF-16":                    wide("\ufeff"+long+"café", UTF16LE),
		"UTF-16 without a mark":     wide(long+"café", UTF16BE),
		"half of a character":       long + "é" + "é\xc3",
		"short":                     "a\tb",
		"a mark and nothing behind": "\xFF\xFE",
		"empty":                     "",
	} {
		t.Run(name, func(t *testing.T) {
			text, want, err := Decode([]byte(raw))
			require.NoError(t, err)
			for _, src := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.HalfReader} {
				found, err := Survey(src(strings.NewReader(raw)))
				require.NoError(t, err)
				require.Equal(t, want, found)
				got, err := io.ReadAll(NewReaderAs(src(strings.NewReader(raw)), found))
				require.NoError(t, err)
				require.True(t, string(text) == string(got), "the texts differ")
			}
		})
	}
}

func TestSurveyNoticesLineEnds(t *testing.T) {
	for text, want := range map[string]bool{
		"a\rb\r": true, "a\rb\rc\n": true, "a\nb\r\rc": false, "a\r\nb\r\n": false, "a\r\r\nb\r\r\n": false, "a b": false,
		"a\rb\nc\n": false, "a\r": true,
	} {
		found, err := Survey(iotest.OneByteReader(strings.NewReader(text)))
		require.NoError(t, err)
		require.Equal(t, want, found.CR, "%q", text)
	}
}

func TestSurveyAcceptsOneNUL(t *testing.T) {
	_, err := Survey(strings.NewReader(strings.Repeat("a line of text\n", 100) + "\x00"))
	require.NoError(t, err)
	_, err = Survey(strings.NewReader(strings.Repeat("\x00\x01\x02\xff", 100)))
	require.ErrorContains(t, err, "binary data")
}
