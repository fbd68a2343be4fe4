package loaders

import (
	"math"
	"math/rand/v2"

	"github.com/pkg/errors"
)

// Position says which window comes next. The zero value is the very first.
// A Position is safe for concurrent use as long as nothing changes it.
type Position struct {
	Epoch int `json:"epoch"` // how often all books have been gone through
	Index int `json:"index"` // how many windows of this epoch have been drawn
}

// Windows draws training windows of ctx+1 token ids: ctx inputs, and the same moved on by
// one as targets. A window never reaches from one book into another.
//
// In each epoch every book is cut anew: from a random offset on, window follows window,
// each beginning with the last token of the one before, so that no token is a target
// twice. Then the windows of all books are shuffled. An epoch depends on the seed and
// its own number alone, so that any position can be gone back to.
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

// NewWindows prepares windows over tokenized books, which it keeps but never changes.
// It is an error if ctx is not positive or no book is long enough for a window.
func NewWindows(books []Tokens, ctx int, seed uint64) (*Windows, error) {
	if err := checkBooks(books, ctx); err != nil {
		return nil, err
	}
	w := &Windows{books: books, ctx: ctx, seed: seed, offsets: make([]int, len(books))}
	w.draw(0)
	return w, nil
}

// Next copies the next window to dst, which must have room for ctx+1 ids, and moves on.
// After the last window of an epoch comes the first of the next. It fails,
// and does not move on, if [Tokens] do.
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

// Position is where the next window comes from, or the end of an epoch that is over. Given
// to Seek, it makes Next go on from there.
func (w *Windows) Position() Position { return w.pos }

// Seek makes Next go on at a position. It is an error if the epoch has no such window.
func (w *Windows) Seek(pos Position) error {
	if pos.Epoch < 0 || pos.Index < 0 {
		return errors.Errorf("seeking window %d of epoch %d: neither can be negative", pos.Index, pos.Epoch)
	}
	offsets := make([]int, len(w.books))
	w.drawOffsets(pos.Epoch, offsets)
	if n := countWindows(w.books, offsets, w.ctx).Windows; pos.Index > n {
		return errors.Errorf("seeking window %d of epoch %d, which has %d: were the books or the context others?",
			pos.Index, pos.Epoch, n)
	}
	w.draw(pos.Epoch)
	w.pos = pos
	return nil
}

// Stats counts the windows and what is in none, in the epoch of the last window drawn.
func (w *Windows) Stats() WindowStats { return countWindows(w.books, w.offsets, w.ctx) }

// drawnOffsets is how many offsets Total draws at most. To begin an epoch takes as long as some
// twenty of them.
const drawnOffsets = 20_000_000

// Total is the number of windows in the first epochs together, at most [math.MaxInt]. It depends
// on the offsets of every epoch; of more epochs than can be drawn in a second or so, the rest
// counts as many as an epoch has on average.
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

// mean is how many windows an epoch has on average over all offsets.
func (w *Windows) mean() float64 {
	mean := 0.0
	for _, ids := range w.books {
		room := max(w.room(ids), 1)
		// All offsets give as many windows as the last, and the first of them one more.
		last := windowCount(ids.Len(), room-1, w.ctx)
		more := min(max(ids.Len()-1-(last+1)*w.ctx+1, 0), room) // offsets that leave one more
		mean += float64(last) + float64(more)/float64(room)
	}
	return mean
}

// room is at how many places the first window of a book may begin: at any of ctx, or as many as
// leave room for a window.
func (w *Windows) room(ids Tokens) int { return min(w.ctx, ids.Len()-w.ctx) }

// draw goes to the beginning of an epoch.
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

// drawOffsets draws where each book begins in an epoch. It returns the generator for what else
// is random.
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
