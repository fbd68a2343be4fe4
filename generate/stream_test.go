package generate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"gorgpt/tokenizer"
)

// words is a tokenizer of letters, some words of theirs, and a full stop.
func words(t testing.TB) *tokenizer.Tokenizer {
	t.Helper()
	tokens := []string{"<unk>", ".</w>", "\n</w>"}
	for c := 'a'; c <= 'h'; c++ {
		tokens = append(tokens, string(c), string(c)+"</w>")
	}
	tokens = append(tokens, "ab", "ab</w>", "abc</w>")
	tok, err := tokenizer.New(tokens, []tokenizer.Merge{{Left: "a", Right: "b"}, {Left: "a", Right: "b</w>"}, {Left: "ab", Right: "c</w>"}})
	require.NoError(t, err)
	return tok
}

// TestStream cuts the text before the first stop string, and never shows a part of one.
func TestStream(t *testing.T) {
	tok := words(t)
	for name, c := range map[string]struct {
		prompt, text string
		stops        []string
		want         string
		ended        bool
	}{
		"no stop string":              {"a", "b abc . d", nil, " b abc . d", false},
		"a sign":                      {"a", "b abc . d", []string{"."}, " b abc", true},
		"as the tokenizer writes it":  {"a", "b abc . d", []string{"ABC."}, " b", true},
		"over tokens and words":       {"a", "b cd ef gh", []string{"d e"}, " b c", true},
		"the first of several":        {"a", "b c d e f", []string{"e", "d", "f"}, " b c", true},
		"a beginning only":            {"a", "b c d e", []string{"d f"}, " b c d e", false},
		"a beginning at the end":      {"a", "b c d", []string{"d e"}, " b c d", false},
		"a beginning twice":           {"a", "b c c d e", []string{"c d"}, " b c", true},
		"a beginning in a beginning":  {"a", "aabaab aabaac", []string{"aabaac"}, " aabaab", true},
		"in a word":                   {"a", "b dabe", []string{"ab"}, " b d", true},
		"at once":                     {"a", "b c", []string{"b"}, "", true},
		"after a part of a word":      {"", "b c", nil, "b c", false},
		"the space goes with it":      {"a", "b . c", []string{". c"}, " b", true},
		"a stop string that ends so":  {"a", "c a b", []string{"a b"}, " c", true},
		"not across the prompt's end": {"a", "b c", []string{"a b"}, " b c", false},
	} {
		t.Run(name, func(t *testing.T) {
			last := int32(0) // <unk>, which ends no word
			if ids := tok.Encode(c.prompt); len(ids) > 0 {
				last = ids[len(ids)-1]
			}
			s, err := NewStream(tok, last, c.stops)
			require.NoError(t, err)
			var got strings.Builder
			ended := false
			for _, id := range tok.Encode(c.text) {
				var text string
				text, ended = s.Add(id)
				got.WriteString(text)
				require.True(t, strings.HasPrefix(c.want, got.String()), "%q is shown", got.String())
				if ended {
					break
				}
			}
			got.WriteString(s.Rest())
			require.Equal(t, c.want, got.String())
			require.Equal(t, c.ended, ended)
			if ended {
				text, again := s.Add(1)
				require.Empty(t, text)
				require.True(t, again)
			}
		})
	}
}

func TestStreamRefuses(t *testing.T) {
	for stop, want := range map[string]string{"": "is empty after tokenization", " \n": "is empty after tokenization", "ab?": "not in the vocabulary"} {
		_, err := NewStream(words(t), 0, []string{stop})
		require.ErrorContains(t, err, want)
	}
}
