package pretrain

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/loaders"
	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// tokens are the books in the form that windows are cut from.
type tokens struct {
	tok          *tokenizer.Tokenizer
	train, valid []loaders.Tokens
	books        int
	held         []string // names of the validation books
	counted      []counted
	close        func() error
}

// heldOut says which books are for validation.
func (t *tokens) heldOut() string {
	if t.books == 1 {
		return "its last tenth"
	}
	var held group
	for _, name := range t.held {
		held.add(name)
	}
	return fmt.Sprintf("%d (%s)", held.count, &held)
}

// tokens opens the prepared folder that -data names, or the cache; without one, the
// books are tokenized into memory. What there is on the disk, the first rank decides.
func (s *Settings) tokens(ctx context.Context, con train.Console) (*tokens, error) {
	for _, path := range s.Data {
		folder, err := s.Group.Decide(func() (bool, error) { return shards.IsFolder(path), nil })
		if err != nil {
			return nil, err
		}
		if folder {
			return s.openPrepared(path, con.Out)
		}
	}
	books, err := s.books(ctx, con)
	if err != nil {
		return nil, err
	}
	if s.Cache == "" {
		return s.inMemory(ctx, books, con)
	}
	return s.cached(ctx, books, con)
}

// openPrepared opens a folder that -prepare has made.
func (s *Settings) openPrepared(dir string, w io.Writer) (*tokens, error) {
	if len(s.Data) > 1 {
		return nil, errors.Errorf("-data %s is a folder of tokens: give it alone, without other -data", dir)
	}
	tok, err := s.givenTokenizer()
	if err != nil {
		return nil, err
	}
	f, err := s.open("-data", dir, "")
	if err != nil {
		return nil, err
	}
	if tok != nil {
		if err := f.CheckTokenizer(tok); err != nil {
			_ = f.Close() // the first error counts
			return nil, errors.WithMessagef(err, "-data %s, -tokenizer %s", dir, s.Tokenizer)
		}
	}
	fmt.Fprintf(w, "tokens of %s\n", dir)
	return s.fromFolder(f, false, w), nil
}

// open opens a folder of tokens that the first rank sees. If this one does not, the error tells
// what else to do.
func (s *Settings) open(flag, dir, or string) (*shards.Folder, error) {
	f, err := shards.Open(dir)
	if !s.Group.First() && errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Errorf("%s: %s is not seen on this machine: name a folder that all machines share%s", flag, dir, or)
	}
	return f, err
}

// cached opens the tokens of these books and settings, which an earlier run may have left.
func (s *Settings) cached(ctx context.Context, books []loaders.Source, con train.Console) (*tokens, error) {
	p, err := s.preparation(ctx, books)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(s.Cache, p.source[:16])
	status, err := p.look(dir)
	if err != nil {
		return nil, err
	}
	var f *shards.Folder // of the first rank, if it is reused
	reused, err := s.Group.Decide(func() (bool, error) {
		if status != shards.Finished {
			return false, nil
		}
		var err error
		if f, err = shards.Open(dir); err != nil {
			fmt.Fprintf(con.Out, "%v; tokenizing again\n", err)
			return false, nil
		}
		fmt.Fprintf(con.Out, "tokens of the unchanged text, reused from %s\n", dir)
		return true, nil
	})
	if err == nil && !reused {
		err = p.write(ctx, dir, status, con)
	}
	if err != nil {
		return nil, err
	}
	if f == nil {
		if f, err = s.open("-cache", dir, ", or give -cache '' to keep tokens in memory on each"); err != nil {
			return nil, err
		}
	}
	return s.fromFolder(f, s.Tokenizer == "", con.Out), nil
}

// fromFolder takes the books of an open folder, whose vocabulary may have been learned for it.
func (s *Settings) fromFolder(f *shards.Folder, learned bool, w io.Writer) *tokens {
	t := &tokens{tok: f.Tokenizer, close: f.Close, books: len(f.Train) + len(f.Valid), counted: countedIn(f)}
	for _, b := range f.Train {
		t.train = append(t.train, b.Tokens)
	}
	for _, b := range f.Valid {
		t.valid = append(t.valid, b.Tokens)
		t.held = append(t.held, b.Name)
	}
	if len(f.Train) == 1 && len(f.Valid) == 1 && f.Train[0].Name == f.Valid[0].Name {
		t.books = 1
	}
	s.fit(t.tok, learned, w)
	return t
}

// inMemory tokenizes the books without a file.
func (s *Settings) inMemory(ctx context.Context, sources []loaders.Source, con train.Console) (*tokens, error) {
	p, err := s.split(ctx, sources)
	if err != nil {
		return nil, err
	}
	if p.tok == nil {
		if p.tok, err = s.learn(ctx, p.train, con); err != nil {
			return nil, err
		}
	}
	s.fit(p.tok, s.Tokenizer == "", con.Out)
	t := &tokens{tok: p.tok, books: len(sources), close: func() error { return nil }}
	for _, part := range []struct {
		sources []loaders.Source
		tokens  *[]loaders.Tokens
	}{{p.train, &t.train}, {p.valid, &t.valid}} {
		counts := make([]counted, len(part.sources))
		*part.tokens, err = loaders.EncodeSources(ctx, p.tok, part.sources, func(i int, book loaders.Book, ids loaders.InMemory) {
			counts[i].name = part.sources[i].Name
			counts[i].unknown.Add(p.tok, book.Text, ids)
		})
		switch {
		case errors.Is(err, context.Canceled):
			return nil, errors.WithMessage(err, "tokenizing: stopped")
		case err != nil:
			return nil, err
		}
		t.counted = append(t.counted, counts...)
	}
	for _, source := range p.valid {
		t.held = append(t.held, source.Name)
	}
	return t, nil
}
