package regular

import (
	"os"

	"github.com/pkg/errors"
)

// Open opens a regular file for reading and returns its size in bytes. Devices, pipes and
// folders are refused. what is the kind of the file, for errors.
func Open(path, what string) (f *os.File, size int64, err error) {
	if f, err = os.Open(path); err != nil {
		return nil, 0, errors.Wrap(err, "opening "+what)
	}
	stat, err := f.Stat()
	switch {
	case err != nil:
		err = errors.Wrap(err, "opening "+what)
	case !stat.Mode().IsRegular():
		err = errors.Errorf("%s: not a regular file", path)
	default:
		return f, stat.Size(), nil
	}
	_ = f.Close() // nothing was written; the first error is the one to report
	return nil, 0, err
}
