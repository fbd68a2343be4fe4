package atomicfile

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/pkg/errors"
)

const bufferBytes = 1 << 20

// Write replaces the file at path by what the function writes; the writer it
// gets is buffered. The bytes go to a temporary file in the same folder, which
// is flushed to the disk and then renamed, so that path names either the old
// file or the complete new one. When Write returns nil the new file survives a
// power cut. On an error, or a panic of the function, the temporary file is
// removed and the old file is untouched.
//
// A new file gets the permissions 0666 before umask. Where path is a symbolic
// link, the link is replaced, not the file it points to.
func Write(path string, write func(io.Writer) error) (err error) {
	tmp, err := createBeside(path)
	if err != nil {
		return errors.Wrapf(err, "writing %s", path)
	}
	open, renamed := true, false
	defer func() {
		// Reached with work left only after a failure, which is the error
		// worth reporting.
		if open {
			_ = tmp.Close()
		}
		if !renamed {
			_ = os.Remove(tmp.Name())
		}
	}()

	if err := fill(tmp, write); err != nil {
		return errors.Wrapf(err, "writing %s", path)
	}
	open = false
	if err := tmp.Close(); err != nil {
		return errors.Wrapf(err, "writing %s", path)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return errors.Wrapf(err, "writing %s", path)
	}
	renamed = true
	return errors.Wrapf(syncFolder(filepath.Dir(path)), "writing %s: flushing its folder", path)
}

// WriteFile replaces the content of the file at path by data, as Write does.
func WriteFile(path string, data []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// fill writes the content and flushes it to the disk.
func fill(f *os.File, write func(io.Writer) error) error {
	w := bufio.NewWriterSize(f, bufferBytes)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Sync()
}

// createBeside creates a hidden file next to path. It does what os.CreateTemp
// does, but with the permissions of an ordinary new file.
func createBeside(path string) (*os.File, error) {
	const attempts = 100
	for range attempts {
		f, err := os.OpenFile(temporaryName(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, errors.Errorf("no free temporary name after %d attempts", attempts)
}

// temporaryName is that of a hidden file or folder beside path.
func temporaryName(path string) string {
	dir, base := filepath.Split(path)
	return filepath.Join(dir, fmt.Sprintf(".%s.tmp-%08x", base, rand.Uint32()))
}
