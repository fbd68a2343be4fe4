package loaders

import (
	"runtime"
	"sync"

	"gorgpt/tokenizer"
)

// Tokens are the ids of one book, wherever they are kept. Many goroutines may read them at
// a time.
type Tokens interface {
	// Len is the number of ids.
	Len() int

	// Copy fills dst with the ids from index at on; there must be as many. It fails only
	// if the ids are on a disk that fails.
	Copy(dst []int32, at int) error
}

// InMemory are tokens in memory.
// An InMemory is safe for concurrent use as long as nothing changes it.
type InMemory []int32

// Len is the number of ids.
func (m InMemory) Len() int { return len(m) }

// Copy fills dst with the ids from index at on. It never fails.
func (m InMemory) Copy(dst []int32, at int) error {
	copy(dst, m[at:at+len(dst)])
	return nil
}

// Encode tokenizes each book, on all cores, into memory. Package shards below does the same
// into files, for more books than memory holds.
func Encode(t *tokenizer.Tokenizer, books []Book) []Tokens {
	ids := make([]Tokens, len(books))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(books)) {
		workers.Go(func() {
			for i := range next {
				ids[i] = InMemory(t.Encode(books[i].Text))
			}
		})
	}
	for i := range books {
		next <- i
	}
	close(next)
	workers.Wait()
	return ids
}
