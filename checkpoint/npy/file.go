package npy

import (
	"encoding/binary"
	"io"
	"math"
	"slices"
	"unsafe"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

const (
	magic     = "\x93NUMPY"
	maxHeader = 10_000 // NumPy's own limit
	itemBytes = 4
)

// File gives access to the elements of one file. Its methods may be called by several
// goroutines at once.
type File struct {
	path   string // for errors
	r      io.ReaderAt
	closer io.Closer // nil if the caller owns r
	shape  []int
	len    int
	data   int64 // where the elements start
}

// Open opens the file at path and checks it. The elements stay on disk until they are
// asked for. The caller closes the File.
func Open(path string) (*File, error) {
	f, size, err := regular.Open(path, "npy file")
	if err != nil {
		return nil, err
	}
	file, err := newFile(path, f, size)
	if err != nil {
		_ = f.Close() // nothing was written; the first error is the one to report
		return nil, err
	}
	file.closer = f
	return file, nil
}

// newFile reads and checks the header of the size bytes of r. The name stands for the file in
// errors. The File reads from r as long as it is used; closing it does not close r.
func newFile(name string, r io.ReaderAt, size int64) (*File, error) {
	header, data, err := readHeader(r, size)
	if err != nil {
		return nil, errors.Wrap(err, name)
	}
	shape, err := parseHeader(header)
	if err != nil {
		return nil, errors.Wrap(err, name)
	}
	n, err := elements(shape)
	if err != nil {
		return nil, errors.Wrap(err, name)
	}
	switch want := data + int64(n)*itemBytes; {
	case size < want:
		return nil, errors.Errorf("%s: the shape %v needs %d bytes, the file has %d: it is truncated", name, shape, want, size)
	case size > want:
		return nil, errors.Errorf("%s: %d bytes follow the array of shape %v", name, size-want, shape)
	}
	return &File{path: name, r: r, shape: shape, len: n, data: data}, nil
}

// Close closes the file that Open opened.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return errors.Wrapf(f.closer.Close(), "closing %s", f.path)
}

// Shape returns the sizes of the axes; none for a scalar.
func (f *File) Shape() []int { return slices.Clone(f.shape) }

// Len returns the number of elements, the product of the shape.
func (f *File) Len() int { return f.len }

// Float32 reads len(dst) elements, in row-major order, beginning with the one at from.
func (f *File) Float32(dst []float32, from int) error {
	if from < 0 || from > f.len-len(dst) {
		return errors.Errorf("%s: elements %d to %d wanted, the array has %d", f.path, from, from+len(dst), f.len)
	}
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(dst))), itemBytes*len(dst))
	if err := readFull(f.r, b, f.data+int64(from)*itemBytes); err != nil {
		return errors.Wrapf(err, "%s: reading", f.path)
	}
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 { // a machine on which numbers lie the other way round
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[itemBytes*i:]))
		}
	}
	return nil
}

// readFull fills b from offset. An io.ReaderAt may report io.EOF together with the file's
// last bytes, which is no failure.
func readFull(r io.ReaderAt, b []byte, offset int64) error {
	n, err := r.ReadAt(b, offset)
	switch {
	case n == len(b):
		return nil
	case err == io.EOF:
		return errors.Errorf("the file ended %d bytes too early", len(b)-n)
	}
	return err
}
