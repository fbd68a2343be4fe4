package safetensors

import (
	"cmp"
	"encoding/binary"
	"io"
	"maps"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

const (
	lengthBytes = 8           // the header's length precedes it
	maxHeader   = 100_000_000 // the format's own limit
)

// File gives access to the tensors of one safetensors file. Its methods may be
// called by several goroutines at once.
type File struct {
	path     string // for errors
	r        io.ReaderAt
	closer   io.Closer // nil if the caller owns r
	data     int64     // where the data section starts
	tensors  map[string]Info
	metadata map[string]string
}

// Open opens the file at path, reads its header and checks it. The tensors stay
// on disk until they are asked for. The caller closes the File.
func Open(path string) (*File, error) {
	f, size, err := regular.Open(path, "safetensors file")
	if err != nil {
		return nil, err
	}
	file, err := New(path, f, size)
	if err != nil {
		_ = f.Close() // nothing was written; the first error is the one to report
		return nil, err
	}
	file.closer = f
	return file, nil
}

// New reads and checks the header of the size bytes of r. The name stands for
// the file in errors. The File reads from r as long as it is used; closing it
// does not close r.
func New(name string, r io.ReaderAt, size int64) (*File, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, errors.Wrap(err, name)
	}
	tensors, metadata, err := parseHeader(header)
	if err != nil {
		return nil, errors.Wrap(err, name)
	}
	data := lengthBytes + int64(len(header))
	if err := checkLayout(tensors, size-data); err != nil {
		return nil, errors.Wrap(err, name)
	}
	f := &File{path: name, r: r, data: data, tensors: make(map[string]Info, len(tensors)), metadata: metadata}
	for _, t := range tensors {
		f.tensors[t.Name] = t
	}
	return f, nil
}

// Close closes the file that Open opened.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return errors.Wrapf(f.closer.Close(), "closing %s", f.path)
}

// Names returns the names of all tensors, sorted.
func (f *File) Names() []string {
	return slices.Sorted(maps.Keys(f.tensors))
}

// Info describes the tensor with the given name; ok is false if there is none.
func (f *File) Info(name string) (info Info, ok bool) {
	info, ok = f.tensors[name]
	info.Shape = slices.Clone(info.Shape)
	return info, ok
}

// Metadata returns a copy of the file's free-form strings; nil if it has none.
func (f *File) Metadata() map[string]string {
	return maps.Clone(f.metadata)
}

// readHeader returns the JSON text. It allocates no more than the file has.
func readHeader(r io.ReaderAt, size int64) ([]byte, error) {
	var prefix [lengthBytes]byte
	if size < lengthBytes {
		return nil, errors.Errorf("file has %d bytes, too few for the %d of the header's length", size, lengthBytes)
	}
	if err := readFull(r, prefix[:], 0); err != nil {
		return nil, errors.Wrap(err, "reading the header's length")
	}
	n := binary.LittleEndian.Uint64(prefix[:])
	if n > maxHeader {
		return nil, errors.Errorf("header of %d bytes is over the limit of %d; is this a safetensors file?", n, maxHeader)
	}
	if int64(n) > size-lengthBytes {
		return nil, errors.Errorf("header of %d bytes does not fit the file's %d; the file is truncated or not a safetensors file", n, size)
	}
	header := make([]byte, n)
	if err := readFull(r, header, lengthBytes); err != nil {
		return nil, errors.Wrap(err, "reading the header")
	}
	return header, nil
}

// readFull fills b from offset. An io.ReaderAt may report io.EOF together with
// the file's last bytes, which is no failure.
func readFull(r io.ReaderAt, b []byte, offset int64) error {
	n, err := r.ReadAt(b, offset)
	switch {
	case n == len(b):
		return nil
	case err == io.EOF:
		return errors.Errorf("file ended %d bytes too early", len(b)-n)
	}
	return err
}

// checkLayout makes sure that the tensors, in the order of their offsets, cover
// the data section's size bytes without an overlap or a hole.
func checkLayout(tensors []Info, size int64) error {
	ordered := slices.Clone(tensors)
	slices.SortFunc(ordered, func(a, b Info) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	var covered int64
	for _, t := range ordered {
		switch {
		case t.begin < covered:
			return errors.Errorf("tensor %s: data_offsets [%d, %d] overlap another tensor, which ends at %d",
				excerpt(t.Name), t.begin, t.end, covered)
		case t.begin > covered:
			return errors.Errorf("tensor %s: data_offsets [%d, %d] leave bytes from %d on without a tensor",
				excerpt(t.Name), t.begin, t.end, covered)
		case t.end > size:
			return errors.Errorf("tensor %s: data_offsets [%d, %d] end outside the file, whose data has %d bytes; the file is truncated",
				excerpt(t.Name), t.begin, t.end, size)
		}
		covered = t.end
	}
	if covered != size {
		return errors.Errorf("data has %d bytes, but the tensors cover only %d", size, covered)
	}
	return nil
}
