package shards

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"runtime"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/internal/heed"
	"gorgpt/internal/parallel"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// Surveyed describes the source of a book.
type Surveyed struct {
	Empty    bool // there is no text
	Cleaning loaders.Cleaning
	Long     int // number of words that are cut, see [tokenizer.MaxWord]
}

// Survey reads all books on all cores; each rank reads a share. It reports for each book what its
// file has in addition to the text, and what a pipeline cuts. All ranks get the same result.
func Survey(ctx context.Context, g *dist.Group, sources []loaders.Source, p tokenizer.Pipeline) ([]Surveyed, error) {
	cores := runtime.GOMAXPROCS(0)
	found := parallel.InOrder(each(dealt(g, sources)), cores, cores, func(s loaders.Source) (Surveyed, error) {
		return heed.Do(ctx, func() (Surveyed, error) {
			book, err := s.Read()
			if errors.Is(err, loaders.ErrEmpty) {
				return Surveyed{Empty: true}, nil
			}
			return Surveyed{Cleaning: book.Cleaning, Long: p.LongWords(book.Text)}, err
		})
	})
	var mine []Surveyed
	var failed error
	for one, err := range found {
		if failed = err; err == nil {
			mine = append(mine, one)
		}
	}
	if err := g.Sum(failed); err != nil {
		return nil, err
	}
	data, err := json.Marshal(mine)
	if err != nil {
		return nil, errors.Wrap(err, "surveying the books")
	}
	parts, err := g.Gather(data)
	if err != nil {
		return nil, err
	}
	shares := make([][]Surveyed, len(parts))
	for rank, part := range parts {
		if err := json.Unmarshal(part, &shares[rank]); err != nil {
			return nil, errors.Wrapf(err, "surveying the books of rank %d", rank)
		}
	}
	all := make([]Surveyed, len(sources))
	for i := range all {
		all[i] = shares[i%len(shares)][i/len(shares)]
	}
	return all, nil
}

// Revise gives a book another digest, so that [Fingerprint] distinguishes its tokens from those that
// version 1 made of a different text.
func Revise(s loaders.Source) loaders.Source {
	sum := s.Sum
	s.Sum = func() ([sha256.Size]byte, error) {
		old, err := sum()
		return sha256.Sum256(append(old[:], "text of version 2"...)), err
	}
	return s
}
