package tokenizer

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStandardize(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", " \n\t ", ""},
		{"words", "a b  c", "a b c"},
		{"signs", "a-b,c!d;e?f+g(h)i[j]k{l}m|n_o/p*q~r\"s", "a - b , c ! d ; e ? f + g ( h ) i [ j ] k { l } m | n _ o / p * q ~ r \" s"},
		{"runs", "a--b!!?!c", "a -- b !! ? ! c"},
		{"signs that stay", `a.b:c'd<e>f=g&h%i$j#k@l^m\n` + "`o", `a.b:c'd<e>f=g&h%i$j#k@l^m\n` + "`o"},
		{"dashes", "a—b–c―d-—e", "a - b - c - d -- e"},
		{"other dashes", "a‐b‑c‒d−e", "a‐b‑c‒d−e"},
		{"ellipsis and accent", "a…b´c", "a...b'c"},
		{"line breaks", "\n a \n\n\t b\r\nc\rd\u2028e\n", "a \n b \n c d e"},
		{"line break by a sign", "a-\n-b", "a - \n - b"},
		{"space of all kinds", "a\t\v\f\r\x1c\x1d\x1e\x1f\u0085\u00a0\u1680\u2000\u2009\u200a\u2028\u2029\u202f\u205f\u3000b", "a b"},
		{"no space", "a\u200bb\u180ec\ufeffd", "a\u200bb\u180ec\ufeffd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, standardize(c.text))
			require.Equal(t, c.want, standardizeByDefinition(c.text))
		})
	}
}

// pythonSpace is what \s of a Python regular expression matches, save for the line feed.
const pythonSpace = "\t\v\f\r\x1c-\x1f \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

var (
	definedSigns = regexp.MustCompile(`(-+|~+|!+|"+|;+|\?+|\++|,+|\)+|\(+|/+|\*+|\[+|\]+|\}+|\{+|\|+|_+)`)
	definedBreak = regexp.MustCompile("[\n" + pythonSpace + "]*\n[\n" + pythonSpace + "]*")
	definedSpace = regexp.MustCompile("[" + pythonSpace + "]+")
)

// standardizeByDefinition does one step after the other on the whole text.
func standardizeByDefinition(text string) string {
	text = strings.NewReplacer("—", "-", "–", "-", "―", "-", "…", "...", "´", "'").Replace(text)
	text = definedSigns.ReplaceAllString(text, " $1 ")
	text = definedBreak.ReplaceAllString(text, " \n ")
	text = definedSpace.ReplaceAllString(text, " ")
	return strings.Trim(text, " \n")
}

// TestStandardizeRandom compares with the definition on random texts, whole and line by line.
func TestStandardizeRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	alphabet := []rune("aé. -—…´\n\n\t\u2028\u3000\u00a0!!\"_\\")
	for range 5000 {
		text := make([]rune, rng.IntN(15))
		for i := range text {
			text[i] = alphabet[rng.IntN(len(alphabet))]
		}
		want := standardizeByDefinition(string(text))
		require.Equal(t, want, standardize(string(text)), "%q", string(text))
		var (
			s      standardizer
			chunks []string
		)
		for line := range strings.Lines(string(text)) {
			s.split(line, false, func(chunk string) { chunks = append(chunks, strings.TrimSuffix(chunk, " ")) })
		}
		require.Equal(t, want, strings.Join(chunks, " "), "%q", string(text))
	}
}
