package tokenizer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// words spells out what the bert pipeline makes of a text before byte-pair encoding.
func words(text string) string {
	var all []string
	var s bertSplitter
	s.split(text, func(word []byte) { all = append(all, string(word)) })
	return strings.Join(all, "|")
}

func TestBertSplit(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"space only", " \t\r\n\u00a0\u3000\u2028", ""},
		{"words", "  The quick\nbrown\tfox ", "the|quick|brown|fox"},
		{"punctuation", `"Don't!" (she said) $5`, `"|don|'|t|!|"|(|she|said|)|$|5`},
		{"typographic quotes", "“Don’t” — he", "“|don|’|t|”|—|he"},
		{"accents", "Ångström NAÏVE e\u0301t\u0301e", "angstrom|naive|ete"},
		{"accent alone", "a \u0301 b", "a|b"},
		{"accents on punctuation", "a!\u0301b", "a|!|b"},
		{"decomposes to punctuation", "a\u037eb\u226dc", "a|;|b\u224dc"},
		{"controls vanish", "a\x00b\x0bc\u200bd\u00ade\u0085f\ufeffg", "abcdefg"},
		{"private use vanishes", "a\ue000b", "ab"},
		{"ideographs", "ab中文cd", "ab|中|文|cd"},
		{"compatibility ideograph", "a\uf900b", "a|豈|b"},
		{"the forgotten block of ideographs", "\U0002B820\U0002B821", "\U0002B820\U0002B821"},
		{"hangul falls apart", "한", "\u1112\u1161\u11ab"},
		{"compatibility characters stay", "½²™ﬁ", "½²™ﬁ"},
		{"dotted capital i", "İ", "i"},
		{"sharp s", "ẞß", "ßß"},
		{"no final sigma", "ΟΔΟΣ", "οδοσ"},
		{"enclosing mark stays", "a\u20ddb", "a\u20ddb"},
		{"mark newer than Unicode 8 stays", "a\U0001E4ECb", "a\U0001E4ECb"},
		{"newer letter does not decompose", "\U00011938", "\U00011938"},
		{"newest capital", "\U00016EA0\uA7DC", "\U00016EBB\u019b"},
		{"invalid UTF-8 vanishes", "a\xffb\xc3 \xed\xa0\x80c", "ab|c"},
		{"emoji", "hi😀there", "hi😀there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, words(c.text))
		})
	}
}

func TestEncode(t *testing.T) {
	tok := small(t)
	for _, c := range []struct {
		name, text string
		tokens     []string
		decoded    string
	}{
		{"nothing", "", []string{}, ""},
		{"whole words", "Low lower", []string{"low</w>", "lower</w>"}, "low lower"},
		{"pieces", "wow", []string{"w", "o", "w</w>"}, "wow"},
		{"a character without that form", "lo", []string{"l", Unknown}, "l<unk>"},
		{"unknown ones do not fuse", "xyz", []string{Unknown, Unknown, Unknown}, "<unk><unk><unk>"},
		{"literal unknown", "low<unk>er", []string{"low</w>", Unknown, "er</w>"}, "low <unk>er"},
		{"literal unknown in capitals", "<UNK>", []string{Unknown, Unknown, Unknown, Unknown, Unknown}, "<unk><unk><unk><unk><unk>"},
		{"newline is space", "low\nlow", []string{"low</w>", "low</w>"}, "low low"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ids := tok.Encode(c.text)
			require.Equal(t, c.tokens, tokensOf(t, tok, ids))
			require.Equal(t, c.decoded, tok.Decode(ids))
			require.Equal(t, ids, tok.Encode(c.text), "once more, from the cache")
		})
	}
}

func TestAppendEncode(t *testing.T) {
	tok := small(t)
	require.Equal(t, []int32{7, 9}, tok.AppendEncode([]int32{7}, "low"))
}

func TestDecodeOutside(t *testing.T) {
	require.Equal(t, "<unk>low <unk>", small(t).Decode([]int32{-5, 9, 99}))
}

func TestLineBreakWord(t *testing.T) {
	tok := small(t)
	for _, word := range []string{"\n", "\n "} {
		require.Equal(t, []int32{13}, newSpeller().appendWord(nil, tok, []byte(word)))
	}
}

// TestMergeOrder has ranks at odds with the lengths of the pieces: a pair with a lower rank
// that appears on the way must wait until all of its kind are joined.
func TestMergeOrder(t *testing.T) {
	tok, err := New(
		[]string{Unknown, "a", "b", "b</w>", "ab", "aba"},
		[]Merge{{"ab", "a"}, {"a", "b"}},
	)
	require.NoError(t, err)
	ids := newSpeller().appendWord(nil, tok, []byte("ababb"))
	require.Equal(t, []string{"ab", "ab", "b</w>"}, tokensOf(t, tok, ids))
}

// TestMergeMatchesDefinition spells random words with the queue and as the definition says.
func TestMergeMatchesDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		tok := randomVocabulary(t, rng)
		for range 20 {
			word := make([]byte, 1+rng.IntN(12))
			for i := range word {
				word[i] = "abc"[rng.IntN(3)]
			}
			pieces := strings.Split(string(word), "")
			pieces[len(pieces)-1] += endOfWord
			for {
				best := int32(-1)
				for i := range pieces[1:] {
					j, ok := tok.joins[pair{tok.ids[pieces[i]], tok.ids[pieces[i+1]]}]
					if ok && (best < 0 || j.rank < best) {
						best = j.rank
					}
				}
				if best < 0 {
					break
				}
				pieces = mergeAll(pieces, tok.merges[best])
			}
			ids := newSpeller().appendWord(nil, tok, word)
			require.Equal(t, pieces, tokensOf(t, tok, ids), "%s with %v", word, tok.merges)
		}
	}
}

// randomVocabulary has random merges over a, b and c, in random order.
func randomVocabulary(t *testing.T, rng *rand.Rand) *Tokenizer {
	t.Helper()
	tokens := []string{Unknown, "a", "b", "c", "a</w>", "b</w>", "c</w>"}
	ids := map[string]bool{}
	seen := map[Merge]bool{}
	var merges []Merge
	for range 12 {
		m := Merge{tokens[1+rng.IntN(len(tokens)-1)], tokens[1+rng.IntN(len(tokens)-1)]}
		if strings.HasSuffix(m.Left, endOfWord) || seen[m] {
			continue
		}
		seen[m] = true
		merges = append(merges, m)
		if token := m.Left + m.Right; !ids[token] {
			ids[token] = true
			tokens = append(tokens, token)
		}
	}
	rng.Shuffle(len(merges), func(i, j int) { merges[i], merges[j] = merges[j], merges[i] })
	tok, err := New(tokens, merges)
	require.NoError(t, err)
	return tok
}

// TestLongWord guards against time that grows with the square of the length: a megabyte
// would then take minutes.
func TestLongWord(t *testing.T) {
	tok := train(t, 60, strings.Repeat("abcabdabe ", 10))
	start := time.Now()
	ids := tok.Encode(strings.Repeat("abcabdabeabd", 1<<20/12))
	require.Less(t, time.Since(start), 30*time.Second)
	require.Less(t, len(ids), 1<<19)
}

func TestConcurrentEncode(t *testing.T) {
	const text = "low Lower wow <unk> élow\n&eacute; lÃ¶w “don't”"
	bert := small(t)
	original := bert.WithPipeline(Original)
	want := map[*Tokenizer][]int32{bert: bert.Encode(text), original: original.Encode(text)}
	require.NotEqual(t, want[bert], want[original])
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for i := range 200 {
				for tok, ids := range want {
					tok.Encode(fmt.Sprint("lo", i))
					if got := tok.Encode(text); !slices.Equal(got, ids) {
						t.Errorf("%s: got %v, want %v", tok.Pipeline(), got, ids)
					}
				}
			}
		})
	}
	workers.Wait()
}

// TestCacheOverflow encodes more words than an encoder remembers.
func TestCacheOverflow(t *testing.T) {
	tok := train(t, 40, "0123456789 0123456789")
	var text strings.Builder
	for i := range cachedWords + 100 {
		fmt.Fprintf(&text, "%d ", i)
	}
	want := strings.TrimSpace(text.String())
	require.Equal(t, want, tok.Decode(tok.Encode(text.String())))
	require.Equal(t, want, tok.Decode(tok.Encode(text.String())))
}

func FuzzRoundTrip(f *testing.F) {
	for _, seed := range []string{
		"", "Hello, world!", "don't", "中文 abc", "<unk>a<UNK>", "é\u0301", "\xff\xfe", "한국", "a\u0315\u0300b",
		"\U00011938\U00016EA0", "½ ﬁ …", "\u0345\u0301x", "\n \n", "</w>", "_start_",
	} {
		f.Add(seed)
	}
	tok := train(f, 400, strings.Repeat("hello world, don't panic! 中 文 \u1112\u1161\u11ab </w> _ ", 3),
		"abcdefghijklmnopqrstuvwxyz 0123456789 . ? \" ( ) éèçß ο δ σ ½ ﬁ …")
	f.Fuzz(func(t *testing.T, text string) {
		ids := tok.Encode(text)
		for _, id := range ids {
			_, ok := tok.Token(id)
			require.True(t, ok)
		}
		decoded := tok.Decode(ids)
		require.True(t, utf8.ValidString(decoded))
		again := tok.Decode(tok.Encode(decoded))
		if strings.Contains(decoded, Unknown) {
			// An unknown character in a word cuts it in two when it is read back.
			decoded, again = again, tok.Decode(tok.Encode(again))
		}
		require.Equal(t, decoded, again)
	})
}
