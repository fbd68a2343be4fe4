package shards

import (
	"context"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/pkg/errors"

	"gorgpt/internal/atomicfile"
	"gorgpt/internal/regular"
)

// errOther is the error for a folder that must not be overwritten.
var errOther = errors.New("the folder holds tokens of other books or settings (or the books have changed since): choose another folder")

// begin creates the folder, or finds out what is done.
func begin(ctx context.Context, dir string, c Corpus) (*writer, error) {
	id, err := TokenizerID(c.Tokenizer)
	if err != nil {
		return nil, err
	}
	w := &writer{dir: dir, corpus: c, entries: c.entries(), index: index{
		Format: format, Version: version, Source: c.Source, Tokenizer: id, VocabSize: c.Tokenizer.Size(),
		TokenBytes: tokenBytes(c.Tokenizer.Size()), ShardTokens: c.ShardTokens, Shards: []shard{}, Books: []book{},
	}}
	if w.files, err = c.Tokenizer.Files(); err != nil {
		return nil, err
	}
	old, err := readIndex(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = w.start(ctx)
	case err != nil:
		return nil, err
	case old.Source != c.Source || old.ShardTokens != c.ShardTokens || !w.begins(old.Books):
		return nil, errOther
	case old.Tokenizer != id:
		return nil, errors.New("the folder was started with another tokenizer: choose another folder")
	default:
		err = w.resume(ctx, old)
	}
	if err == nil {
		err = w.putTokenizer()
	}
	if err != nil {
		w.release()
	}
	return w, err
}

// begins reports whether the books are those of the corpus, as far as they go.
func (w *writer) begins(books []book) bool {
	for i, b := range books {
		if i >= len(w.entries) || b.Name != inJSON(w.entries[i].Name) || b.Split != w.entries[i].split {
			return false
		}
	}
	return true
}

// inJSON is a name as it is in the index, where invalid UTF-8 is replaced.
func inJSON(name string) string { return string([]rune(name)) }

// start creates the folder with an index without files. The folder must not hold other files.
func (w *writer) start(ctx context.Context) error {
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		return err
	}
	if err := checkFree(w.dir); err != nil {
		return err
	}
	if err := w.hold(ctx); err != nil {
		return err
	}
	return w.index.write(w.dir)
}

// checkFree checks that a folder is empty or does not exist.
func checkFree(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if !isLeftover(e) {
			return errors.Errorf("the folder holds no tokens, but other files (%s): choose another folder", e.Name())
		}
	}
	return nil
}

// putTokenizer writes the tokenizer next to the index, even if it is there already: the files may be
// damaged.
func (w *writer) putTokenizer() error {
	for name, data := range w.files {
		if err := atomicfile.WriteFile(filepath.Join(w.dir, name), data); err != nil {
			return err
		}
	}
	return nil
}

// resume keeps the files before the first damaged one, and the books in them. A book that continues
// after these files is tokenized again, but only its missing tokens are kept.
func (w *writer) resume(ctx context.Context, old *index) error {
	if err := w.hold(ctx); err != nil {
		return err
	}
	whole := 0
	for i, s := range old.Shards {
		data, err := regular.ReadFile(filepath.Join(w.dir, shardName(i)), "tokens", math.MaxInt64)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if len(data) != s.Tokens*old.TokenBytes || checksum(0).with(data) != s.Sum {
			break
		}
		whole++
	}
	if old.Complete && whole == len(old.Shards) {
		w.index = *old
		return nil
	}
	w.index.Shards = old.Shards[:whole] // full files: the last file of a complete folder, which may be short, is not among them
	stored := w.index.stored()
	for _, b := range old.Books {
		if b.Offset+b.Tokens > stored {
			break
		}
		w.index.Books = append(w.index.Books, b)
		w.book.Offset = b.Offset + b.Tokens
	}
	w.skip = stored - w.book.Offset
	w.done = Progress{Books: len(w.index.Books), Tokens: w.book.Offset}
	for _, e := range w.entries[:len(w.index.Books)] {
		w.done.Bytes += e.Size
	}
	return nil
}

// lockFile is locked while the folder is written.
const lockFile = ".lock"

// hold takes the lock of the folder. If no other process holds it, unfinished files are leftovers of
// killed processes and are removed. On systems without locks they stay.
func (w *writer) hold(ctx context.Context) error {
	d, err := atomicfile.OpenDir(w.dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if w.lock, err = d.Lock(lockFile); err != nil {
		return err
	}
	if alone, err := w.lock.TryLock(); err == nil && alone {
		if err := d.Sweep(w.own); err != nil {
			return err
		}
		if err := w.lock.Unlock(); err != nil {
			return err
		}
	}
	_, err = w.lock.TryRLockContext(ctx, 10*time.Millisecond)
	if err != nil && ctx.Err() == nil {
		return nil // no locks
	}
	return err
}

// own reports whether this package writes a file of this name into the folder.
func (w *writer) own(name string) bool {
	return name == indexFile || shardPattern.MatchString(name) || w.files[name] != nil
}

// isLeftover reports whether a file may be in a folder without tokens, because a process was killed
// before it wrote an index.
func isLeftover(e fs.DirEntry) bool {
	name, unfinished := atomicfile.Unfinished(e.Name())
	if unfinished {
		return name == indexFile || shardPattern.MatchString(name)
	}
	info, err := e.Info()
	return e.Name() == lockFile && err == nil && info.Mode().IsRegular() && info.Size() == 0
}
