package charset

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// wide is a text in UTF-16 without a byte order mark.
func wide(text string, e Encoding) string {
	var raw []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		raw = append(raw, 0, 0)
		e.order().PutUint16(raw[len(raw)-2:], unit)
	}
	return string(raw)
}

var cases = []struct {
	name, raw, want string
	found           Found
}{
	{"empty", "", "", Found{}},
	{"one byte", "a", "a", Found{}},
	{"ASCII", "plain", "plain", Found{}},
	{"UTF-8", "café “no” 😀", "café “no” 😀", Found{}},
	{"UTF-8 with mark", "\xEF\xBB\xBFcafé", "café", Found{Mark: true}},
	{"only a mark", "\xEF\xBB\xBF", "", Found{Mark: true}},
	{"UTF-16, little end first", "\xFF\xFE" + wide("no😀", UTF16LE), "no😀", Found{Encoding: UTF16LE, Mark: true}},
	{"UTF-16, big end first", "\xFE\xFF" + wide("no“", UTF16BE), "no“", Found{Encoding: UTF16BE, Mark: true}},
	{"UTF-16 without mark, little end first", wide("a\tgrün\r\nb\tlänger 😀 日本\r\n", UTF16LE), "a\tgrün\r\nb\tlänger 😀 日本\r\n", Found{Encoding: UTF16LE}},
	{"UTF-16 without mark, big end first", wide("a\tgrün\nb", UTF16BE), "a\tgrün\nb", Found{Encoding: UTF16BE}},
	{"UTF-16 without mark, few Latin characters", wide("日本語のテキスト。\n中文\n", UTF16LE), "日本語のテキスト。\n中文\n", Found{Encoding: UTF16LE}},
	{"UTF-16 without mark, many low bytes of zero", wide("一一一　一一\n一一", UTF16BE), "一一一　一一\n一一", Found{Encoding: UTF16BE}},
	{"UTF-16 with an odd byte", "\xFF\xFEn\x00o\x00!", "no", Found{Encoding: UTF16LE, Mark: true, Invalid: 1}},
	{"UTF-16 with half a pair", "\xFF\xFEn\x00\x3D\xD8", "n\uFFFD", Found{Encoding: UTF16LE, Mark: true, Invalid: 2}},
	{"UTF-16 with half a pair inside", "\xFF\xFE\x3D\xD8n\x00", "\uFFFDn", Found{Encoding: UTF16LE, Mark: true, Invalid: 2}},
	{"ISO-8859-1", "caf\xE9 na\xEFve", "café naïve", Found{Encoding: Windows1252}},
	{"Windows-1252", "\x93no\x94 \x97 \x80", "“no” — €", Found{Encoding: Windows1252}},
	{"UTF-8 with bad bytes", "“caf\xE9\xE9” and “no”", "“caf\uFFFD” and “no”", Found{Invalid: 2}},
	{"UTF-8 cut off", "“no” caf\xC3", "“no” caf\uFFFD", Found{Invalid: 1}},
}

func TestDecode(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, found, err := Decode([]byte(c.raw))
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
			require.Equal(t, c.found, found)
		})
	}
}

func TestReader(t *testing.T) {
	for _, c := range cases {
		for name, src := range map[string]io.Reader{
			"at once":      strings.NewReader(c.raw),
			"with its end": iotest.DataErrReader(strings.NewReader(c.raw)),
			"in halves":    iotest.HalfReader(strings.NewReader(c.raw)),
		} {
			t.Run(c.name+" "+name, func(t *testing.T) {
				r := NewReader(src)
				got, err := io.ReadAll(r)
				require.NoError(t, err)
				require.Equal(t, c.want, string(got))
				require.Equal(t, c.found, r.Found())
			})
		}
	}
}

func TestReaderByteByByte(t *testing.T) {
	for _, text := range []string{"“caf\xC3\xA9” 😀 no", "\xFF\xFE" + wide("no😀“", UTF16LE), "caf\xE9", "\xEF\xBB\xBFa"} {
		want, found, err := Decode([]byte(text))
		require.NoError(t, err)
		r := NewReader(iotest.OneByteReader(strings.NewReader(text)))
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
		require.Equal(t, found, r.Found())
	}
}

// A text of many chunks is the same as one that is decoded whole.
func TestReaderOfLongTexts(t *testing.T) {
	long := strings.Repeat("Größe “no” 日本 😀.\n", 20_000)
	latin := strings.Repeat("plain text\n", 20_000) + strings.Repeat("caf\xE9\n", 20_000)
	for name, raw := range map[string]string{
		"UTF-8": long, "odd offset": "x" + long, "UTF-16": "\xFF\xFE" + wide(long, UTF16LE), "UTF-16 without mark": wide(long, UTF16BE),
		"Windows-1252 after ASCII": latin, "damaged": long + "\xE9" + long,
	} {
		want, found, err := Decode([]byte(raw))
		require.NoError(t, err, name)
		r := NewReader(strings.NewReader(raw))
		got, err := io.ReadAll(r)
		require.NoError(t, err, name)
		require.True(t, string(want) == string(got), name)
		require.Equal(t, found, r.Found(), name)
	}
}

func TestBinaryDataIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ raw, want string }{
		"NUL":      {"PK\x03\x04\x00\x00", "binary data: a NUL byte at offset 4"},
		"zeros":    {strings.Repeat("\x00", 100), "binary data: a NUL byte at offset 0"},
		"inside":   {"hello\x00world", "binary data: a NUL byte at offset 5"},
		"late":     {strings.Repeat("text\n", 50_000) + "\x00", "binary data: a NUL byte at offset 250000"},
		"controls": {"\x01\x02\x03 text", "binary data: 3 of 8 bytes are control characters"},
		"accents":  {strings.Repeat("\xE9", 500) + strings.Repeat("\x01", 6), "binary data: 6 of 506 bytes are control characters"},
		"UTF-32":   {"\xFF\xFE\x00\x00a\x00\x00\x00", "UTF-32, which is not supported"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Decode([]byte(c.raw))
			require.ErrorContains(t, err, c.want)
			_, err = io.ReadAll(NewReader(strings.NewReader(c.raw)))
			require.ErrorContains(t, err, c.want)
		})
	}
	_, err := io.ReadAll(NewReader(iotest.ErrReader(errors.New("broken"))))
	require.ErrorContains(t, err, "broken")
}

// A reader of a pipe does not wait for more than the line that is there.
func TestReaderDoesNotWait(t *testing.T) {
	in, out := io.Pipe()
	lines := NewLines(in, 100)
	for _, want := range []string{"a line", "another one", ""} {
		go func() { _, _ = out.Write([]byte(want + "\r\n")) }()
		got, err := lines.Next()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.NoError(t, out.Close())
	_, err := lines.Next()
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, Found{}, lines.Found())
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		name, raw string
		want      []string
		found     string
	}{
		{"nothing", "", nil, ""},
		{"LF", "a\n\nb\n", []string{"a", "", "b"}, ""},
		{"no end", "a\nb", []string{"a", "b"}, ""},
		{"CR LF", "a\r\n\r\nb\r\n", []string{"a", "", "b"}, ""},
		{"CR", "a\r\rb\r", []string{"a", "", "b"}, "a CR alone ends lines"},
		{"one CR", "a\r", []string{"a"}, "a CR alone ends lines"},
		{"Windows-1252", "gr\xFCn\rb", []string{"grün", "b"}, "read as Windows-1252, a CR alone ends lines"},
		{"UTF-16", wide("a\r\nb\r\n", UTF16LE), []string{"a", "b"}, "read as UTF-16 (little-endian)"},
		{"bad bytes", "é é é\n\xFFa\xFF", []string{"é é é", "\uFFFDa\uFFFD"}, "2 invalid bytes are read as U+FFFD"},
	} {
		for _, one := range []bool{false, true} {
			src := io.Reader(strings.NewReader(c.raw))
			if one {
				src = iotest.OneByteReader(src)
			}
			lines := NewLines(src, 10)
			var got []string
			for {
				line, err := lines.Next()
				if err != nil {
					require.ErrorIs(t, err, io.EOF)
					break
				}
				got = append(got, line)
			}
			require.Equal(t, c.want, got, c.name)
			require.Equal(t, c.found, lines.Found().String(), c.name)
		}
	}
	_, err := NewLines(strings.NewReader("12345678901\n"), 10).Next()
	require.ErrorContains(t, err, "a line has more than 10 bytes")
	_, err = NewLines(zeros{}, 10).Next()
	require.ErrorContains(t, err, "NUL")
}

// zeros is a stream that does not end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// atOnce is a stream that gives all that it has, and its end, at the first reading.
type atOnce []byte

func (a atOnce) Read(p []byte) (int, error) {
	if len(p) < len(a) {
		return 0, io.ErrShortBuffer
	}
	return copy(p, a), io.EOF
}

func FuzzDecode(f *testing.F) {
	for _, c := range cases {
		f.Add([]byte(c.raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, found, err := Decode(raw)
		if err == nil {
			require.True(t, utf8.Valid(text))
		}
		if len(raw) > chunk {
			return // a stream may decide on less than the whole
		}
		r := NewReader(atOnce(raw))
		streamed, streamErr := io.ReadAll(r)
		require.Equal(t, err == nil, streamErr == nil)
		if err == nil {
			require.Equal(t, string(text), string(streamed))
			require.Equal(t, found, r.Found())
		}
	})
}
