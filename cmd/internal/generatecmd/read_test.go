package generatecmd

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"
)

// wide is a text in UTF-16.
func wide(t *testing.T, text string, mark unicode.BOMPolicy) string {
	t.Helper()
	out, err := unicode.UTF16(unicode.LittleEndian, mark).NewEncoder().String(text)
	require.NoError(t, err)
	return out
}

// Texts are decoded like books, and a line reports the encoding.
func TestScoreDecodesTexts(t *testing.T) {
	dir := modelFolder(t)
	const text = "the cat “sat”\n\nthe dog “ran” on\n"
	_, want, summary := invoke(t, text, "-model", dir, "-score", "-")
	file := filepath.Join(t.TempDir(), "texts")
	for name, c := range map[string]struct{ raw, said string }{
		"UTF-8":               {text, ""},
		"UTF-8 with mark":     {"\uFEFF" + text, ""},
		"CR LF":               {strings.ReplaceAll(text, "\n", "\r\n"), ""},
		"CR":                  {strings.ReplaceAll(text, "\n", "\r"), "a CR alone ends lines"},
		"UTF-16":              {wide(t, text, unicode.UseBOM), "read as UTF-16 (little-endian)"},
		"UTF-16 without mark": {wide(t, text, unicode.IgnoreBOM), "read as UTF-16 (little-endian)"},
		"UTF-16 with CR":      {wide(t, strings.ReplaceAll(text, "\n", "\r"), unicode.UseBOM), "read as UTF-16 (little-endian), a CR alone ends lines"},
		"Windows-1252":        {strings.NewReplacer("“", "\x93", "”", "\x94").Replace(text), "read as Windows-1252"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(file, []byte(c.raw), 0o600))
			status, out, errs := invoke(t, "", "-model", dir, "-score", file)
			require.Zero(t, status, errs)
			require.Equal(t, want, out)
			if c.said != "" {
				c.said = "generate: " + file + ": " + c.said + "\n"
			}
			require.Equal(t, c.said+summary, errs)
			status, out, errs = invoke(t, c.raw, "-model", dir, "-score", "-")
			require.Zero(t, status, errs)
			require.Equal(t, want, out)
			require.Equal(t, strings.Replace(c.said, file, "standard input", 1)+summary, errs)
		})
	}
	_, _, errs := invoke(t, "the “cat” “sat”\xFFa\xFE\n", "-model", dir, "-score", "-")
	require.Contains(t, errs, "standard input: 2 invalid bytes are read as U+FFFD\n")
}

func TestPromptsAreDecoded(t *testing.T) {
	dir := modelFolder(t)
	want := good(t, "the cat", "-model", dir, "-tokens", "4")
	for raw, said := range map[string]string{
		"\uFEFFthe cat\r\n":                       "",
		wide(t, "the cat\r\n", unicode.UseBOM):    "generate: standard input: read as UTF-16 (little-endian)\n",
		wide(t, "the cat\r\n", unicode.IgnoreBOM): "generate: standard input: read as UTF-16 (little-endian)\n",
		"the cat\r": "generate: standard input: a CR alone ends lines\n",
	} {
		status, out, errs := invoke(t, raw, "-model", dir, "-tokens", "4")
		require.Zero(t, status, errs)
		require.Equal(t, want, out)
		require.Equal(t, said, errs)
	}
	_, out, errs := invoke(t, "", "-model", dir, "-tokens", "4", "-prompt", "the caf\xE9 cat")
	require.True(t, strings.HasPrefix(out, "the café cat"), out)
	require.Contains(t, errs, "generate: -prompt: read as Windows-1252\n")
	for _, args := range [][]string{{"-tokens", "4"}, {"-score", "-"}} {
		status, _, errs := invoke(t, "the\x00cat", append(args, "-model", dir)...)
		require.Equal(t, 1, status)
		require.Contains(t, errs, "binary data: a NUL byte at offset 3")
	}
}

// endless is a stream of one byte.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// An endless input is refused after a bounded number of bytes.
func TestEndlessTexts(t *testing.T) {
	dir := modelFolder(t)
	start := time.Now()
	for name, c := range map[string]struct {
		in   io.Reader
		args []string
		want string
	}{
		"a line without end":   {endless('a'), []string{"-score", "-"}, "-score: standard input, line 1: a line has more than 16777216 bytes"},
		"zeros":                {endless(0), []string{"-score", "-"}, "-score: standard input, line 1: binary data: a NUL byte at offset 0"},
		"the second line":      {io.MultiReader(strings.NewReader("the\n"), endless(' ')), []string{"-score", "-"}, "standard input, line 2: a line has more than"},
		"a device":             {strings.NewReader(""), []string{"-score", "/dev/zero"}, "-score: /dev/zero, line 1: opening texts: /dev/zero: not a regular file, but a device"},
		"a prompt without end": {endless('a'), nil, "standard input: the text has more than 67108864 bytes"},
		"typed without end":    {endless('a'), []string{"-interactive"}, "standard input: a line has more than 16777216 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "a device" {
				if _, err := os.Stat("/dev/zero"); err != nil {
					t.Skip("no such device here")
				}
			}
			var out, errs bytes.Buffer
			require.Equal(t, 1, Run(append(c.args, "-model", dir), c.in, &out, &errs))
			require.Contains(t, errs.String(), c.want)
		})
	}
	require.Less(t, time.Since(start), time.Minute)
}

// Bytes that are not text do not end an interactive session.
func TestInteractiveContinuesAfterBadBytes(t *testing.T) {
	dir := modelFolder(t)
	args := []string{"-model", dir, "-interactive", "-tokens", "4", "-temperature", "0"}
	status, out, errs := invoke(t, "the\x00cat\n\x01\x02\x03\nthe \xFF\xFE\xC3\n/new\nthe cat\n", args...)
	require.Zero(t, status, errs)
	require.Contains(t, errs, "generate: ignoring the line: binary data: a NUL byte at offset 3\n")
	require.Contains(t, errs, "generate: ignoring the line: binary data: 3 of 3 bytes are control characters\n")
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	require.Len(t, lines, 2)
	require.True(t, strings.HasPrefix(lines[0], "the ÿþÃ"), lines[0])
	require.True(t, strings.HasPrefix(lines[1], "the cat"), lines[1])
}
