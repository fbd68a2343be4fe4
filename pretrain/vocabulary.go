package pretrain

import (
	"context"
	"fmt"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/internal/heed"
	"gorgpt/loaders"
	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// learns reports whether a vocabulary is to be learned from the text.
func (o Options) learns() bool { return o.Tokenizer == "" && o.Init == "" }

// givenTokenizer loads the tokenizer that the options name, or that of the model to train further.
// It returns nil if there is none, so that one must be learned.
func (o Options) givenTokenizer() (*tokenizer.Tokenizer, error) {
	if o.learns() {
		return nil, nil
	}
	if o.Init != "" {
		_, tok, err := checkpoint.ReadShape(o.Init)
		return tok, train.InOption("Init", err)
	}
	tok, err := tokenizer.Load(o.Tokenizer)
	if err != nil {
		return nil, train.InOption("Tokenizer", err)
	}
	if o.Pipeline == "" {
		return tok, nil
	}
	p, err := o.pipeline()
	return tok.WithPipeline(p), err
}

// textSettings describes the settings that affect the tokens, for [shards.Fingerprint].
func (o Options) textSettings(tok *tokenizer.Tokenizer) (string, error) {
	if tok == nil {
		p, err := o.pipeline()
		return fmt.Sprintf("seed %d, learn %d tokens, pipeline %s", o.Seed, o.Vocab, p), err
	}
	id, err := shards.TokenizerID(tok)
	return fmt.Sprintf("seed %d, tokenizer %s", o.Seed, id), err
}

// pipeline returns the pipeline that the options name, or bert.
func (o Options) pipeline() (tokenizer.Pipeline, error) {
	if o.Pipeline == "" {
		return tokenizer.Bert, nil
	}
	p, err := tokenizer.ParsePipeline(o.Pipeline)
	return p, train.InOption("Pipeline", err)
}

// learn learns a vocabulary from the books. All ranks count words, and the first learns from the
// counts.
func (o Options) learn(ctx context.Context, books []loaders.Source, to train.Listener) (*tokenizer.Tokenizer, error) {
	trainer, err := o.count(ctx, books, to)
	if err != nil {
		return nil, err
	}
	data, err := o.Group.Once(func() ([]byte, error) {
		tok, err := trainer.Train()
		switch {
		case errors.Is(err, context.Canceled):
			return nil, errors.WithMessage(err, "learning the vocabulary: stopped")
		case err != nil:
			return nil, errors.WithMessage(err, "learning the vocabulary")
		}
		to.Note("learned a vocabulary of %d tokens", tok.Size())
		if lost := trainer.Lost(); lost.Words > 0 {
			to.Note("%d rare words (%d occurrences) were not counted, to limit memory", lost.Words, lost.Occurrences)
		}
		return tok.Marshal()
	})
	if err != nil {
		return nil, err
	}
	return tokenizer.Unmarshal(data)
}

// textPipeline returns the pipeline that processes the books.
func (o Options) textPipeline() (tokenizer.Pipeline, error) {
	tok, err := o.givenTokenizer()
	if tok == nil && err == nil {
		return o.pipeline()
	}
	if err != nil {
		return 0, err
	}
	return tok.Pipeline(), nil
}

// count counts the words of the books. The ranks share the books and each reads one book at a
// time. The trainer of the first rank has the counts of all ranks.
func (o Options) count(ctx context.Context, books []loaders.Source, to train.Listener) (*tokenizer.Trainer, error) {
	p, err := o.pipeline()
	if err != nil {
		return nil, err
	}
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: o.Vocab, Pipeline: p, Context: ctx})
	g, what := o.Group, "learning the vocabulary"
	if g.Size() > 1 {
		what += " (share of rank 0)"
	}
	var mine []loaders.Source
	for i, source := range books {
		if g.Mine(i) {
			mine = append(mine, source)
		}
	}
	err = g.Sum(read(ctx, trainer, mine, newReading(to, what, mine)))
	switch {
	case errors.Is(err, context.Canceled):
		return nil, errors.WithMessage(err, "learning the vocabulary: stopped")
	case err != nil:
		return nil, err
	case !g.First():
		counts, err := trainer.Counts()
		if err != nil {
			return nil, err
		}
		return trainer, g.Send(counts, 0)
	}
	for rank := 1; rank < g.Size(); rank++ {
		counts, err := g.Receive(rank)
		if err != nil {
			return nil, err
		}
		if err := trainer.AddCounts(counts); err != nil {
			return nil, err
		}
	}
	return trainer, nil
}

// read adds books to a trainer.
func read(ctx context.Context, trainer *tokenizer.Trainer, books []loaders.Source, r *reading) error {
	defer r.end()
	for i, source := range books {
		book, err := heed.Do(ctx, source.Read)
		if err != nil {
			return err
		}
		trainer.Add(book.Text)
		r.at(i+1, r.done+source.Size, "")
	}
	return nil
}

// withVocabulary returns the options with the pipeline of the tokenizer and, unless it was
// learned, its size. If it was learned, Vocab stays the requested size, so that resuming or
// repeating the run learns the same vocabulary.
func (o Options) withVocabulary(tok *tokenizer.Tokenizer, learned bool, to train.Listener) Options {
	if tok.Size() != o.Vocab {
		to.Note("the vocabulary has %d tokens, the size of the tokenizer, instead of %d", tok.Size(), o.Vocab)
	}
	if !learned {
		o.Vocab = tok.Size()
	}
	o.Pipeline = tok.Pipeline().String()
	return o
}
