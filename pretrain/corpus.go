package pretrain

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc64"
	"path/filepath"
	"slices"

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
	bytes   int64 // of the validation text in UTF-8; 0: unknown
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
	Digest            string  `json:"digest"`         // digest of all tokens in order
	Init              string  `json:"init,omitempty"` // digest of the weights of Options.Init
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
	c := &corpus{tok: t.tok, learned: t.learned, bytes: t.validBytes, close: t.close}
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
	if c.bytes == 0 {
		to.Note("an earlier version wrote these tokens without the size of the text, so there will be no bits per byte: tokenize the books again to have them")
	}
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

// texts are the books of a run.
type texts struct {
	books []loaders.Source
	valid []loaders.Source // for validation; nil: some of books are to be held out
}

// texts returns the books that contain text. They must be the same on all ranks.
func (o Options) texts(ctx context.Context, to train.Listener) (l texts, err error) {
	books, others, err := o.sources()
	if err != nil {
		return l, err
	}
	if l.books, err = o.checked(ctx, books, others, len(o.Data) > 0, "Data", to); err != nil || len(o.Valid) == 0 {
		return l, err
	}
	valid, others, err := loaders.FindSources(o.Valid)
	if err != nil {
		return l, train.InOption("Valid", err)
	}
	for _, b := range valid {
		if i := slices.IndexFunc(books, func(a loaders.Source) bool { return samePath(a.Name, b.Name) }); i >= 0 {
			return l, train.BadOption("{Valid}: %s is in {Data}, too: a model cannot be validated on text that it learns from", b.Name)
		}
	}
	l.valid, err = o.checked(ctx, valid, others, true, "Valid", to)
	return l, err
}

// samePath reports whether two paths lead to the same file.
func samePath(a, b string) bool {
	x, errX := filepath.EvalSymlinks(a)
	y, errY := filepath.EvalSymlinks(b)
	if errX != nil || errY != nil {
		return filepath.Clean(a) == filepath.Clean(b)
	}
	return x == y
}

// checked returns the books of an option that contain text. It reports what is in files.
func (o Options) checked(ctx context.Context, books []loaders.Source, others []string, files bool, field string, to train.Listener) ([]loaders.Source, error) {
	bytes, sum := int64(0), crc64.New(crc64.MakeTable(crc64.ECMA))
	for _, b := range books {
		bytes += b.Size
		fmt.Fprintf(sum, "%q %d\n", b.Name, b.Size) // never fails
	}
	list := fmt.Sprintf("%d of %d bytes (checksum of names and sizes %016x)", len(books), bytes, sum.Sum64())
	if err := o.Group.Same("books", list); err != nil || !files {
		return books, train.InOption(field, err)
	}
	return o.survey(ctx, books, others, field, to)
}
