package regular

import (
	"io"

	"github.com/pkg/errors"
)

const (
	// expansion is the maximum ratio of decompressed to compressed size. Text is compressed to between
	// a third and a tenth of its size, repetitive logs and tables to a fiftieth, and a malicious file to
	// a thousandth or less.
	expansion = 100

	// freely is the decompressed size that any compressed file may have.
	freely = 64 << 20
)

// Unpacked returns a reader of the content of a packed file of size bytes. It fails beyond 64 MiB
// and a hundred times the size: such a file is made to fill memory. packing names the format, for
// errors.
func Unpacked(r io.Reader, size int64, packing string) io.Reader {
	return &unpacked{r: r, left: max(freely, expansion*size), size: size, packing: packing}
}

type unpacked struct {
	r          io.Reader
	left, size int64
	packing    string
}

// Read reads up to the limit.
func (u *unpacked) Read(p []byte) (int, error) {
	if u.left < 0 {
		return 0, u.tooMuch()
	}
	n, err := u.r.Read(p[:min(int64(len(p)), u.left+1)])
	if u.left -= int64(n); u.left < 0 {
		return n - 1, u.tooMuch() // without the byte above the limit
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = errors.Wrap(err, "unpacking "+u.packing)
	}
	return n, err
}

func (u *unpacked) tooMuch() error {
	return errors.Errorf("unpacking %s: its %d bytes unpack to more than %d MiB and %d times their number: "+
		"if this is the right file, unpack it first", u.packing, u.size, freely>>20, expansion)
}
