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
func Prepare(ctx context.Context, s *Settings, con train.Console) error {
	books, err := s.books(ctx, con)
	if err != nil {
		return err
	}
	p, err := s.preparation(ctx, books)
	if err != nil {
		return err
	}
	status, err := p.look(s.Prepare)
	if err != nil {
		return errors.WithMessage(err, "-prepare")
	}
	if err := p.write(ctx, s.Prepare, status, con); err != nil {
		return err
	}
	if err := s.checkPrepared(ctx, con.Out); err != nil {
		return errors.WithMessage(err, "-prepare")
	}
	fmt.Fprintf(con.Out, "to train on it: go run ./cmd/train -data %s\n", s.Prepare)
	return nil
}

// preparation is the split books, and how they are to be tokenized.
type preparation struct {
	s            *Settings
	train, valid []loaders.Source
	tok          *tokenizer.Tokenizer // nil: to be learned
	source       string               // fingerprint of all that
}

// split holds books out and loads the tokenizer.
func (s *Settings) split(ctx context.Context, books []loaders.Source) (*preparation, error) {
	p := &preparation{s: s}
	var err error
	if p.tok, err = s.givenTokenizer(); err != nil {
		return nil, err
	}
	return heed.Do(ctx, func() (*preparation, error) {
		p.train, p.valid, err = loaders.SplitSources(books, uint64(s.Seed))
		return p, err
	})
}

// preparation is split with a fingerprint.
func (s *Settings) preparation(ctx context.Context, books []loaders.Source) (*preparation, error) {
	p, err := s.split(ctx, books)
	if err != nil {
		return nil, err
	}
	text, err := s.textSettings(p.tok)
	if err != nil {
		return nil, err
	}
	if err := s.Group.Same("settings of the text", text); err != nil {
		return nil, err
	}
	if p.source, err = shards.Fingerprint(ctx, s.Group, books, text); errors.Is(err, context.Canceled) {
		err = errors.WithMessage(err, "reading the books: stopped")
	}
	return p, err
}

// look tells all ranks how far the folder of the tokens is, as the first sees it.
func (p *preparation) look(dir string) (shards.Status, error) {
	data, err := p.s.Group.Once(func() ([]byte, error) {
		status, err := shards.Look(dir, p.source)
		return []byte{byte(status)}, err
	})
	if err != nil {
		return shards.Absent, err
	}
	return shards.Status(data[0]), nil
}

// write makes a folder of tokens, or goes on with it.
func (p *preparation) write(ctx context.Context, dir string, status shards.Status, con train.Console) (err error) {
	if status == shards.Begun {
		fmt.Fprintf(con.Out, "going on with %s\n", dir)
	}
	if p.tok == nil && status != shards.Absent {
		if p.tok, err = p.learned(dir); err != nil {
			return err
		}
	}
	if p.tok == nil {
		if p.tok, err = p.s.learn(ctx, p.train, con); err != nil {
			return err
		}
	}
	books := append(append([]loaders.Source(nil), p.train...), p.valid...)
	m := startMeter(con, "tokenizing", books)
	var done shards.Progress
	err = shards.Write(ctx, dir, shards.Corpus{
		Tokenizer: p.tok, Source: p.source, Train: p.train, Valid: p.valid, Group: p.s.Group,
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
		fmt.Fprintf(con.Out, "tokenized into %s: %d tokens\n", dir, done.Tokens)
	default:
		fmt.Fprintf(con.Out, "%s is complete\n", dir)
	}
	return nil
}

// learned is the tokenizer in a folder where an attempt before has learned it. Without one,
// or if it is damaged, it is nil.
func (p *preparation) learned(dir string) (*tokenizer.Tokenizer, error) {
	data, err := p.s.Group.Once(func() ([]byte, error) {
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
