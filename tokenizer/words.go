package tokenizer

import "strings"

// EndsWord tells whether a word ends with the token. Words are what the pipeline cuts text
// into, punctuation marks among them; so texts have as many words in one vocabulary as in
// another. A token that stands for unknown symbols counts as a word.
func (t *Tokenizer) EndsWord(id int32) bool {
	token, found := t.Token(id)
	return !found || token == Unknown || strings.HasSuffix(token, endOfWord)
}
