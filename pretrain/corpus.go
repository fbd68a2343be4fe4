package pretrain

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
	"gorgpt/loaders/storyworld"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// corpus is the text as token windows.
type corpus struct {
	tok     *tokenizer.Tokenizer
	windows *loaders.Windows
	valid   *loaders.FixedWindows
	facts   facts
}

// facts describe the corpus in run.json.
type facts struct {
	Books             int     `json:"books"`
	HeldOut           int     `json:"held_out"`
	TrainTokens       int     `json:"train_tokens"`
	Windows           int     `json:"windows_an_epoch"`
	ValidationWindows int     `json:"validation_windows"`
	UnigramPerplexity float64 `json:"unigram_ppl"`
}

// readCorpus reads books, holds some out, and tokenizes; it reports to w.
func readCorpus(s *Settings, w io.Writer) (*corpus, error) {
	books, err := readBooks(s.Data)
	if err != nil {
		return nil, err
	}
	training, held := loaders.SplitBooks(books, uint64(s.Seed))
	c := &corpus{}
	if c.tok, err = vocabulary(s, training, w); err != nil {
		return nil, err
	}
	ids, validIDs := loaders.Encode(c.tok, training), loaders.Encode(c.tok, held)
	if c.windows, err = loaders.NewWindows(ids, s.Ctx, uint64(s.Seed)); err != nil {
		return nil, err
	}
	if c.valid, err = loaders.NewFixedWindows(validIDs, s.Ctx); err != nil {
		return nil, errors.WithMessage(err, "the text held out for validation")
	}
	stats := c.windows.Stats()
	tokens := 0
	for _, b := range ids {
		tokens += b.Len()
	}
	unigram, err := train.UnigramPerplexity(ids, c.valid, s.Ctx, c.tok.Size())
	if err != nil {
		return nil, err
	}
	c.facts = facts{
		Books: len(books), HeldOut: len(held), TrainTokens: tokens, Windows: stats.Windows,
		ValidationWindows: c.valid.Len(), UnigramPerplexity: unigram,
	}
	fmt.Fprintf(w, "%d books, %s held out: %d training tokens, %d windows of %d+1 an epoch\n",
		len(books), heldOut(books, held), tokens, stats.Windows, s.Ctx)
	fmt.Fprintf(w, "in no window of the first epoch: %d tokens at the ends of books, %d books too short (%d tokens)\n",
		stats.HeadTokens+stats.TailTokens, stats.ShortBooks, stats.ShortTokens)
	fmt.Fprintf(w, "validation: %d windows; unigram perplexity %.1f\n", c.valid.Len(), c.facts.UnigramPerplexity)
	return c, nil
}

func heldOut(books, held []loaders.Book) string {
	if len(books) == 1 {
		return "its last tenth"
	}
	names := make([]string, 0, 3)
	for _, b := range held[:min(len(held), 3)] {
		names = append(names, filepath.Base(b.Name))
	}
	if len(held) > 3 {
		names = append(names, "…")
	}
	return fmt.Sprintf("%d (%s)", len(held), strings.Join(names, ", "))
}

// vocabulary loads or learns the tokenizer and fits the settings to its size.
func vocabulary(s *Settings, books []loaders.Book, w io.Writer) (*tokenizer.Tokenizer, error) {
	if s.Tokenizer == "" {
		trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: s.Vocab})
		for _, b := range books {
			trainer.Add(b.Text)
		}
		tok, err := trainer.Train()
		if err != nil {
			return nil, errors.WithMessage(err, "learning the vocabulary")
		}
		fmt.Fprintf(w, "learned a vocabulary of %d tokens\n", tok.Size())
		s.fit(tok, w)
		return tok, nil
	}
	tok, err := tokenizer.Load(s.Tokenizer)
	if err != nil {
		return nil, errors.WithMessage(err, "-tokenizer")
	}
	s.fit(tok, w)
	return tok, nil
}

// fit makes V the size of the tokenizer.
func (s *Settings) fit(tok *tokenizer.Tokenizer, w io.Writer) {
	if tok.Size() != s.Vocab {
		fmt.Fprintf(w, "V is %d, the size of the tokenizer, in place of %d\n", tok.Size(), s.Vocab)
		s.Vocab = tok.Size()
	}
}

// worldBytes is how much text the embedded world gives when no books are named.
const worldBytes = 14 << 20

// readBooks reads the books of the paths or, with none, makes those of the embedded
// world.
func readBooks(paths []string) ([]loaders.Book, error) {
	if len(paths) == 0 {
		return storyworld.Books(worldBytes), nil
	}
	return loaders.ReadBooks(paths)
}
