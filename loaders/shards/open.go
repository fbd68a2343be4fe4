package shards

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/pkg/errors"

	"gorgpt/internal/parallel"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
)

// Folder is an open folder of tokens. It must not be closed while its books are read.
type Folder struct {
	Tokenizer    *tokenizer.Tokenizer
	Train, Valid []Book

	index index
	files []storage
}

// Book is one book of a folder.
type Book struct {
	Name    string
	Tokens  loaders.Tokens
	Bytes   int64              // of its text in UTF-8; 0 if an earlier version wrote the folder
	Unknown tokenizer.Unknowns // its characters that are not in the vocabulary
}

// IsFolder reports whether a folder is one of this package, finished or not.
func IsFolder(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, indexFile))
	return err == nil && info.Mode().IsRegular()
}

// Open opens a folder that [Write] has finished, and reads all of it once to check it. It is an error if
// a file is missing, truncated or damaged, or if the books were tokenized with another tokenizer.
func Open(dir string) (*Folder, error) {
	x, err := readIndex(dir)
	if err != nil {
		return nil, err
	}
	if !x.Complete {
		return nil, errors.Errorf("%s is not finished: prepare it again with the same books and settings: this resumes after %d tokens", dir, x.stored())
	}
	f := &Folder{index: *x}
	if err := f.open(dir); err != nil {
		return nil, errors.WithMessagef(closeAll(f.files, err), "opening the tokens in %s", dir)
	}
	return f, nil
}

// Status says how far a corpus is tokenized.
type Status int

const (
	Absent   Status = iota // not started
	Begun                  // Write was interrupted; the tokenizer is in the folder
	Finished               // Open can open the folder
)

// Look reports how much of the folder of a corpus is finished, see [Corpus]. It is an error if it holds
// another one, or anything else.
func Look(dir, source string) (Status, error) {
	x, err := readIndex(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Absent, errors.WithMessage(checkFree(dir), dir)
	case err != nil:
		return Absent, err
	case x.Source != source:
		return Absent, errors.WithMessage(errOther, dir)
	case x.Complete:
		return Finished, nil
	}
	return Begun, nil
}

// open reads the tokenizer and maps the files.
func (f *Folder) open(dir string) (err error) {
	if f.Tokenizer, err = tokenizer.Load(dir); err != nil {
		return err
	}
	if err := f.CheckTokenizer(f.Tokenizer); err != nil {
		return errors.New("the tokenizer in the folder is not the one that made the tokens")
	}
	for i, s := range f.index.Shards {
		file, err := openStorage(filepath.Join(dir, shardName(i)))
		if err != nil {
			return err
		}
		f.files = append(f.files, file)
		if size, want := file.Size(), int64(s.Tokens)*int64(f.index.TokenBytes); size != want {
			return errors.Errorf("%s has %d bytes in place of %d: prepare the folder again", shardName(i), size, want)
		}
	}
	for _, b := range f.index.Books {
		book := Book{Name: b.Name, Bytes: b.Bytes, Tokens: &stored{folder: f, book: b}}
		if b.Split == training {
			f.Train = append(f.Train, book)
		} else {
			f.Valid = append(f.Valid, book)
		}
	}
	if err := f.verify(); err != nil {
		return err
	}
	for _, books := range [][]Book{f.Train, f.Valid} {
		for i, b := range books {
			books[i].Unknown = b.Tokens.(*stored).unknowns()
		}
	}
	return nil
}

// CheckTokenizer returns an error unless the books were tokenized with this tokenizer.
func (f *Folder) CheckTokenizer(t *tokenizer.Tokenizer) error {
	id, err := TokenizerID(t)
	if err == nil && id != f.index.Tokenizer {
		err = errors.New("the books were tokenized with another tokenizer")
	}
	return err
}

// verify reads all books, on all cores.
func (f *Folder) verify() error {
	books := slices.Concat(f.Train, f.Valid)
	return parallel.Do(len(books), func(i int) error { return books[i].Tokens.(*stored).verify() })
}

// Close releases the files.
func (f *Folder) Close() error { return closeAll(f.files, nil) }

// closeAll closes the files and returns err, or else the first error.
func closeAll(files []storage, err error) error {
	for _, file := range files {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}
	return err
}

// stored is a book in the files of a folder.
type stored struct {
	folder  *Folder
	book    book
	unknown int // number of Unknown tokens, which verify counts
}

// Len is the number of tokens.
func (s *stored) Len() int { return s.book.Tokens }

// blocks holds the buffers through which tokens are read.
var blocks = sync.Pool{New: func() any { return new([1 << 14]byte) }}

// Copy fills dst with the tokens from index at on.
func (s *stored) Copy(dst []int32, at int) error {
	_, err := s.copySum(dst, at, 0)
	return err
}

// copySum is Copy, and updates a checksum with the bytes.
func (s *stored) copySum(dst []int32, at int, sum checksum) (checksum, error) {
	block := blocks.Get().(*[1 << 14]byte)
	defer blocks.Put(block)
	x := &s.folder.index
	if at < 0 || len(dst) > s.book.Tokens-at {
		return 0, errors.Errorf("book %s has %d tokens, so tokens %d to %d cannot be read", s.book.Name, s.book.Tokens, at, at+len(dst))
	}
	for at += s.book.Offset; len(dst) > 0; {
		nth, from := at/x.ShardTokens, at%x.ShardTokens
		n := min(len(dst), x.ShardTokens-from, len(block)/x.TokenBytes)
		data := block[:n*x.TokenBytes]
		if _, err := s.folder.files[nth].ReadAt(data, int64(from)*int64(x.TokenBytes)); err != nil {
			return 0, errors.Wrapf(err, "reading tokens of %s from %s", s.book.Name, shardName(nth))
		}
		get(dst[:n], data, x.TokenBytes)
		sum = sum.with(data)
		dst, at = dst[n:], at+n
	}
	return sum, nil
}

// verify compares the checksum of the book and checks that all ids are in the vocabulary.
func (s *stored) verify() error {
	var ids [1 << 12]int32
	var sum checksum
	unknown, _ := s.folder.Tokenizer.ID(tokenizer.Unknown) // in every vocabulary
	for at := 0; at < s.book.Tokens; at += len(ids) {
		part := ids[:min(len(ids), s.book.Tokens-at)]
		var err error
		if sum, err = s.copySum(part, at, sum); err != nil {
			return err
		}
		for i, id := range part {
			if id == unknown {
				s.unknown++
			}
			if uint32(id) >= uint32(s.folder.index.VocabSize) {
				return errors.Errorf("%s: token %d is %d, but the vocabulary has %d", s.where(), at+i, id, s.folder.index.VocabSize)
			}
		}
	}
	if sum != s.book.Sum {
		return errors.Errorf("%s: the tokens are damaged (their checksum is wrong): prepare the folder again", s.where())
	}
	return nil
}

// where names the book and its files.
func (s *stored) where() string {
	per := s.folder.index.ShardTokens
	first, last := s.book.Offset/per, (s.book.Offset+max(s.book.Tokens, 1)-1)/per
	if first == last {
		return fmt.Sprintf("%s: book %s", shardName(first), s.book.Name)
	}
	return fmt.Sprintf("%s to %s: book %s", shardName(first), shardName(last), s.book.Name)
}
