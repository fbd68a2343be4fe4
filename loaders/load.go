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
	// short is the length of a text that is read without a look at it before.
	short = 1 << 20

	// bookCost is how many times its size a book takes in memory while it is cleaned.
	bookCost = 3
)

// beginnings are buffers for the first bytes of files, with the room that noticing an end takes.
var beginnings = sync.Pool{New: func() any { return new([short + bytes.MinRead]byte) }}

// readFile reads a whole file, unpacked if its name says that it is packed. Of a large one
// nothing is kept before it is known that it is text, and that there is memory for it.
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
		return nil, errors.WithMessage(err, "cut the book into several files, which are read one after the other")
	}
	data = make([]byte, size)
	err = unpacked(path, func(r io.Reader) error {
		_, err := io.ReadFull(r, data)
		return err
	})
	return data, err
}

// survey goes through a text and returns its size in bytes. Binary data is an error.
func survey(r io.Reader) (size int64, err error) {
	in := &counter{r: r}
	_, err = io.Copy(io.Discard, charset.NewReader(in))
	return in.n, err
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// unpacked opens a file for do to read, unpacked if its name says that it is packed.
func unpacked(path string, do func(r io.Reader) error) error {
	f, size, err := regular.Open(path, "book")
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
	if size == 0 || !strings.HasSuffix(strings.ToLower(path), ".gz") {
		return do(f) // an empty file is an empty book, packed or not
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return errors.Wrap(err, "unpacking gzip")
	}
	return do(regular.Unpacked(z, size, "gzip"))
}
