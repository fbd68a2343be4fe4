package loaders

import (
	"context"

	"gorgpt/internal/heed"
	"gorgpt/internal/parallel"
	"gorgpt/tokenizer"
)

// Tokens are the ids of one book, in memory or on disk. They are safe for concurrent use.
type Tokens interface {
	// Len is the number of ids.
	Len() int

	// Copy fills dst with the ids from index at on; there must be enough of them. It fails only if
	// reading from disk fails.
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

// Encode tokenizes the books into memory, on all cores. Package shards writes tokens to files, for
// more books than fit into memory.
func Encode(t *tokenizer.Tokenizer, books []Book) []Tokens {
	sources := make([]Source, len(books))
	for i, book := range books {
		sources[i] = book.Source()
	}
	ids, _ := EncodeSources(context.Background(), t, sources, nil) // these sources never fail
	return ids
}

// EncodeSources is [Encode] for books that are read one by one on each core. If done is not nil, it is
// called with each book, from several goroutines. EncodeSources fails if a book cannot be read or ctx
// ends.
func EncodeSources(
	ctx context.Context, t *tokenizer.Tokenizer, books []Source, done func(i int, book Book, ids InMemory),
) ([]Tokens, error) {
	ids := make([]Tokens, len(books))
	err := parallel.Do(len(books), func(i int) (err error) {
		ids[i], err = heed.Do(ctx, func() (Tokens, error) {
			book, err := books[i].Read()
			if err != nil {
				return nil, err
			}
			of := InMemory(t.Encode(book.Text))
			if done != nil {
				done(i, book, of)
			}
			return of, nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}
