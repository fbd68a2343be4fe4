package tokenizer

import "strings"

// Decode joins the tokens to text. The suffix </w> becomes a space, except in the last token, where it is
// dropped. A token without the suffix, such as [Unknown], is joined to the next one without a space. An id
// outside the vocabulary is decoded as [Unknown].
//
// The original case, accents and spacing are lost. But encoding and decoding the result again gives the
// same text, if nothing in it is unknown.
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
