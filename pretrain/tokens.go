package pretrain

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/loaders"
	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// tokens holds the tokens of the books.
type tokens struct {
	tok          *tokenizer.Tokenizer
	learned      bool // the vocabulary was learned from this text
	train, valid []loaders.Tokens
	validBytes   int64 // of the text of valid in UTF-8; 0: unknown
	books        int
	held         []string // names of the validation books
	counted      []counted
	close        func() error
}

// heldOut describes the validation books.
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

// tokens opens the prepared folder that Data names, or the cache. If there is neither, it
// tokenizes the books into memory. The first rank decides, so that all ranks do the same.
func (o Options) tokens(ctx context.Context, to train.Listener) (*tokens, error) {
	for _, path := range o.Data {
		folder, err := o.Group.Decide(func() (bool, error) { return shards.IsFolder(path), nil })
		if err != nil {
			return nil, err
		}
		if folder {
			return o.openPrepared(path, to)
		}
	}
	l, err := o.texts(ctx, to)
	if err != nil {
		return nil, err
	}
	if o.Cache == "" {
		return o.inMemory(ctx, l, to)
	}
	return o.cached(ctx, l, to)
}

// openPrepared opens a folder that [Prepare] wrote.
func (o Options) openPrepared(dir string, to train.Listener) (*tokens, error) {
	if len(o.Data) > 1 {
		return nil, train.BadOption("{Data} %s is a folder of tokens: it cannot be combined with other {Data}", dir)
	}
	if len(o.Valid) > 0 {
		return nil, train.BadOption("{Data} %s is a folder of tokens that were split already: it cannot be combined with {Valid}", dir)
	}
	tok, err := o.givenTokenizer()
	if err != nil {
		return nil, err
	}
	f, err := o.open("Data", dir, "")
	if err != nil {
		return nil, err
	}
	if tok != nil {
		if err := f.CheckTokenizer(tok); err != nil {
			_ = f.Close() // the first error counts
			return nil, train.BadOption("{Data} %s, {Tokenizer} %s: %v", dir, o.Tokenizer, err)
		}
	}
	to.Note("reading the tokens in %s", dir)
	return fromFolder(f, false), nil
}

// open opens a folder of tokens that the first rank can read. If this rank cannot, the error
// suggests a remedy.
func (o Options) open(field, dir, or string) (*shards.Folder, error) {
	f, err := shards.Open(dir)
	if !o.Group.First() && errors.Is(err, fs.ErrNotExist) {
		return nil, train.BadOption("{"+field+"}: %s does not exist on this machine: name a folder that all machines share"+or, dir)
	}
	return f, err
}

// cached opens the cached tokens of these books and settings. If an earlier run has not cached
// them, it tokenizes the books into the cache.
func (o Options) cached(ctx context.Context, l texts, to train.Listener) (*tokens, error) {
	p, err := o.preparation(ctx, l)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(o.Cache, p.source[:16])
	status, err := p.look(dir)
	if err != nil {
		return nil, err
	}
	var f *shards.Folder // only on the first rank, if the folder is reused
	reused, err := o.Group.Decide(func() (bool, error) {
		if status != shards.Finished {
			return false, nil
		}
		var err error
		if f, err = shards.Open(dir); err != nil {
			to.Note("%v; tokenizing again", err)
			return false, nil
		}
		to.Note("the text is unchanged: its tokens are reused from %s", dir)
		return true, nil
	})
	if err == nil && !reused {
		err = p.write(ctx, dir, status, to)
	}
	if err != nil {
		return nil, err
	}
	if f == nil {
		if f, err = o.open("Cache", dir, ", or leave {Cache} empty so that each keeps the tokens in memory"); err != nil {
			return nil, err
		}
	}
	return fromFolder(f, o.learns()), nil
}

// fromFolder returns the tokens in an open folder. learned says that the vocabulary was learned
// from this text.
func fromFolder(f *shards.Folder, learned bool) *tokens {
	t := &tokens{tok: f.Tokenizer, learned: learned, close: f.Close, books: len(f.Train) + len(f.Valid), counted: countedIn(f)}
	for _, b := range f.Train {
		t.train = append(t.train, b.Tokens)
	}
	for _, b := range f.Valid {
		t.valid = append(t.valid, b.Tokens)
		t.held = append(t.held, b.Name)
		t.validBytes += b.Bytes
	}
	if slices.ContainsFunc(f.Valid, func(b shards.Book) bool { return b.Bytes == 0 && b.Tokens.Len() > 0 }) {
		t.validBytes = 0
	}
	if len(f.Train) == 1 && len(f.Valid) == 1 && f.Train[0].Name == f.Valid[0].Name {
		t.books = 1
	}
	return t
}

// inMemory tokenizes the books into memory.
func (o Options) inMemory(ctx context.Context, l texts, to train.Listener) (*tokens, error) {
	p, err := o.split(ctx, l)
	if err != nil {
		return nil, err
	}
	if p.tok == nil {
		if p.tok, err = o.learn(ctx, p.train, to); err != nil {
			return nil, err
		}
	}
	t := &tokens{tok: p.tok, learned: o.learns(), books: len(l.books) + len(l.valid), close: func() error { return nil }}
	for _, part := range []struct {
		sources []loaders.Source
		tokens  *[]loaders.Tokens
	}{{p.train, &t.train}, {p.valid, &t.valid}} {
		counts, bytes := make([]counted, len(part.sources)), make([]int64, len(part.sources))
		*part.tokens, err = loaders.EncodeSources(ctx, p.tok, part.sources, func(i int, book loaders.Book, ids loaders.InMemory) {
			counts[i].name, bytes[i] = part.sources[i].Name, int64(len(book.Text))
			counts[i].unknown.Add(p.tok, book.Text, ids)
		})
		switch {
		case errors.Is(err, context.Canceled):
			return nil, errors.WithMessage(err, "tokenizing: stopped")
		case err != nil:
			return nil, err
		}
		t.counted, t.validBytes = append(t.counted, counts...), 0
		for _, n := range bytes {
			t.validBytes += n // of the last part, which is for validation
		}
	}
	for _, source := range p.valid {
		t.held = append(t.held, source.Name)
	}
	return t, nil
}
