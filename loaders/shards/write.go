package shards

import (
	"context"
	"iter"
	"path/filepath"
	"runtime"

	"github.com/pkg/errors"

	"gorgpt/internal/atomicfile"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// Corpus is what [Write] makes a folder of.
type Corpus struct {
	Tokenizer *tokenizer.Tokenizer
	Source    string // what it is made from, see [Fingerprint]
	Train     []loaders.Source
	Valid     []loaders.Source

	// ShardTokens is the number of tokens a file; 0 means 33,554,432.
	ShardTokens int

	// Report, if there is one, is called again and again as the work goes on.
	Report func(Progress)
}

// pieceBytes is how much text is tokenized at a time.
const pieceBytes = 1 << 20

// Write tokenizes the books into files of the folder dir, which is made if it does not
// exist. Files that an earlier call has finished for the same corpus stay; a damaged one,
// and those behind it, are written anew.
//
// As many books as there are cores are in memory at a time, and the tokens of one file.
// When ctx ends, so does Write; the next call goes on.
func Write(ctx context.Context, dir string, c Corpus) error {
	if c.ShardTokens == 0 {
		c.ShardTokens = defaultShardTokens
	}
	w, err := begin(dir, c)
	if err != nil {
		return errors.WithMessagef(err, "preparing %s", dir)
	}
	if w.index.Complete {
		return nil
	}
	for part, err := range w.encoded(ctx) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = w.add(part)
		}
		if err != nil && ctx.Err() != nil {
			return errors.WithMessagef(ctx.Err(), "preparing %s: stopped; the same command goes on from %d tokens", dir, w.index.stored())
		}
		if err != nil {
			return errors.WithMessagef(err, "preparing %s", dir)
		}
	}
	return errors.WithMessagef(w.finish(), "preparing %s", dir)
}

// writer is the state of Write.
type writer struct {
	dir     string
	corpus  Corpus
	entries []*entry
	index   index
	done    Progress
	skip    int    // tokens to come that are in files already
	buf     []byte // tokens of the next file
	raw     []byte // of one part
	book    book   // the one at hand
}

// piece is part of a book's text; the last one of each is empty and has its end set.
type piece struct {
	text  string
	bytes int64 // of the book's source, its share of them
	end   *entry
}

// entry is a book with what it is for.
type entry struct {
	loaders.Source
	split split
}

// encodedPiece is the tokens of a piece.
type encodedPiece struct {
	ids   []int32
	bytes int64
	end   *entry
}

// encoded reads the books that are not yet in files and tokenizes them, on all cores.
func (w *writer) encoded(ctx context.Context) iter.Seq2[encodedPiece, error] {
	type text struct {
		entry *entry
		text  string
	}
	cores := runtime.GOMAXPROCS(0)
	texts := inOrder(each(w.entries[len(w.index.Books):]), cores-1, func(e *entry) (text, error) {
		if err := ctx.Err(); err != nil {
			return text{}, err
		}
		book, err := e.Read()
		return text{e, book.Text}, err
	})
	pieces := func(yield func(piece, error) bool) {
		for t, err := range texts {
			if err != nil {
				yield(piece{}, err)
				return
			}
			left, size := t.entry.Size, float64(t.entry.Size)/float64(len(t.text))
			for part := range w.corpus.Tokenizer.Pieces(t.text, pieceBytes) {
				share := min(left, int64(size*float64(len(part))))
				left -= share
				if !yield(piece{text: part, bytes: share}, nil) {
					return
				}
			}
			if !yield(piece{end: t.entry, bytes: left}, nil) {
				return
			}
		}
	}
	return inOrder(pieces, 2*cores, func(p piece) (encodedPiece, error) {
		return encodedPiece{w.corpus.Tokenizer.Encode(p.text), p.bytes, p.end}, ctx.Err()
	})
}

// add puts tokens behind the others, and files that are full on the disk.
func (w *writer) add(part encodedPiece) error {
	w.raw = put(w.raw[:0], part.ids, w.index.TokenBytes)
	w.book.Tokens += len(part.ids)
	w.book.Sum = w.book.Sum.with(w.raw)
	w.done.Tokens += len(part.ids)
	skip := min(w.skip, len(part.ids))
	w.skip -= skip
	for raw := w.raw[skip*w.index.TokenBytes:]; len(raw) > 0; {
		n := min(len(raw), w.index.ShardTokens*w.index.TokenBytes-len(w.buf))
		w.buf, raw = append(w.buf, raw[:n]...), raw[n:]
		if len(w.buf) == w.index.ShardTokens*w.index.TokenBytes {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	if part.end != nil {
		w.book.Name, w.book.Split = part.end.Name, part.end.split
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

// flush writes the next file, and then an index that knows of it.
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
	w.index.Complete = true
	if len(w.buf) > 0 {
		return w.flush()
	}
	return w.index.write(w.dir)
}
