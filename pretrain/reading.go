package pretrain

import (
	"cmp"
	"fmt"

	"gorgpt/loaders"
	"gorgpt/train"
)

// Reading is the event that reports the progress of work on books, such as tokenizing. It is sent
// after each book, and again with End set when the work has ended.
type Reading struct {
	Work        string // such as "tokenizing"
	Books, Of   int    // books done, and all books
	Unit        string // what is counted, if not books
	Bytes, Size int64  // bytes done, and all bytes
	More        string // further text, such as ", 1000 tokens"
	End         bool   // the work has ended
}

// String returns a progress line.
func (r Reading) String() string {
	return fmt.Sprintf("%s: %d of %d %s, %.1f of %.1f MB%s", r.Work, r.Books, r.Of, cmp.Or(r.Unit, "books"), float64(r.Bytes)/1e6, float64(r.Size)/1e6, r.More)
}

// reading reports work on books to a listener.
type reading struct {
	to   train.Listener
	now  Reading
	done int64 // bytes
}

func newReading(to train.Listener, work string, books []loaders.Source) *reading {
	r := &reading{to: to, now: Reading{Work: work, Of: len(books)}}
	for _, b := range books {
		r.now.Size += b.Size
	}
	return r
}

// at reports how many books and bytes are done.
func (r *reading) at(books int, bytes int64, more string) {
	r.done = bytes
	r.now.Books, r.now.Bytes, r.now.More = books, bytes, more
	r.to.Send(r.now)
}

func (r *reading) end() {
	r.now.End = true
	r.to.Send(r.now)
}
