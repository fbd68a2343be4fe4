package pretrain

import (
	"context"
	"fmt"

	"github.com/pkg/errors"

	"gorgpt/loaders"
	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Prepare tokenizes the books of the settings into the folder that they name for it, and
// trains nothing.
func Prepare(ctx context.Context, s *Settings, con train.Console) error {
	books, err := s.sources()
	if err != nil {
		return err
	}
	p, err := s.preparation(books)
	if err != nil {
		return err
	}
	if _, err := shards.Look(s.Prepare, p.source); err != nil {
		return errors.WithMessage(err, "-prepare")
	}
	if err := p.write(ctx, s.Prepare, con); err != nil {
		return err
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
func (s *Settings) split(books []loaders.Source) (*preparation, error) {
	p := &preparation{s: s}
	var err error
	if p.tok, err = s.givenTokenizer(); err != nil {
		return nil, err
	}
	p.train, p.valid, err = loaders.SplitSources(books, uint64(s.Seed))
	return p, err
}

// preparation is split with a fingerprint.
func (s *Settings) preparation(books []loaders.Source) (*preparation, error) {
	p, err := s.split(books)
	if err != nil {
		return nil, err
	}
	text, err := s.textSettings(p.tok)
	if err != nil {
		return nil, err
	}
	p.source, err = shards.Fingerprint(context.TODO(), nil, books, text)
	return p, err
}

// write makes a folder of tokens, or goes on with it.
func (p *preparation) write(ctx context.Context, dir string, con train.Console) error {
	status, err := shards.Look(dir, p.source)
	if err != nil {
		return err
	}
	if status == shards.Begun {
		fmt.Fprintf(con.Out, "going on with %s\n", dir)
	}
	if p.tok == nil && status != shards.Absent {
		// Learned already; without it, or if it is damaged, it is learned again.
		p.tok, _ = tokenizer.Load(dir)
	}
	if p.tok == nil {
		if p.tok, err = p.s.learn(p.train, con); err != nil {
			return err
		}
	}
	books := append(append([]loaders.Source(nil), p.train...), p.valid...)
	m := startMeter(con, "tokenizing", books)
	var done shards.Progress
	err = shards.Write(ctx, dir, shards.Corpus{
		Tokenizer: p.tok, Source: p.source, Train: p.train, Valid: p.valid,
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
