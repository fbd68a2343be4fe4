package pretrain

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

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
	close        func() error
}

// heldOut says which books are for validation.
func (t *tokens) heldOut() string {
	if t.books == 1 {
		return "its last tenth"
	}
	names := make([]string, 0, 3)
	for _, name := range t.held[:min(len(t.held), 3)] {
		names = append(names, filepath.Base(name))
	}
	if len(t.held) > 3 {
		names = append(names, "…")
	}
	return fmt.Sprintf("%d (%s)", len(t.held), strings.Join(names, ", "))
}

// tokens opens the prepared folder that -data names, or the cache; without one, the
// books are tokenized into memory.
func (s *Settings) tokens(ctx context.Context, con train.Console) (*tokens, error) {
	for _, path := range s.Data {
		if shards.IsFolder(path) {
			return s.openPrepared(path, con.Out)
		}
	}
	books, err := s.sources()
	if err != nil {
		return nil, err
	}
	if s.Cache == "" {
		return s.inMemory(books, con)
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
	f, err := shards.Open(dir)
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

// cached opens the tokens of these books and settings, which an earlier run may have left.
func (s *Settings) cached(ctx context.Context, books []loaders.Source, con train.Console) (*tokens, error) {
	p, err := s.preparation(books)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(s.Cache, p.source[:16])
	status, err := shards.Look(dir, p.source)
	if err != nil {
		return nil, err
	}
	if status == shards.Finished {
		f, err := shards.Open(dir)
		if err == nil {
			fmt.Fprintf(con.Out, "tokens of the unchanged text, reused from %s\n", dir)
			return s.fromFolder(f, s.Tokenizer == "", con.Out), nil
		}
		fmt.Fprintf(con.Out, "%v; tokenizing again\n", err)
	}
	if err := p.write(ctx, dir, con); err != nil {
		return nil, err
	}
	f, err := shards.Open(dir)
	if err != nil {
		return nil, err
	}
	return s.fromFolder(f, s.Tokenizer == "", con.Out), nil
}

// fromFolder takes the books of an open folder, whose vocabulary may have been learned for it.
func (s *Settings) fromFolder(f *shards.Folder, learned bool, w io.Writer) *tokens {
	t := &tokens{tok: f.Tokenizer, close: f.Close, books: len(f.Train) + len(f.Valid)}
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
func (s *Settings) inMemory(sources []loaders.Source, con train.Console) (*tokens, error) {
	p, err := s.split(sources)
	if err != nil {
		return nil, err
	}
	if p.tok == nil {
		if p.tok, err = s.learn(p.train, con); err != nil {
			return nil, err
		}
	}
	s.fit(p.tok, s.Tokenizer == "", con.Out)
	t := &tokens{tok: p.tok, books: len(sources), close: func() error { return nil }}
	for _, part := range []struct {
		sources []loaders.Source
		tokens  *[]loaders.Tokens
	}{{p.train, &t.train}, {p.valid, &t.valid}} {
		books := make([]loaders.Book, len(part.sources))
		for i, source := range part.sources {
			if books[i], err = source.Read(); err != nil {
				return nil, err
			}
		}
		*part.tokens = loaders.Encode(p.tok, books)
	}
	for _, source := range p.valid {
		t.held = append(t.held, source.Name)
	}
	return t, nil
}
