package atomicfile

import (
	"io"
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
func Write(path string, write func(io.Writer) error) error {
	d, name, err := parent(path)
	if err != nil {
		return errors.WithMessagef(bare(err), "writing %s", path)
	}
	defer d.Close()
	return errors.WithMessagef(hide(d.replace(name, write)), "writing %s", path)
}

// WriteFile replaces the content of the file at path by data, as Write does.
func WriteFile(path string, data []byte) error { return Write(path, bytesOf(data)) }

// parent opens the folder that a file is in.
func parent(path string) (*Dir, string, error) {
	path = filepath.Clean(path)
	d, err := OpenDir(filepath.Dir(path))
	return d, filepath.Base(path), err
}
