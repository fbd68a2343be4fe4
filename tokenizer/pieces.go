package tokenizer

import "iter"

// Pieces splits a large text into pieces of about size bytes. Encoded one after the other, they give the
// ids of the whole text. With [Original], in which lines depend on each other, the text is one piece.
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
