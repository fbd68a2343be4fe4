package ftfy

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPossible checks, on random text of each encoding, that possible finds the encodings that
// have all characters, and that it rules out none in which the text is UTF-8.
func TestPossible(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	readable := 0
	for range 30_000 {
		e := encoding(rng.IntN(int(encodings)))
		text := make([]rune, 1+rng.IntN(6))
		for i := range text {
			text[i] = charmaps()[e].decode(byte(0x80 + rng.IntN(0x80)))
			if rng.IntN(6) == 0 {
				text[i] = []rune(" a\x1a\uFFFD")[rng.IntN(4)]
			}
		}
		in, utf8 := possible(text)
		for e := range encodings {
			want := true
			for _, r := range text {
				want = want && (r < 0x80 && r != substitute || codesOf()[r].in&(1<<e) != 0)
			}
			_, _, ok := reread(text, e)
			ok = ok && want
			if want != (in&(1<<e) != 0) || ok && utf8&(1<<e) == 0 {
				t.Fatalf("%q in %d: has all characters: %v, is UTF-8: %v, found %b and %b", string(text), e, want, ok, in, utf8)
			}
			if ok {
				readable++
			}
		}
	}
	require.Greater(t, readable, 300)
}

// TestCharmaps checks bytes on which tables of these encodings are known to differ.
func TestCharmaps(t *testing.T) {
	for _, c := range []struct {
		e    encoding
		b    byte
		want rune
	}{
		{latin1, 0x80, 0x80},
		{windows1252, 0x80, '€'},
		{windows1252, 0x81, 0x81},
		{windows1252, 0x9D, 0x9D},
		{windows1252, substitute, 0xFFFD},
		{windows1250, 0x83, 0x83},
		{windows1250, 0xA5, 'Ą'},
		{iso8859_2, 0x9F, 0x9F},
		{iso8859_2, 0xA1, 'Ą'},
		{iso8859_2, substitute, substitute},
		{windows1251, 0x98, 0x98},
		{windows1251, 0xC0, 'А'},
		{macRoman, 0xBD, 'Ω'},
		{macRoman, 0xDB, '€'},
		{macRoman, 0xF0, 0xF8FF},
		{codePage437, 0xE1, 'ß'},
		{codePage437, 0xFF, 0xA0},
	} {
		require.Equal(t, c.want, charmaps()[c.e].decode(c.b), "byte %X of encoding %d", c.b, c.e)
	}
}

// TestVariants decodes UTF-8 and its relatives.
func TestVariants(t *testing.T) {
	for data, want := range map[string]string{
		"":                         "",
		"aé漢😀":                     "aé漢😀",
		"\xed\xa0\xbd\xed\xb8\x8d": "😍",
		"\xc0\x80":                 "\x00",
	} {
		text, ok := decodeUTF8([]byte(data))
		require.True(t, ok, "%q", data)
		require.Equal(t, want, string(text))
	}
	for _, data := range []string{"\x80", "\xc3", "\xc0\x81", "\xed\xa0\xbd", "\xed\xb8\x8d", "\xed\xa0\xbd\xed\xa0\xbd", "\xf5\x80\x80\x80", "\xe0\x80\x80"} {
		_, ok := decodeUTF8([]byte(data))
		require.False(t, ok, "%q", data)
	}
}

// TestLostBytes restores and marks bytes that another program has replaced.
func TestLostBytes(t *testing.T) {
	for data, want := range map[string]string{
		"\xc3 x":                 "\xc3\xa0x",
		"\xc4 x":                 "\xc4 x",
		"\xe2 \x80\xe2\x80 !":    "\xe2\xa0\x80\xe2\x80\xa0!",
		"\xe2  ":                 "\xe2  ",
		"\xf0\x9f \x80\xf0 \x80": "\xf0\x9f\xa0\x80\xf0 \x80",
		"\xc3":                   "\xc3",
	} {
		got := []byte(data)
		require.Equal(t, data != want, restoreA0(got), "%q", data)
		require.Equal(t, want, string(got), "%q", data)
	}
	for data, want := range map[string]string{
		"a\x1ab":                       "a\uFFFDb",
		"\xc3\x1a\xe2\x80\x1a\xe2\x1a": "\uFFFD\uFFFD\xe2\uFFFD",
		"\xf0\x1a\x80\x80\xf0\x9f\x1a": "\uFFFD\xf0\x9f\uFFFD",
		"\xed\xa0\x1a\xed\xb0\x80":     "\uFFFD",
		"\xed\xa0\x80\xed\xb0\x1a":     "\uFFFD",
		"\xe2\x1aa":                    "\xe2\uFFFDa",
	} {
		require.Equal(t, want, string(markLost([]byte(data))), "%q", data)
	}
}

// TestKinds has characters of each kind, and those that are not of the kind their category
// would give.
func TestKinds(t *testing.T) {
	for chars, want := range map[string]kind{
		"AÀĂ":          latinUpper,
		"aàăəßſ":       latinLower,
		"ДΩ":           foreignUpper,
		"дωµ":          foreignLower,
		"漢あאªº":        caseless,
		"ー々":           modifier,
		"ɐʰˇ˜":         phonetic,
		"\u0301\u093e": mark,
		"²½①":          number,
		"±€√":          mathSign,
		"¨¯¸":          accent,
		"©°☺😀\ufe0f🏽\U0001FFFF\U0001FBF0": symbol,
		"\u0081\x01":              control,
		"\ue000":                  private,
		"\u0378":                  unassigned,
		"1 .«^~`´˝\n\u00a0\u200b": other,
	} {
		for _, r := range chars {
			require.Equal(t, want, kindOf(r), "%q %U", r, r)
		}
	}
}

// TestCost has the cost of texts: their length, two for each weird place, one less for each
// common sign.
func TestCost(t *testing.T) {
	for text, want := range map[string]int{
		"":              0,
		"abc é":         5,
		"aД":            4,
		"Дa":            4,
		"漢a":            4,
		"a漢":            4,
		"aДa":           5, // a character counts for one place only
		"AɐA":           5,
		"Aɐ":            4,
		"ɐA":            4,
		"aɐ":            2,
		"x\u0301":       4,
		"1\u0301":       4,
		"漢\u0301\u0302": 3,
		"e\u0301":       2, // composed
		"±²":            4,
		"±²±²":          8,
		"±²±":           5,
		"±±":            2,
		"¨":             3,
		"a¨b":           5,
		"\ue000":        3,
		"\u0378":        3,
		"\u0081\u0082":  6,
		"\u0081\u0301":  4,
		"…“ ”®°\u00a0":  1,
		"Ã©":            2,
	} {
		require.Equal(t, want, cost([]rune(text)), "%q", text)
	}
}
