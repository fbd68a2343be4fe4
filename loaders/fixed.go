package loaders

import "github.com/pkg/errors"

// WindowStats counts the windows and the unused tokens of an epoch of [Windows].
// WindowStats are safe for concurrent use as long as nothing changes them.
type WindowStats struct {
	Windows     int // windows of all books
	HeadTokens  int // tokens before the first window of their book
	TailTokens  int // tokens after the last window of their book
	ShortBooks  int // books with too few tokens for a window
	ShortTokens int // tokens of these books
}

// FixedWindows are the windows of validation books. Unlike [Windows], they always start at the first
// token and are in order, and the rest of a book is a shorter window. So every token except the first
// of its book is a target exactly once. FixedWindows are safe for concurrent use.
type FixedWindows struct {
	books   []Tokens
	ctx     int
	starts  []window
	targets int
}

// NewFixedWindows cuts tokenized books into windows. It keeps the books but never changes them. It is
// an error if ctx is not positive or no book is long enough for a whole window.
func NewFixedWindows(books []Tokens, ctx int) (*FixedWindows, error) {
	if err := checkBooks(books, ctx); err != nil {
		return nil, err
	}
	f := &FixedWindows{books: books, ctx: ctx}
	for book, ids := range books {
		for nth := 0; nth*ctx < ids.Len()-1; nth++ {
			f.starts = append(f.starts, window{uint32(book), uint32(nth)})
		}
		f.targets += max(ids.Len()-1, 0)
	}
	return f, nil
}

// Len is the number of windows.
func (f *FixedWindows) Len() int { return len(f.starts) }

// Targets is the number of tokens to predict in all windows.
func (f *FixedWindows) Targets() int { return f.targets }

// At copies window i, 2 to ctx+1 ids, to dst, which must have room for ctx+1, and returns the part of
// dst that it fills. It fails if [Tokens] fail.
func (f *FixedWindows) At(i int, dst []int32) ([]int32, error) {
	w := f.starts[i]
	book, at := f.books[w.book], int(w.nth)*f.ctx
	dst = dst[:min(f.ctx+1, book.Len()-at)]
	return dst, book.Copy(dst, at)
}

// windowCount is the number of windows of ctx+1 tokens that a book of n tokens has from an offset on.
// Each begins with the last token of the previous one.
func windowCount(n, offset, ctx int) int {
	return max(0, n-offset-1) / ctx
}

// countWindows counts the windows of books that begin at the offsets.
func countWindows(books []Tokens, offsets []int, ctx int) WindowStats {
	var s WindowStats
	for book, ids := range books {
		n := windowCount(ids.Len(), offsets[book], ctx)
		if n == 0 {
			s.ShortBooks++
			s.ShortTokens += ids.Len()
			continue
		}
		s.Windows += n
		s.HeadTokens += offsets[book]
		s.TailTokens += ids.Len() - (offsets[book] + n*ctx + 1)
	}
	return s
}

// checkBooks checks that there is at least one window.
func checkBooks(books []Tokens, ctx int) error {
	if ctx <= 0 {
		return errors.Errorf("windows need a positive context, got %d", ctx)
	}
	longest, total := 0, 0
	for _, ids := range books {
		longest = max(longest, ids.Len())
		total += ids.Len()
	}
	if longest < ctx+1 {
		return errors.Errorf("too little text: a context of %d needs a book of %d tokens, but the longest of %d books "+
			"has %d, and all together %d", ctx, ctx+1, len(books), longest, total)
	}
	return nil
}
