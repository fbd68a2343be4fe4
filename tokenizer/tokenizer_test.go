package tokenizer

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// small is a vocabulary that spells low, lower and the newline.
func small(t testing.TB) *Tokenizer {
	t.Helper()
	tok, err := New(
		[]string{Unknown, "l", "o", "w", "e", "r", "w</w>", "r</w>", "lo", "low</w>", "er</w>", "low", "lower</w>", "\n</w>"},
		[]Merge{{"l", "o"}, {"lo", "w</w>"}, {"e", "r</w>"}, {"lo", "w"}, {"low", "er</w>"}},
	)
	require.NoError(t, err)
	return tok
}

func TestNewErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		tokens []string
		merges []Merge
		want   string
	}{
		{"no tokens", nil, nil, "has no <unk>"},
		{"no unknown token", []string{"a"}, nil, "has no <unk>"},
		{"empty token", []string{Unknown, ""}, nil, "token 1 is empty"},
		{"token twice", []string{Unknown, "a", "a"}, nil, `token "a" has two ids, 1 and 2`},
		{"left part missing", []string{Unknown, "b", "ab"}, []Merge{{"a", "b"}}, `merge 1: part "a"`},
		{"right part missing", []string{Unknown, "a", "ab"}, []Merge{{"a", "b"}}, `merge 1: part "b"`},
		{"empty part", []string{Unknown, "a"}, []Merge{{"a", ""}}, `merge 1: part ""`},
		{"part with a space", []string{Unknown, "a", " ", "a "}, []Merge{{"a", " "}}, `part " " has a space`},
		{"result missing", []string{Unknown, "a", "b"}, []Merge{{"a", "b"}}, `merge 1: result "ab" of "a" and "b"`},
		{"merge twice", []string{Unknown, "a", "aa"}, []Merge{{"a", "a"}, {"a", "a"}}, `merge 2: "a" and "a" were already merged at rank 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(c.tokens, c.merges)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestNewKeepsNoReference(t *testing.T) {
	tokens := []string{Unknown, "a</w>"}
	tok, err := New(tokens, nil)
	require.NoError(t, err)
	tokens[1] = "b</w>"
	require.Equal(t, "a", tok.Decode(tok.Encode("a")))
}

func TestLookups(t *testing.T) {
	tok := small(t)
	require.Equal(t, 14, tok.Size())
	for id := range int32(14) {
		token, ok := tok.Token(id)
		require.True(t, ok)
		back, ok := tok.ID(token)
		require.True(t, ok)
		require.Equal(t, id, back)
	}
	for _, id := range []int32{-1, 14} {
		_, ok := tok.Token(id)
		require.False(t, ok)
	}
	_, ok := tok.ID("absent")
	require.False(t, ok)
}

func TestAddSpecials(t *testing.T) {
	tok := small(t)
	special, err := tok.AddSpecials()
	require.NoError(t, err)
	require.Equal(t, 14, tok.Size(), "the tokenizer itself does not change")
	require.Equal(t, 17, special.Size())
	for i, token := range []string{Start, Delimiter, Classify} {
		id, ok := special.ID(token)
		require.True(t, ok)
		require.Equal(t, int32(14+i), id)
		require.NotContains(t, special.Encode("low "+token+" low"), id, "no text encodes to a special token")
	}
	require.Equal(t, tok.Encode("lower low"), special.Encode("lower low"))

	again, err := special.AddSpecials()
	require.NoError(t, err)
	require.Same(t, special, again)

	partial, err := New([]string{Unknown, Delimiter}, nil)
	require.NoError(t, err)
	_, err = partial.AddSpecials()
	require.ErrorContains(t, err, `token "_delimiter_" has two ids, 1 and 3`)
}
