package loaders

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"sync"

	"github.com/pkg/errors"

	"gorgpt/internal/memory"
	"gorgpt/internal/regular"
	"gorgpt/loaders/charset"
)

const (
	// short is the size up to which a file is read without a survey.
	short = 1 << 20

	// bookCost is the memory that cleaning a book takes, as a multiple of its size.
	bookCost = 3
)

// beginnings are buffers for the first bytes of files, one byte larger to detect the end.
var beginnings = sync.Pool{New: func() any { return new([short + bytes.MinRead]byte) }}

// readFile reads a whole file and decompresses it if its name says so. It first checks that a large
// file is text and fits into memory.
func readFile(path string) (data []byte, err error) {
	size := int64(0)
	err = unpacked(path, func(r io.Reader) error {
		room := beginnings.Get().(*[short + bytes.MinRead]byte)
		defer beginnings.Put(room)
		beginning := bytes.NewBuffer(room[:0])
		n, err := beginning.ReadFrom(io.LimitReader(r, short))
		switch {
		case err != nil:
			return err
		case n < short:
			data = bytes.Clone(beginning.Bytes())
			return nil
		}
		size, err = survey(io.MultiReader(beginning, r))
		return err
	})
	if err != nil || size == 0 {
		return data, err
	}
	if err := memory.Room(bookCost * size); err != nil {
		return nil, errors.WithMessage(err, "split the book into several files")
	}
	data = make([]byte, size)
	err = unpacked(path, func(r io.Reader) error {
		_, err := io.ReadFull(r, data)
		return err
	})
	return data, err
}

// survey reads a text and returns its size in bytes. Binary data is an error.
func survey(r io.Reader) (size int64, err error) {
	in := &counter{r: r}
	_, err = io.Copy(io.Discard, charset.NewReader(in))
	return in.n, err
}

// counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// unpacked opens a file, decompressed if its name says so, and calls do with it.
func unpacked(path string, do func(r io.Reader) error) error {
	f, size, err := regular.Open(path, "book")
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
	if size == 0 || !strings.HasSuffix(strings.ToLower(path), ".gz") {
		return do(f) // an empty file is an empty book, compressed or not
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return errors.Wrap(err, "unpacking gzip")
	}
	return do(regular.Unpacked(z, size, "gzip"))
}
