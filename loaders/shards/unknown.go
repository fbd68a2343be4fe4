package shards

import (
	"unicode/utf8"

	"gorgpt/tokenizer"
)

// keptChars is the number of characters outside the vocabulary that are kept for each book.
const keptChars = 32

// mostFrequent returns the characters that the index keeps for a book, or nil if the index lists no characters for it.
func mostFrequent(u *tokenizer.Unknowns) map[string]int {
	var kept map[string]int
	for _, r := range u.Most(keptChars) {
		if kept == nil {
			kept = map[string]int{}
		}
		kept[string(r)] = u.Chars[r]
	}
	return kept
}

// unknowns returns the counts of a book, of its tokens and of the characters in the index. Folders of
// earlier versions have no characters.
func (s *stored) unknowns() tokenizer.Unknowns {
	u := tokenizer.Unknowns{Tokens: s.book.Tokens, Unknown: s.unknown}
	for char, n := range s.book.Unknown {
		r, size := utf8.DecodeRuneInString(char)
		if size != len(char) || r == utf8.RuneError || n < 1 {
			continue
		}
		if u.Chars == nil {
			u.Chars = map[rune]int{}
		}
		u.Chars[r] = n
	}
	return u
}
