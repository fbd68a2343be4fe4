package tokenizer

import (
	"strings"
	"unicode/utf8"
)

// MaxWord is the maximum length of a word in bytes: in the text with [Bert], and between spaces of the
// repaired text with [Original]. A longer word is cut, at a character, into words that are encoded
// separately. No language has such words, but a file without spaces is one word, and would take memory in
// proportion to its size.
//
// GPT-1: neither Hugging Face's tokenizer nor the 2018 code has a limit.
const MaxWord = 1 << 14

// LongWords is the number of words of a text that are cut because they are longer than [MaxWord].
func (p Pipeline) LongWords(text string) int {
	if !mayHaveLongWord(text) {
		return 0
	}
	if p == Bert {
		var s bertSplitter
		splitAtUnknown(text, func(piece string) { s.split(piece, func([]byte) {}) }, func() {})
		return s.long
	}
	var s originalSplitter
	s.chunks(text, func(string) {})
	return s.long
}

// mayHaveLongWord reports whether some stretch without white space may be long enough to be cut. Few
// characters grow when they are repaired, and none to more than four times its bytes.
func mayHaveLongWord(text string) bool {
	for len(text) > MaxWord/4 {
		at := strings.LastIndexAny(text[:MaxWord/4], " \n")
		if at < 0 {
			return true
		}
		text = text[at+1:]
	}
	return false
}

// characterBefore is the start of the last character that begins at an index or before it.
func characterBefore(text string, at int) int {
	for back := range min(utf8.UTFMax, at) {
		if utf8.RuneStart(text[at-back]) {
			return at - back
		}
	}
	return at // no UTF-8
}

// EndsWord reports whether a word ends with the token. Words are what the pipeline cuts text
// into, punctuation marks among them; so texts have as many words in one vocabulary as in
// another. A token that stands for unknown symbols counts as a word.
func (t *Tokenizer) EndsWord(id int32) bool {
	token, found := t.Token(id)
	return !found || token == Unknown || strings.HasSuffix(token, endOfWord)
}
