package shards

import (
	"io"
	"os"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

// storage is an open file of tokens.
type storage interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// openStorage maps a file into memory, or opens it for reading if it cannot be mapped.
func openStorage(path string) (storage, error) {
	f, size, err := regular.Open(path, "tokens")
	if err != nil {
		return nil, err
	}
	if m := mapFile(f, size); m != nil {
		return m, f.Close()
	}
	return plain{f, size}, nil
}

// plain is a file that is read in parts.
type plain struct {
	*os.File
	size int64
}

// Size is the number of bytes when the file was opened.
func (p plain) Size() int64 { return p.size }

// ReadAt fills data from an offset on.
func (p plain) ReadAt(data []byte, at int64) (int, error) {
	n, err := p.File.ReadAt(data, at)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
		if n == len(data) {
			err = nil
		}
	}
	return n, err
}
