package ftfy

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestFix(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"plain text", "Nothing to do here: a + b < c\n\tI'm fine.\n", "Nothing to do here: a + b < c\n\tI'm fine.\n"},
		{"accents that are right", "Café naïve coöperate Ångström ¡Olé! 20 °C ©®™", "Café naïve coöperate Ångström ¡Olé! 20 °C ©®™"},
		{"a thorn that is a tongue", "This text is fine already :þ", "This text is fine already :þ"},
		{"a name and a trade mark", "AHÅ™, the new sofa from IKEA®", "AHÅ™, the new sofa from IKEA®"},
		{"a capital and an ellipsis", "IL Y MARQUÉ…", "IL Y MARQUÉ…"},
		{"no Korean letter", "not such a fan of Charlotte Brontë…”", `not such a fan of Charlotte Brontë…"`},
		{"other scripts", "Привет мир, שלום, 你好, नमस्ते 👋🏽", "Привет мир, שלום, 你好, नमस्ते 👋🏽"},

		{"UTF-8 as Windows-1252", "Ãºnico schÃ¶n sÃ©ance", "único schön séance"},
		{"an em dash", "This â€” should be an em dash", "This — should be an em dash"},
		{"Windows-1252 and controls", "This text is sad .â\u0081”.", "This text is sad .⁔."},
		{"undefined in Windows-1252", "â€œquotedâ€\u009d", `"quoted"`},
		{"four layers", "The Mona Lisa doesnÃƒÂ¢Ã¢â€šÂ¬Ã¢â€žÂ¢t have eyebrows.", "The Mona Lisa doesn't have eyebrows."},
		{"two layers whose costs add up", "─é┬⌐─é┬⌐", "Ă©Ă©"},
		{"curled after", "l’humanitÃ©", "l'humanité"},
		{"emoji", "I â\u009d¤ï¸\u008f NY ðŸ˜‚", "I ❤️ NY 😂"},
		{"no-break space as space", "The more you know ðŸŒ ", "The more you know 🌠"},
		{"no-break space kept", "Ã\u00a0 perturber la rÃ©flexion", "à perturber la réflexion"},
		{"lost bytes", "â€œ like this â€\uFFFD", "\" like this \uFFFD"},
		{"punctuation among other text", "中文 â€œquotedâ€\u009d", "中文 \"quoted\""},
		{"Latin-1 for Windows-1252", "This text was never UTF-8 at all\u0085", "This text was never UTF-8 at all…"},
		{"a control Windows-1252 lacks", "x\u0081y\u0085", "x\u0081y\n"},
		{"next line among other text", "中\u0085文", "中\n文"},

		{"entities", "&lt;tag&gt; &eacute; &hellip; &#65;&#x42; &nbsp;!", "<tag> é … AB \u00a0!"},
		{"entity in capitals is another", "&Eacute; &EACUTE;", "É &EACUTE;"},
		{"no entities", "a & b; &foo; &; &#; &#x; &#xyz; &toolongname; AT&T; &amp", "a & b; &foo; &; &#; &#x; &#xyz; &toolongname; AT&T; &amp"},
		{"long entities", "&Uarrocir; &rightarrow; &#00000065; &#000000065;", "⥉ &rightarrow; A &#000000065;"},
		{"nested entities", "&amp;amp;lt;", "<"},
		{"half an entity of another name", "&notit; &copyx;", "&notit; &copyx;"},
		{"semicolon", "&semi;&amp;", ";&"},
		{"controls of Windows-1252", "&#133; &#x80;", "… €"},
		{"surrogates", "&#xD83D;&#xDCA9; &#xDCA9;&#xD83D;", "💩 \uFFFD\uFFFD"},
		{"beyond Unicode", "&#x110000; &#1114112;", "&#x110000; &#1114112;"},
		{"a tag keeps entities", "<b>&amp;</b>", "<b>&amp;</b>"},
		{"and on later lines", "&amp;\n<b>\n&amp;\n", "&\n<b>\n&amp;\n"},
		{"one angle does not", "a < b &amp; c", "a < b & c"},

		{"terminal escapes", "\x1b[36;44mI'm blue\x1b[0m, \x1b[m\x1b[2J", "I'm blue, "},
		{"no terminal escapes", "\x1b[36 \x1bc \x1b[", "[36 c ["},
		{"ligatures", "ﬂuﬃeﬆ Ĳssel ĳs ﬀ ﬁ ﬄ ﬅ", "fluffiest IJssel ijs ff fi ffl ſt"},
		{"other digraphs", "ŉ ǅ ǆ Ǳ œ æ", "ŉ ǅ ǆ Ǳ œ æ"},
		{"full width", "ＬＯＵＤ　ＮＯＩＳＥＳ！？：；＂＇", `LOUD NOISES!?:;"'`},
		{"half width", "Ｕﾀｰﾝ ｶﾞ ￦￥", "Uターン ガ ₩¥"},
		{"quotes", "‘a’ ‚b‛ “c” „d‟ «e» ‹f› ʼ ´ `", "'a' 'b' \"c\" \"d\" «e» ‹f› ʼ ´ `"},
		{"line breaks", "a\r\nb\rc\u2028d\u2029e\n\r\n\r", "a\nb\nc\nd\ne\n\n\n"},
		{"controls", "a\x00b\x07c\x0bd\x0ce\x1bf\x7fg\x1f", "abcd\x0cefg"},
		{"format characters", "\ufeffa\u206ab\ufffcc\U0001d173d\U000e0041e", "abcde"},
		{"those that stay", "a\u200bb\u200dc\u00add\u202ee\u2066f\u061cg", "a\u200bb\u200dc\u00add\u202ee\u2066f\u061cg"},
		{"composition", "e\u0301 \u1100\u1161 が か\u3099 q\u0307\u0323", "é 가 が が q\u0323\u0307"},
		{"singletons", "\u212a \u212b \u2126", "K Å Ω"},
		{"invalid UTF-8", "a\xffb\xc3\xed\xa0\x80", "a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, Fix(c.text))
		})
	}
}

// TestFixEncodings reads sentences as UTF-8 read in each encoding, once and twice.
func TestFixEncodings(t *testing.T) {
	for e, sentences := range map[encoding][]string{
		latin1:      {"déjà vu, señor Müller – naïve façade", "Привет, мир", "日本語のテキスト", "😀 emoji 👍"},
		windows1252: {"déjà vu, señor Müller – naïve façade", "Привет, мир", "日本語のテキスト", "😀 emoji 👍"},
		windows1250: {"Zażółć gęślą jaźń", "Příliš žluťoučký kůň", "déjà vu, señor Müller"},
		iso8859_2:   {"Zażółć gęślą jaźń", "Příliš žluťoučký kůň"},
		windows1251: {"Привет, мир, это тест", "déjà vu, señor Müller"},
		macRoman:    {"déjà vu, señor Müller, naïve façade"},
		codePage437: {"déjà vu, señor Müller, naïve façade", "Привет, мир, это тест"},
	} {
		for _, sentence := range sentences {
			once := misread(sentence, e)
			require.NotEqual(t, sentence, once)
			require.Equal(t, sentence, Fix(once), "encoding %d: %q", e, once)
			if e <= windows1252 {
				require.Equal(t, sentence, Fix(misread(once, e)), "encoding %d, twice: %q", e, once)
			}
		}
	}
}

// misread decodes UTF-8 in an encoding of one byte a character.
func misread(text string, e encoding) string {
	var wrong strings.Builder
	for _, b := range []byte(text) {
		wrong.WriteRune(charmaps()[e].decode(b))
	}
	return wrong.String()
}

// TestFixCost has texts that could be read in another way, at a cost that does not pay.
func TestFixCost(t *testing.T) {
	for _, text := range []string{
		"Å is a letter, Ã a syllable",
		"Ã", "â€", "É®", "ñ ±", "×£35",
		"Ï€ Γ¶", "├⌐", "Ă©", "ƒá", "–ü—Ä–∏–≤–µ—Ç",
	} {
		require.Equal(t, text, Fix(text))
	}
}

// FuzzFix fixes a text as a whole and line by line.
func FuzzFix(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "sÃ©ance &eacute; â€œquotedâ€\u009d", "&amp;amp;#38;", "\x1b[3", "\xff\xfe\xed\xa0\x80", "a\r\nb\u2028\u0085",
		"ðŸŒ ", "\ufeff\x1aÃ\ufffd", "&#xD83D;&#xDCA9;", "í\u00a0\u00bdí²©", "<&lt;>", "À\u0080",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fixed := Fix(text)
		require.True(t, utf8.ValidString(fixed))
		var lines Fixer
		var joined strings.Builder
		for line := range strings.Lines(text) {
			once, plain := lines.Line(line)
			joined.WriteString(once)
			if plain {
				require.Equal(t, line, once)
				require.Zero(t, look(line)&(wide|suspect))
			}
		}
		require.Equal(t, fixed, joined.String())
	})
}

// TestFixTime guards against time that grows with the square of the length.
func TestFixTime(t *testing.T) {
	const size = 1 << 18
	for _, unit := range []string{
		"a", "é", "Ã©", "Ãƒ", "&", "&amp;", "amp;", "\x1b[", "\x1b[1", "\u0301", "e\u0301", "ðŸŒ ", "í\u00a0", "\r", "â€", "漢",
	} {
		start := time.Now()
		Fix("&" + strings.Repeat(unit, size/len(unit)))
		require.Less(t, time.Since(start), 10*time.Second, "%q", unit)
	}
}
