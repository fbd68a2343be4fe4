package pretrain

import (
	"context"
	"fmt"
	"io"

	"github.com/pkg/errors"

	"gorgpt/internal/heed"
	"gorgpt/loaders"
	"gorgpt/loaders/shards"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// givenTokenizer loads the tokenizer that the settings name; it is nil if one is to be learned.
func (s *Settings) givenTokenizer() (*tokenizer.Tokenizer, error) {
	if s.Tokenizer == "" {
		return nil, nil
	}
	tok, err := tokenizer.Load(s.Tokenizer)
	if err != nil {
		return nil, errors.WithMessage(err, "-tokenizer")
	}
	if s.Pipeline == "" {
		return tok, nil
	}
	p, err := s.pipeline()
	return tok.WithPipeline(p), err
}

// textSettings are the settings that tokens depend on, for [shards.Fingerprint].
func (s *Settings) textSettings(tok *tokenizer.Tokenizer) (string, error) {
	if tok == nil {
		p, err := s.pipeline()
		return fmt.Sprintf("seed %d, learn %d tokens, pipeline %s", s.Seed, s.Vocab, p), err
	}
	id, err := shards.TokenizerID(tok)
	return fmt.Sprintf("seed %d, tokenizer %s", s.Seed, id), err
}

// pipeline is the one that the settings name, or else bert.
func (s *Settings) pipeline() (tokenizer.Pipeline, error) {
	if s.Pipeline == "" {
		return tokenizer.Bert, nil
	}
	p, err := tokenizer.ParsePipeline(s.Pipeline)
	return p, errors.WithMessage(err, "-pipeline")
}

// learn learns a vocabulary from the books. All ranks count words, the first learns.
func (s *Settings) learn(ctx context.Context, books []loaders.Source, con train.Console) (*tokenizer.Tokenizer, error) {
	trainer, err := s.count(ctx, books, con)
	if err != nil {
		return nil, err
	}
	data, err := s.Group.Once(func() ([]byte, error) {
		tok, err := trainer.Train()
		switch {
		case errors.Is(err, context.Canceled):
			return nil, errors.WithMessage(err, "learning the vocabulary: stopped")
		case err != nil:
			return nil, errors.WithMessage(err, "learning the vocabulary")
		}
		fmt.Fprintf(con.Out, "learned a vocabulary of %d tokens\n", tok.Size())
		if lost := trainer.Lost(); lost.Words > 0 {
			fmt.Fprintf(con.Out, "to keep within memory, %d rare words (%d occurrences) were not counted\n", lost.Words, lost.Occurrences)
		}
		return tok.Marshal()
	})
	if err != nil {
		return nil, err
	}
	return tokenizer.Unmarshal(data)
}

// textPipeline is the pipeline that the books go through.
func (s *Settings) textPipeline() (tokenizer.Pipeline, error) {
	tok, err := s.givenTokenizer()
	if tok == nil && err == nil {
		return s.pipeline()
	}
	if err != nil {
		return 0, err
	}
	return tok.Pipeline(), nil
}

// count counts the words of the books, which are dealt out in turn and read one after the
// other. The trainer of the first rank knows the words of all.
func (s *Settings) count(ctx context.Context, books []loaders.Source, con train.Console) (*tokenizer.Trainer, error) {
	p, err := s.pipeline()
	if err != nil {
		return nil, err
	}
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: s.Vocab, Pipeline: p, Context: ctx})
	g, what := s.Group, "learning the vocabulary"
	if g.Size() > 1 {
		what += " (share of rank 0)"
	}
	var mine []loaders.Source
	for i, source := range books {
		if g.Mine(i) {
			mine = append(mine, source)
		}
	}
	err = g.Sum(read(ctx, trainer, mine, startMeter(con, what, mine)))
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

// read gives books to a trainer.
func read(ctx context.Context, trainer *tokenizer.Trainer, books []loaders.Source, m *meter) error {
	defer m.end()
	for i, source := range books {
		book, err := heed.Do(ctx, source.Read)
		if err != nil {
			return err
		}
		trainer.Add(book.Text)
		m.at(i+1, m.done+source.Size, "")
	}
	return nil
}

// fit makes V the size of the tokenizer. Vocab stays what is to be learned, if it was, so that
// the same is learned when the run is resumed or repeated.
func (s *Settings) fit(tok *tokenizer.Tokenizer, learned bool, w io.Writer) {
	if tok.Size() != s.Vocab {
		fmt.Fprintf(w, "V is %d, the size of the tokenizer, in place of %d\n", tok.Size(), s.Vocab)
	}
	if s.v = tok.Size(); !learned {
		s.Vocab = s.v
	}
	s.Pipeline = tok.Pipeline().String()
}
