package regular

import (
	"io"
	"io/fs"
	"os"

	"github.com/pkg/errors"
)

// Open opens a regular file for reading and returns its size in bytes. what is the kind of the
// file, for errors. A link is followed.
func Open(path, what string) (f *os.File, size int64, err error) {
	return open(path, what, os.Stat, os.OpenFile)
}

// OpenIn is [Open] for a file in a folder. A link that leads out of the folder is not followed.
func OpenIn(root *os.Root, path, what string) (f *os.File, size int64, err error) {
	return open(path, what, root.Stat, root.OpenFile)
}

// open opens a file with the functions of a folder or of the system.
func open(path, what string, stat func(string) (os.FileInfo, error), openFile func(string, int, os.FileMode) (*os.File, error)) (f *os.File, size int64, err error) {
	before, err := stat(path)
	if err == nil {
		err = Check(path, before)
	}
	if err != nil {
		return nil, 0, errors.Wrap(err, "opening "+what)
	}
	// If a pipe replaces the file at this moment, opening it does not block.
	if f, err = openFile(path, os.O_RDONLY|nonBlock, 0); err != nil {
		return nil, 0, errors.Wrap(err, "opening "+what)
	}
	after, err := f.Stat()
	if err == nil {
		err = Check(path, after)
	}
	if err != nil {
		_ = f.Close() // nothing was written; the first error is the one to report
		return nil, 0, errors.Wrap(err, "opening "+what)
	}
	return f, after.Size(), nil
}

// ReadFile reads a regular file of at most limit bytes. A larger file
// is an error that names the limit; no more than the limit is read.
func ReadFile(path, what string, limit int64) (data []byte, err error) {
	f, size, err := Open(path, what)
	if err != nil {
		return nil, err
	}
	return readAll(f, size, path, what, limit)
}

// ReadFileIn is [ReadFile] for a file in a folder. A link that leads out of the folder is not followed.
func ReadFileIn(root *os.Root, path, what string, limit int64) (data []byte, err error) {
	f, size, err := OpenIn(root, path, what)
	if err != nil {
		return nil, err
	}
	return readAll(f, size, path, what, limit)
}

// readAll reads and closes a file.
func readAll(f *os.File, size int64, path, what string, limit int64) (data []byte, err error) {
	defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
	if size > limit {
		return nil, tooLarge(path, what, size, limit)
	}
	data = make([]byte, 0, size+1) // one byte more, to detect the end
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, errors.Wrap(err, "reading "+what)
		case int64(len(data)) > limit:
			return nil, tooLarge(path, what, int64(len(data)), limit)
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)] // the file has grown
		}
	}
}

func tooLarge(path, what string, size, limit int64) error {
	return errors.Errorf("reading %s: %s has %d bytes, but at most %d are read: is it the right file?", what, path, size, limit)
}

// Check returns an error that names the kind of the file, unless it is a regular file.
func Check(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return errors.Errorf("%s: not a regular file, but %s", path, Kind(info.Mode()))
}

// Kind names the kind of a file that is not regular.
func Kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "of another kind"
}
