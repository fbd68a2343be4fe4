package shards

import (
	"context"
	"iter"
	"runtime"

	"gorgpt/internal/heed"
	"gorgpt/internal/parallel"
	"gorgpt/tokenizer"
)

// pieceBytes is the size of the text that is tokenized at a time.
const pieceBytes = 1 << 20

// piece is part of a book's text; an empty book is one empty piece.
type piece struct {
	text  string
	bytes int64 // its share of the bytes of the source
	end   bool  // whether it is the last piece of the book
}

// encodedPiece holds the tokens of a piece.
type encodedPiece struct {
	raw   []byte // in the format of the files
	bytes int64  // of the source
	text  int64  // bytes of the text
	end   bool
	chars map[rune]int // not in the vocabulary
}

// ahead is the number of pieces that may be tokenized before they are written. A single process needs
// enough to keep its cores busy. A rank also works while the books of other ranks are written; with the
// original pipeline a piece is a whole book.
func (c *Corpus) ahead() int {
	switch {
	case c.Group.Size() == 1:
		return 2 * runtime.GOMAXPROCS(0)
	case c.Tokenizer.Pipeline() == tokenizer.Bert:
		return max(64, 2*runtime.GOMAXPROCS(0))
	}
	return max(8, 2*runtime.GOMAXPROCS(0))
}

// encoded reads and tokenizes the books of this rank, on all cores.
func (c *Corpus) encoded(ctx context.Context, todo []entry) iter.Seq2[encodedPiece, error] {
	type text struct {
		size int64
		text string
	}
	cores := runtime.GOMAXPROCS(0)
	texts := parallel.InOrder(each(dealt(c.Group, todo)), cores, cores-1, func(e entry) (text, error) {
		book, err := heed.Do(ctx, e.Read)
		return text{e.Size, book.Text}, err
	})
	pieces := func(yield func(piece, error) bool) {
		for t, err := range texts {
			if err != nil {
				yield(piece{}, err)
				return
			}
			left, size := t.size, float64(t.size)/float64(len(t.text))
			var last piece
			for part := range c.Tokenizer.Pieces(t.text, pieceBytes) {
				if last.text != "" && !yield(last, nil) {
					return
				}
				last = piece{text: part, bytes: min(left, int64(size*float64(len(part))))}
				left -= last.bytes
			}
			last.bytes += left
			if last.end = true; !yield(last, nil) {
				return
			}
		}
	}
	size := tokenBytes(c.Tokenizer.Size())
	return parallel.InOrder(pieces, cores, c.ahead(), func(p piece) (encodedPiece, error) {
		return heed.Do(ctx, func() (encodedPiece, error) {
			ids := c.Tokenizer.Encode(p.text)
			var unknown tokenizer.Unknowns
			unknown.Add(c.Tokenizer, p.text, ids)
			return encodedPiece{put(make([]byte, 0, size*len(ids)), ids, size), p.bytes, int64(len(p.text)), p.end, unknown.Chars}, nil
		})
	})
}
