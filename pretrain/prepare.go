package pretrain

import (
	"context"
	"fmt"

	"github.com/pkg/errors"

	"gorgpt/internal/heed"
	"gorgpt/loaders"
	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Prepare tokenizes the books of the settings into the folder that they name for it, and
// trains nothing. Of several ranks, all must call it; the first alone needs to see the folder.
func Prepare(ctx context.Context, o Options, to train.Listener) error {
	books, err := o.books(ctx, to)
	if err != nil {
		return err
	}
	p, err := o.preparation(ctx, books)
	if err != nil {
		return err
	}
	status, err := p.look(o.Prepare)
	if err != nil {
		return train.InOption("Prepare", err)
	}
	if err := p.write(ctx, o.Prepare, status, to); err != nil {
		return err
	}
	if err := o.checkPrepared(ctx, to); err != nil {
		return train.InOption("Prepare", err)
	}
	to.Note("to train on it: gorgpt train -data %s", o.Prepare)
	return nil
}

// preparation is the split books, and how they are to be tokenized.
type preparation struct {
	o            Options
	train, valid []loaders.Source
	tok          *tokenizer.Tokenizer // nil: to be learned
	source       string               // fingerprint of all that
}

// split holds books out and loads the tokenizer.
func (o Options) split(ctx context.Context, books []loaders.Source) (*preparation, error) {
	p := &preparation{o: o}
	var err error
	if p.tok, err = o.givenTokenizer(); err != nil {
		return nil, err
	}
	return heed.Do(ctx, func() (*preparation, error) {
		p.train, p.valid, err = loaders.SplitSources(books, uint64(o.Seed))
		return p, err
	})
}

// preparation is split with a fingerprint.
func (o Options) preparation(ctx context.Context, books []loaders.Source) (*preparation, error) {
	p, err := o.split(ctx, books)
	if err != nil {
		return nil, err
	}
	text, err := o.textSettings(p.tok)
	if err != nil {
		return nil, err
	}
	if err := o.Group.Same("settings of the text", text); err != nil {
		return nil, err
	}
	if p.source, err = shards.Fingerprint(ctx, o.Group, books, text); errors.Is(err, context.Canceled) {
		err = errors.WithMessage(err, "reading the books: stopped")
	}
	return p, err
}

// look tells all ranks how far the folder of the tokens is, as the first sees it.
func (p *preparation) look(dir string) (shards.Status, error) {
	data, err := p.o.Group.Once(func() ([]byte, error) {
		status, err := shards.Look(dir, p.source)
		return []byte{byte(status)}, err
	})
	if err != nil {
		return shards.Absent, err
	}
	return shards.Status(data[0]), nil
}

// write makes a folder of tokens, or goes on with it.
func (p *preparation) write(ctx context.Context, dir string, status shards.Status, to train.Listener) (err error) {
	if status == shards.Begun {
		to.Note("going on with %s", dir)
	}
	if p.tok == nil && status != shards.Absent {
		if p.tok, err = p.learned(dir); err != nil {
			return err
		}
	}
	if p.tok == nil {
		if p.tok, err = p.o.learn(ctx, p.train, to); err != nil {
			return err
		}
	}
	books := append(append([]loaders.Source(nil), p.train...), p.valid...)
	m := newReading(to, "tokenizing", books)
	var done shards.Progress
	err = shards.Write(ctx, dir, shards.Corpus{
		Tokenizer: p.tok, Source: p.source, Train: p.train, Valid: p.valid, Group: p.o.Group,
		Report: func(now shards.Progress) {
			done = now
			m.at(now.Books, now.Bytes, fmt.Sprintf(", %d tokens", now.Tokens))
		},
	})
	m.end()
	switch {
	case err != nil:
		return err
	case done.Books > 0:
		to.Note("tokenized into %s: %d tokens", dir, done.Tokens)
	default:
		to.Note("%s is complete", dir)
	}
	return nil
}

// learned is the tokenizer in a folder where an attempt before has learned it. Without one,
// or if it is damaged, it is nil.
func (p *preparation) learned(dir string) (*tokenizer.Tokenizer, error) {
	data, err := p.o.Group.Once(func() ([]byte, error) {
		tok, err := tokenizer.Load(dir)
		if err != nil {
			return nil, nil // it is learned again
		}
		return tok.Marshal()
	})
	if err != nil || len(data) == 0 {
		return nil, err
	}
	return tokenizer.Unmarshal(data)
}
