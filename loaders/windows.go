package loaders

import (
	"math"
	"math/rand/v2"

	"github.com/pkg/errors"
)

// Position says which window comes next. The zero value is the first window.
// A Position is safe for concurrent use as long as nothing changes it.
type Position struct {
	Epoch int `json:"epoch"` // number of complete passes through all books
	Index int `json:"index"` // number of windows drawn in this epoch
}

// Windows draws training windows of ctx+1 token ids: ctx inputs and, shifted by one, ctx targets. A
// window never spans two books.
//
// In each epoch every book is cut again, from a random offset. Each window begins with the last token
// of the previous one, so that no token is a target twice. Then the windows of all books are shuffled.
// An epoch depends only on the seed and its number, so any position can be restored.
//
// Only one goroutine may use it at a time.
type Windows struct {
	books   []Tokens
	ctx     int
	seed    uint64
	pos     Position
	offsets []int    // of the first window of each book, in the epoch of pos
	order   []window // of the epoch of pos
}

// window is the nth window of a book.
type window struct{ book, nth uint32 }

// NewWindows prepares windows of tokenized books. It keeps the books but never changes them. It is an
// error if ctx is not positive or no book is long enough for a window.
func NewWindows(books []Tokens, ctx int, seed uint64) (*Windows, error) {
	if err := checkBooks(books, ctx); err != nil {
		return nil, err
	}
	w := &Windows{books: books, ctx: ctx, seed: seed, offsets: make([]int, len(books))}
	w.draw(0)
	return w, nil
}

// Next copies the next window to dst, which must have room for ctx+1 ids, and advances. The last window
// of an epoch is followed by the first of the next. If [Tokens] fail, Next fails and does not advance.
func (w *Windows) Next(dst []int32) error {
	if w.pos.Index == len(w.order) {
		w.draw(w.pos.Epoch + 1)
	}
	next := w.order[w.pos.Index]
	begin := w.offsets[next.book] + int(next.nth)*w.ctx
	if err := w.books[next.book].Copy(dst[:w.ctx+1], begin); err != nil {
		return err
	}
	w.pos.Index++
	return nil
}

// Position is the position of the next window, or the end of a finished epoch. Pass it to Seek to
// continue from there.
func (w *Windows) Position() Position { return w.pos }

// Seek makes Next continue at a position. It is an error if the epoch has no such window.
func (w *Windows) Seek(pos Position) error {
	if pos.Epoch < 0 || pos.Index < 0 {
		return errors.Errorf("seeking window %d of epoch %d: neither can be negative", pos.Index, pos.Epoch)
	}
	offsets := make([]int, len(w.books))
	w.drawOffsets(pos.Epoch, offsets)
	if n := countWindows(w.books, offsets, w.ctx).Windows; pos.Index > n {
		return errors.Errorf("seeking window %d of epoch %d, which has %d: did the books or the context change?",
			pos.Index, pos.Epoch, n)
	}
	w.draw(pos.Epoch)
	w.pos = pos
	return nil
}

// Stats counts the windows and the tokens outside them, in the epoch of the last window drawn.
func (w *Windows) Stats() WindowStats { return countWindows(w.books, w.offsets, w.ctx) }

// drawnOffsets is the maximum number of offsets that Total draws. Starting an epoch takes as long as
// about twenty of them.
const drawnOffsets = 20_000_000

// Total is the number of windows in the first epochs, at most [math.MaxInt]. It depends on the offsets
// of every epoch. Beyond the epochs that can be drawn in about a second, it uses the average.
func (w *Windows) Total(epochs int) int {
	offsets := make([]int, len(w.books))
	drawn := min(epochs, max(drawnOffsets/(len(w.books)+20), 1))
	total := 0
	for epoch := range drawn {
		w.drawOffsets(epoch, offsets)
		total += countWindows(w.books, offsets, w.ctx).Windows
	}
	all := float64(total) + float64(epochs-drawn)*w.mean()
	switch {
	case drawn == epochs:
		return total
	case all >= math.MaxInt:
		return math.MaxInt
	}
	return int(all)
}

// mean is the number of windows of an epoch, averaged over all offsets.
func (w *Windows) mean() float64 {
	mean := 0.0
	for _, ids := range w.books {
		room := max(w.room(ids), 1)
		// All offsets give as many windows as the last offset; the first offsets give one more.
		last := windowCount(ids.Len(), room-1, w.ctx)
		more := min(max(ids.Len()-1-(last+1)*w.ctx+1, 0), room) // offsets that leave one more
		mean += float64(last) + float64(more)/float64(room)
	}
	return mean
}

// room is the number of positions where the first window of a book may begin: ctx, or fewer if the book
// is short.
func (w *Windows) room(ids Tokens) int { return min(w.ctx, ids.Len()-w.ctx) }

// draw starts an epoch.
func (w *Windows) draw(epoch int) {
	rng := w.drawOffsets(epoch, w.offsets)
	w.order = w.order[:0]
	for book, ids := range w.books {
		for nth := range windowCount(ids.Len(), w.offsets[book], w.ctx) {
			w.order = append(w.order, window{uint32(book), uint32(nth)})
		}
	}
	rng.Shuffle(len(w.order), func(i, j int) { w.order[i], w.order[j] = w.order[j], w.order[i] })
	w.pos = Position{Epoch: epoch}
}

// drawOffsets draws where each book begins in an epoch. It returns the generator for the shuffle.
func (w *Windows) drawOffsets(epoch int, offsets []int) *rand.Rand {
	rng := rand.New(rand.NewPCG(w.seed, uint64(epoch)))
	for book, ids := range w.books {
		offsets[book] = 0
		if room := w.room(ids); room > 1 {
			offsets[book] = rng.IntN(room)
		}
	}
	return rng
}
