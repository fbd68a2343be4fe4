package pretrain

import (
	"fmt"
	"io"

	"github.com/pkg/errors"

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

// learn learns a vocabulary from the books, which are read one after the other.
func (s *Settings) learn(books []loaders.Source, con train.Console) (*tokenizer.Tokenizer, error) {
	p, err := s.pipeline()
	if err != nil {
		return nil, err
	}
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: s.Vocab, Pipeline: p})
	m := startMeter(con, "learning the vocabulary", books)
	for i, source := range books {
		book, err := source.Read()
		if err != nil {
			return nil, err
		}
		trainer.Add(book.Text)
		m.at(i+1, m.done+source.Size, "")
	}
	m.end()
	tok, err := trainer.Train()
	if err != nil {
		return nil, errors.WithMessage(err, "learning the vocabulary")
	}
	fmt.Fprintf(con.Out, "learned a vocabulary of %d tokens\n", tok.Size())
	if lost := trainer.Lost(); lost.Words > 0 {
		fmt.Fprintf(con.Out, "to keep within memory, %d rare words (%d occurrences) were not counted\n", lost.Words, lost.Occurrences)
	}
	return tok, nil
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
