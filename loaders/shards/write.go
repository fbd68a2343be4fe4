package shards

import (
	"context"
	"path/filepath"
	"strconv"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/internal/atomicfile"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// Corpus is the input of [Write].
type Corpus struct {
	Tokenizer *tokenizer.Tokenizer
	Source    string // its fingerprint, see [Fingerprint]
	Train     []loaders.Source
	Valid     []loaders.Source

	// ShardTokens is the number of tokens per file; 0 means 33,554,432.
	ShardTokens int

	// Group is the group of ranks that tokenize together; nil: a single process.
	Group *dist.Group

	// Report, if there is one, is called on the first rank, regularly.
	Report func(Progress)
}

// Write tokenizes the books into files of the folder dir, which it creates if it does not exist. Files
// that an earlier call has finished for the same corpus stay; a damaged file and those after it are
// written again.
//
// All ranks of the group must call Write. Each tokenizes a share of the books, and only the first rank
// uses the folder. The files do not depend on the number of ranks.
//
// A rank holds in memory one book per core, the pieces of text that wait to be written, and the tokens
// of one file. When ctx ends on any rank, Write stops; the next call resumes.
func Write(ctx context.Context, dir string, c Corpus) error {
	if c.ShardTokens == 0 {
		c.ShardTokens = defaultShardTokens
	}
	var w *writer
	at, err := c.Group.Once(func() (at []byte, err error) {
		if w, err = begin(ctx, dir, c); err == nil {
			at = strconv.AppendInt(nil, int64(w.next()), 10)
		}
		return at, err
	})
	defer func() { w.release() }()
	if err != nil {
		return errors.WithMessagef(err, "preparing %s", dir)
	}
	next, err := strconv.Atoi(string(at))
	if err != nil {
		return errors.Wrapf(err, "preparing %s: where to go on", dir)
	}
	todo := c.entries()[next:]
	if w == nil {
		err = c.send(ctx, todo)
	} else if err = w.fill(ctx, todo); err == nil {
		err = w.finish()
	}
	if errors.Is(err, context.Canceled) && w != nil {
		return errors.WithMessagef(err, "preparing %s: stopped; the same command resumes after %d tokens", dir, w.index.stored())
	}
	if err == nil {
		err = c.Group.Barrier() // everything is on the disk
	}
	return errors.WithMessagef(err, "preparing %s", dir)
}

// entry is a book and its split.
type entry struct {
	loaders.Source
	split split
}

// entries lists all books in the order of the files.
func (c *Corpus) entries() []entry {
	all := make([]entry, 0, len(c.Train)+len(c.Valid))
	for _, s := range c.Train {
		all = append(all, entry{s, training})
	}
	for _, s := range c.Valid {
		all = append(all, entry{s, validation})
	}
	return all
}

// writer is the state of Write.
type writer struct {
	dir     string
	corpus  Corpus
	entries []entry
	index   index
	done    Progress
	files   map[string][]byte // of the tokenizer
	lock    *flock.Flock      // held while writing; nil: not taken yet
	skip    int               // next tokens to skip because files have them
	buf     []byte            // tokens of the next file
	book    book              // the current book

	unknown tokenizer.Unknowns // of the current book
}

// release releases the lock.
func (w *writer) release() {
	if w != nil && w.lock != nil {
		_ = w.lock.Unlock() // the end of the process does the same
	}
}

// next is the first book that is not yet in files.
func (w *writer) next() int {
	if w.index.Complete {
		return len(w.entries)
	}
	return len(w.index.Books)
}

// fill adds the books. Every rank tokenizes its share.
func (w *writer) fill(ctx context.Context, todo []entry) error {
	at := 0
	for part, err := range w.corpus.encoded(ctx, todo) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = w.add(part, &todo[at])
		}
		if err != nil {
			return err
		}
		if !part.end {
			continue
		}
		g := w.corpus.Group
		for rank := 1; rank < g.Size() && at+rank < len(todo); rank++ {
			if err := w.receive(ctx, rank, &todo[at+rank]); err != nil {
				return err
			}
		}
		at += g.Size()
	}
	return nil
}

// add appends tokens of a book and writes files that are full.
func (w *writer) add(part encodedPiece, of *entry) error {
	tokens := len(part.raw) / w.index.TokenBytes
	w.book.Tokens += tokens
	w.book.Bytes += part.text
	w.book.Sum = w.book.Sum.with(part.raw)
	w.done.Tokens += tokens
	w.unknown.Merge(&tokenizer.Unknowns{Chars: part.chars})
	skip := min(w.skip, tokens)
	w.skip -= skip
	for raw := part.raw[skip*w.index.TokenBytes:]; len(raw) > 0; {
		n := min(len(raw), w.index.ShardTokens*w.index.TokenBytes-len(w.buf))
		w.buf, raw = append(w.buf, raw[:n]...), raw[n:]
		if len(w.buf) == w.index.ShardTokens*w.index.TokenBytes {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	if part.end {
		w.book.Name, w.book.Split, w.book.Unknown = of.Name, of.split, mostFrequent(&w.unknown)
		w.unknown = tokenizer.Unknowns{}
		w.index.Books = append(w.index.Books, w.book)
		w.book = book{Offset: w.book.Offset + w.book.Tokens}
		w.done.Books++
	}
	w.done.Bytes += part.bytes
	if w.corpus.Report != nil {
		w.corpus.Report(w.done)
	}
	return nil
}

// flush writes the next file, and then an index that includes it.
func (w *writer) flush() error {
	i := len(w.index.Shards)
	if err := atomicfile.WriteFile(filepath.Join(w.dir, shardName(i)), w.buf); err != nil {
		return err
	}
	w.index.Shards = append(w.index.Shards, shard{len(w.buf) / w.index.TokenBytes, checksum(0).with(w.buf)})
	w.buf = w.buf[:0]
	return w.index.write(w.dir)
}

// finish writes the last file and the index.
func (w *writer) finish() error {
	if w.index.Complete {
		return nil
	}
	w.index.Complete = true
	if len(w.buf) > 0 {
		return w.flush()
	}
	return w.index.write(w.dir)
}
