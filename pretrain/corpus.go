package pretrain

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc64"

	"github.com/pkg/errors"

	"gorgpt/internal/plural"
	"gorgpt/loaders"
	"gorgpt/loaders/storyworld"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// corpus is the text in windows of tokens.
type corpus struct {
	tok     *tokenizer.Tokenizer
	learned bool // the vocabulary was learned from the text
	windows *loaders.Windows
	valid   *loaders.FixedWindows
	facts   facts
	close   func() error // call it when nothing reads windows any more
}

// facts describe the corpus in run.json.
type facts struct {
	Books             int     `json:"books"`
	HeldOut           int     `json:"held_out"`
	TrainTokens       int     `json:"train_tokens"`
	Windows           int     `json:"windows_an_epoch"`
	ValidationWindows int     `json:"validation_windows"`
	ValidationTokens  int     `json:"validation_tokens"` // tokens to predict
	UnigramPerplexity float64 `json:"unigram_ppl"`
	Digest            string  `json:"digest"` // digest of all tokens in order
}

// readCorpus reads the tokens of the text and cuts them into windows.
func readCorpus(ctx context.Context, o Options, to train.Listener) (*corpus, error) {
	t, err := o.tokens(ctx, to)
	if err != nil {
		return nil, err
	}
	var c *corpus
	if err = o.checkUnknown(t.counted, to); err == nil {
		c, err = o.cut(ctx, t, to)
	}
	if err != nil {
		_ = t.close() // the first error counts
	}
	return c, err
}

// cut cuts the tokens into windows.
func (o Options) cut(ctx context.Context, t *tokens, to train.Listener) (*corpus, error) {
	c := &corpus{tok: t.tok, learned: t.learned, close: t.close}
	var err error
	if c.windows, err = loaders.NewWindows(t.train, o.Ctx, uint64(o.Seed)); err != nil {
		return nil, err
	}
	if c.valid, err = loaders.NewFixedWindows(t.valid, o.Ctx); err != nil {
		return nil, errors.WithMessage(err, "the text held out for validation")
	}
	stats := c.windows.Stats()
	total := 0
	for _, b := range t.train {
		total += b.Len()
	}
	unigram, err := UnigramPerplexity(ctx, t.train, c.valid, o.Ctx, c.tok.Size())
	if err != nil {
		return nil, err
	}
	c.facts = facts{
		Books: t.books, HeldOut: len(t.held), TrainTokens: total, Windows: stats.Windows,
		ValidationWindows: c.valid.Len(), ValidationTokens: c.valid.Targets(), UnigramPerplexity: unigram,
	}
	if c.facts.Digest, err = digest(ctx, t.train, t.valid); err != nil {
		return nil, err
	}
	to.Note("%s, %s held out: %d training tokens, %d windows of %d+1 per epoch",
		plural.Of(t.books, "book"), t.heldOut(), total, stats.Windows, o.Ctx)
	to.Note("not used in the first epoch: %d tokens at book ends that do not fill a window, and %s too short for one (%d tokens)",
		stats.HeadTokens+stats.TailTokens, plural.Of(stats.ShortBooks, "book"), stats.ShortTokens)
	to.Note("validation: %d tokens of whole books in %d windows of up to %d+1; unigram perplexity %.1f",
		c.valid.Targets(), c.valid.Len(), o.Ctx, c.facts.UnigramPerplexity)
	return c, nil
}

// digest returns a checksum of the tokens. Different texts have different digests.
func digest(ctx context.Context, parts ...[]loaders.Tokens) (string, error) {
	sum := crc64.New(crc64.MakeTable(crc64.ECMA))
	ids, bytes := make([]int32, 1<<14), make([]byte, 0, 1<<16)
	for _, books := range parts {
		for _, book := range books {
			for at := 0; at < book.Len(); at += len(ids) {
				if err := ctx.Err(); err != nil {
					return "", err
				}
				part := ids[:min(len(ids), book.Len()-at)]
				if err := book.Copy(part, at); err != nil {
					return "", err
				}
				bytes = bytes[:0]
				for _, id := range part {
					bytes = binary.LittleEndian.AppendUint32(bytes, uint32(id))
				}
				sum.Write(bytes) // never fails
			}
			fmt.Fprintf(sum, "%d", book.Len())
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// worldBytes is the size of the embedded world's text, which is used if no books are named.
const worldBytes = 15 << 20

// sources returns the books at the paths and the files that it skipped. Without paths, it
// generates the books of the embedded world.
func (o Options) sources() (sources []loaders.Source, others []string, err error) {
	if len(o.Data) > 0 {
		return loaders.FindSources(o.Data)
	}
	books := storyworld.Books(worldBytes)
	sources = make([]loaders.Source, len(books))
	for i, b := range books {
		sources[i] = b.Source()
	}
	return sources, nil, nil
}

// books returns the sources that contain text. They must be the same on all ranks.
func (o Options) books(ctx context.Context, to train.Listener) ([]loaders.Source, error) {
	books, others, err := o.sources()
	if err != nil {
		return nil, err
	}
	bytes, sum := int64(0), crc64.New(crc64.MakeTable(crc64.ECMA))
	for _, b := range books {
		bytes += b.Size
		fmt.Fprintf(sum, "%q %d\n", b.Name, b.Size) // never fails
	}
	list := fmt.Sprintf("%d of %d bytes (checksum of names and sizes %016x)", len(books), bytes, sum.Sum64())
	if err := o.Group.Same("books", list); err != nil || len(o.Data) == 0 {
		return books, train.InOption("Data", err)
	}
	return o.survey(ctx, books, others, to)
}
