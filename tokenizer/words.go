package tokenizer

import (
	"strings"
	"unicode/utf8"
)

// MaxWord is the most bytes that a word has: of the text with [Bert], and of what stands between
// spaces after the repair with [Original]. One that is longer is cut, before the character that
// would exceed them, into words that are spelled by themselves. No language has such words, but a
// file without spaces is one, and its memory would grow with it.
//
// GPT-1: neither Hugging Face's tokenizer nor the 2018 code has a limit.
const MaxWord = 1 << 14

// LongWords is how often the words of a text are cut for being longer than [MaxWord].
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

// mayHaveLongWord reports whether there is no white space for as long as a word takes that is
// cut. Few characters grow when they are repaired, and none to more than four times its bytes.
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

// characterBefore is where the last character starts that begins at an index or before it.
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
