package pretrain

import (
	"context"
	"fmt"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/internal/heed"
	"gorgpt/loaders"
	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Prepare tokenizes the books into the folder Options.Prepare, without training. All ranks must
// call it. Only the first needs access to the folder.
func Prepare(ctx context.Context, o Options, to train.Listener) error {
	l, err := o.texts(ctx, to)
	if err != nil {
		return err
	}
	p, err := o.preparation(ctx, l)
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

// preparation holds the split books and says how to tokenize them.
type preparation struct {
	o            Options
	train, valid []loaders.Source
	tok          *tokenizer.Tokenizer // nil: learn one
	source       string               // fingerprint of the books and the settings
}

// split splits the books into training and validation, if they are not split already, and loads the tokenizer.
func (o Options) split(ctx context.Context, l texts) (*preparation, error) {
	p := &preparation{o: o}
	var err error
	if p.tok, err = o.givenTokenizer(); err != nil {
		return nil, err
	}
	if l.valid != nil {
		p.train, p.valid = l.books, l.valid
		return p, nil
	}
	return heed.Do(ctx, func() (*preparation, error) {
		p.train, p.valid, err = loaders.SplitSources(l.books, uint64(o.Seed))
		return p, err
	})
}

// preparation does the work of split and computes the fingerprint.
func (o Options) preparation(ctx context.Context, l texts) (*preparation, error) {
	p, err := o.split(ctx, l)
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
	if l.valid != nil {
		text += fmt.Sprintf(", the last %d for validation", len(l.valid))
	}
	if p.source, err = shards.Fingerprint(ctx, o.Group, slices.Concat(l.books, l.valid), text); errors.Is(err, context.Canceled) {
		err = errors.WithMessage(err, "reading the books: stopped")
	}
	return p, err
}

// look returns the status of the folder of tokens, as the first rank sees it, on all ranks.
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

// write creates a folder of tokens, or continues an incomplete one.
func (p *preparation) write(ctx context.Context, dir string, status shards.Status, to train.Listener) (err error) {
	if status == shards.Begun {
		to.Note("continuing %s", dir)
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

// learned returns the tokenizer that an earlier attempt learned and saved in the folder. It
// returns nil if there is none or if it is damaged.
func (p *preparation) learned(dir string) (*tokenizer.Tokenizer, error) {
	data, err := p.o.Group.Once(func() ([]byte, error) {
		tok, err := tokenizer.Load(dir)
		if err != nil {
			return nil, nil // learn it again
		}
		return tok.Marshal()
	})
	if err != nil || len(data) == 0 {
		return nil, err
	}
	return tokenizer.Unmarshal(data)
}
