package tokenizer

import "iter"

// Pieces cuts a text of many megabytes into pieces of about size bytes that give, encoded
// one after the other, the ids of the whole. Only [Bert] allows that; with [Original], in
// which lines depend on each other, the text is the only piece.
func (t *Tokenizer) Pieces(text string, size int) iter.Seq[string] {
	if t.pipeline != Bert {
		size = len(text)
	}
	return func(yield func(string) bool) {
		for piece := ""; text != ""; {
			if piece, text = cut(text, max(size, 1)); !yield(piece) {
				return
			}
		}
	}
}
