package tokenizer

import "strings"

// Decode joins the tokens to text: </w> becomes a space, save in the last token, where
// it vanishes. A token without the suffix, [Unknown] among them, joins what follows
// with nothing between. An id outside the vocabulary reads as [Unknown].
//
// Text is not restored to the letter, as case, accents and spacing are gone; but
// encoding the result again gives the same text, if nothing in it was unknown.
func (t *Tokenizer) Decode(ids []int32) string {
	var text strings.Builder
	for i, id := range ids {
		token, ok := t.Token(id)
		if !ok {
			token = Unknown
		}
		separator := " "
		if i == len(ids)-1 {
			separator = ""
		}
		text.WriteString(strings.ReplaceAll(token, endOfWord, separator))
	}
	return text.String()
}
