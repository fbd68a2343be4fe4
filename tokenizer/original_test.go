package tokenizer

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// originalWords spells out what the original pipeline makes of a text before byte-pair
// encoding.
func originalWords(text string) string {
	var all []string
	var s originalSplitter
	s.split(text, func(word []byte) { all = append(all, string(word)) })
	return strings.Join(all, "|")
}

func TestOriginalSplit(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"space only", " \t\r\n\u00a0\u3000\u2028", ""},
		{"a sentence", "The quick\tbrown Fox.", "the|quick|brown|fox|."},
		{"line breaks", "\n\na\n \nb\r\nc\rd\n", "a|\n |b|\n |c|\n |d"},
		{"dialogue", "“Don’t—” she said… ‘Why?’", `"|do|n't|-|"|she|said|...|'|why|?|'`},
		{"contractions", "I'm Ill; we're well. They'd've cannot", "i|'m|ill|;|we|'re|well|.|they|'d|'ve|can|not"},
		{"abbreviations", "Mr. Smith, U.S., 7a.m., No. 5.", "mr.|smith|,|u.s.|,|7|a.m.|,|no|.|5|."},
		{"numbers", "$3.50 (50%) 1,000 12:30pm -5km", "$|3.50|(|50|%|)|1|,|000|12:30pm|-|5|km"},
		{"addresses", "See https://www.example.com/a?b=c or me@example.org!", "see|https|:|//|www.example.com|/|a|?|b|=|c|or|me@example.org|!"},
		{"code", "if (a[i] != \"b\\n\") { x += 1; } // c_d", `if|(|a|[|i|]|!|=|"|b\n|"|)|{|x|+|=|1|;|}|//|c|_|d`},
		{"emoji", "lol😂😂 👩\u200d👧 ok", "lol|😂|😂|👩|\u200d|👧|ok"},
		{"accents stay", "Café NAÏVE e\u0301", "café|naïve|é"},
		{"mojibake", "sÃ©ance &eacute; â€œx", "séance|é|\"|x"},
		{"ligatures and width", "ﬁne ＬＯＵＤ！", "fine|loud|!"},
		{"controls vanish", "a\x00b\x1b[1mc\ufeffd\x7f", "abcd"},
		{"zero width stays", "a\u200bb\u00adc", "a\u200bb\u00adc"},
		{"unknown is an ordinary text", "a<unk>b <UNK>", "a|<|unk|>|b|<|unk|>"},
		{"other scripts", "中文，日本。 ΟΔΟΣ İ", "中文|,|日本|。|οδος|i\u0307"},
		{"invalid UTF-8", "a\xffb\xc3", "a|\uFFFD|b|\uFFFD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, originalWords(c.text))
		})
	}
}

func TestEncodeOriginal(t *testing.T) {
	tok := small(t).WithPipeline(Original)
	for _, c := range []struct {
		name, text string
		tokens     []string
		decoded    string
	}{
		{"nothing", "", []string{}, ""},
		{"words", "Low lower", []string{"low</w>", "lower</w>"}, "low lower"},
		{"line break", "low\nLOW\n", []string{"low</w>", "\n</w>", "low</w>"}, "low \n low"},
		{"pieces of one chunk", "low(low", []string{"low</w>", Unknown, "low</w>"}, "low <unk>low"},
		{"literal unknown", "low<unk>", []string{"low</w>", Unknown, Unknown, Unknown, Unknown, Unknown}, "low <unk><unk><unk><unk><unk>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ids := tok.Encode(c.text)
			require.Equal(t, c.tokens, tokensOf(t, tok, ids))
			require.Equal(t, c.decoded, tok.Decode(ids))
			require.Equal(t, ids, tok.Encode(c.text), "once more, from the cache")
			require.Equal(t, append([]int32{7}, ids...), tok.AppendEncode([]int32{7}, c.text))
		})
	}
}

// TestKnownWordsAllocateNothing encodes text whose words are all in the cache. What is
// allocated does not depend on how long the text is.
func TestKnownWordsAllocateNothing(t *testing.T) {
	for _, pipeline := range []Pipeline{Bert, Original} {
		e := newEncoder(small(t).WithPipeline(pipeline))
		appendIDs := map[Pipeline]func([]int32, string) []int32{Bert: e.appendBert, Original: e.appendOriginal}[pipeline]
		allocations := func(lines int) float64 {
			text := strings.Repeat("Low lower, \"low\" don't low.\n", lines)
			ids := appendIDs(nil, text)
			require.NotEmpty(t, ids)
			return testing.AllocsPerRun(20, func() { ids = appendIDs(ids[:0], text) })
		}
		require.LessOrEqual(t, allocations(1), 4.0, "%s", pipeline)
		require.Equal(t, allocations(1), allocations(500), "%s", pipeline)
	}
}

// TestOriginalTime guards against time that grows with the square of the length, and shows
// that nothing a text may hold is an error.
func TestOriginalTime(t *testing.T) {
	tok := train(t, 60, strings.Repeat("abcabdabe ", 10)).WithPipeline(Original)
	for _, c := range []struct {
		name, unit string
		size       int
	}{
		{"long line", "abc abdabe, ", 4 << 20},
		{"long line beyond ASCII", "é “abc” ", 1 << 20},
		{"long word", "abcabdabe", 1 << 19},
		{"long word of unknown characters", "漢", 1 << 19},
		{"many short lines", "a\n", 1 << 19},
		{"line breaks", "\n", 1 << 20},
		{"zeros", "\x00", 1 << 20},
		{"invalid UTF-8", "\xff", 1 << 18},
		{"signs", "-!", 1 << 18},
		{"sigmas", "Σ'", 1 << 18},
	} {
		start := time.Now()
		ids := tok.Encode(strings.Repeat(c.unit, c.size/len(c.unit)))
		require.Less(t, time.Since(start), 20*time.Second, c.name)
		require.LessOrEqual(t, len(ids), c.size)
	}
}

// FuzzOriginal encodes any bytes. The pipeline is not its own inverse: decoding puts spaces
// between words and loses case, after which don't may fall apart that DON'T did not. But what
// was cut stays cut, so if all of it is known, repeated encoding and decoding comes to rest.
func FuzzOriginal(f *testing.F) {
	for _, seed := range []string{
		"", "Hello, world!", "DON'T don't", "a\n\nb\r\n", "<unk>a", "é\u0301", "\xff\xfe", "sÃ©ance", "&amp;amp;", "a.B", "x@y.zz",
		"ID. I.D", ":P :D", "...…", "\u0085", "Σ", "7PM 7pm", "'S's", "5KM", "\n </w>", "o.O O.o",
	} {
		f.Add(seed)
	}
	tok := train(f, 400, strings.Repeat("hello world, don't panic! 中 文 </w> _ ", 3),
		"abcdefghijklmnopqrstuvwxyz 0123456789 . ? \" ( ) éèçß ο δ σ ½ … : ; < > = & % $ # @ ^ \\ ` ~ | { } [ ] * + / -").WithPipeline(Original)
	f.Fuzz(func(t *testing.T, text string) {
		ids := tok.Encode(text)
		for _, id := range ids {
			_, ok := tok.Token(id)
			require.True(t, ok)
		}
		decoded := tok.Decode(ids)
		require.True(t, utf8.ValidString(decoded))
		for range 10 + len(decoded) {
			if strings.Contains(decoded, Unknown) {
				return
			}
			again := tok.Decode(tok.Encode(decoded))
			if again == decoded {
				return
			}
			decoded = again
		}
		t.Fatalf("%q does not come to rest", text)
	})
}
