package atomicfile

import (
	"bufio"
	stderrors "errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"

	"github.com/pkg/errors"
)

// Dir is an open folder in which files are written by name. Nothing is written through a symbolic link in
// it, even if the link is created while the Dir is open.
type Dir struct {
	root *os.Root
	path string // for errors
}

// OpenDir opens a folder. The path itself may contain links.
func OpenDir(path string) (*Dir, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, errors.WithStack(err)
	}
	return &Dir{root, path}, nil
}

// Close closes the folder.
func (d *Dir) Close() { _ = d.root.Close() } // no file is open

// Path is the path of a file in the folder.
func (d *Dir) Path(name string) string { return filepath.Join(d.path, name) }

// OpenIn opens a folder below the one at path, and creates it if it does not exist. It is an error if any
// of the names is a link.
func OpenIn(path string, names ...string) (*Dir, error) {
	d, err := OpenDir(path)
	for _, name := range names {
		if err != nil {
			return nil, err
		}
		up := d
		d, err = up.Sub(name)
		up.Close()
	}
	return d, err
}

// Sub opens a subfolder, and creates it if it does not exist. It is an error if the name is a link.
func (d *Dir) Sub(name string) (*Dir, error) {
	if err := d.root.Mkdir(name, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, errors.WithMessagef(bare(err), "making %s", d.Path(name))
	}
	info, err := d.root.Lstat(name)
	switch {
	case err != nil:
		return nil, errors.WithMessage(bare(err), d.Path(name))
	case !info.IsDir():
		return nil, NotOwn(d.Path(name), info)
	}
	root, err := d.root.OpenRoot(name)
	if err != nil {
		return nil, errors.WithMessage(bare(err), d.Path(name))
	}
	return &Dir{root, d.Path(name)}, nil
}

// NotOwn is the error for an object of the wrong kind at the path of a file or folder.
func NotOwn(path string, info fs.FileInfo) error {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, _ := os.Readlink(path) // for the message only
		return errors.Errorf("%s is a link to %s, and links inside a run folder are not followed: put the file or folder itself there, "+
			"or move the whole run folder and name it by its new place", path, target)
	case info.IsDir():
		return errors.Errorf("%s is a folder: it must be a file, or not exist", path)
	case info.Mode().IsRegular():
		return errors.Errorf("%s is a file: it must be a folder, or not exist", path)
	}
	return errors.Errorf("%s is neither a file nor a folder: move it away", path)
}

// Append opens a file for writing at its end, and creates it if it does not exist. It is an error if the
// name is a link.
func (d *Dir) Append(name string) (*os.File, error) {
	info, err := d.root.Lstat(name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, NotOwn(d.Path(name), info)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, errors.WithMessage(bare(err), d.Path(name))
	}
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND|noFollow, 0o666)
	return f, errors.WithMessage(bare(err), d.Path(name))
}

// Overwrite replaces the content of an existing file in place, as a lock file requires.
func (d *Dir) Overwrite(name string, data []byte) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_TRUNC|noFollow, 0)
	if err != nil {
		return errors.WithMessage(bare(err), d.Path(name))
	}
	_, err = f.Write(data)
	return errors.WithMessage(stderrors.Join(err, f.Close()), d.Path(name))
}

// Write is [Write] for a file of the folder.
func (d *Dir) Write(name string, write func(io.Writer) error) error {
	return errors.WithMessagef(hide(d.replace(name, write)), "writing %s", d.Path(name))
}

// WriteFile is [WriteFile] for a file of the folder.
func (d *Dir) WriteFile(name string, data []byte) error { return d.Write(name, bytesOf(data)) }

// bytesOf writes data.
func bytesOf(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// replace fills a temporary file and renames it.
func (d *Dir) replace(name string, write func(io.Writer) error) (err error) {
	tmp, f, err := d.create(name)
	if err != nil {
		return err
	}
	open, renamed := true, false
	defer func() {
		// Reached with work left only after a failure, which is the error
		// worth reporting.
		if open {
			_ = f.Close()
		}
		if !renamed {
			_ = d.root.Remove(tmp)
		}
	}()
	if err := fill(f, write); err != nil {
		return err
	}
	open = false
	if err := f.Close(); err != nil {
		return err
	}
	if err := d.root.Rename(tmp, name); err != nil {
		return err
	}
	renamed = true
	return errors.WithMessage(d.sync(), "flushing its folder")
}

// create creates a hidden file that will be renamed to name. It works like os.CreateTemp, but with the
// permissions of an ordinary new file.
func (d *Dir) create(name string) (tmp string, f *os.File, err error) {
	const attempts = 100
	for range attempts {
		tmp = temporaryName(name)
		f, err = d.root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return tmp, f, err
		}
	}
	return "", nil, errors.Errorf("no free temporary name after %d attempts", attempts)
}

// temporaryName is the name of a hidden file or folder that will be renamed to name.
func temporaryName(name string) string { return fmt.Sprintf(".%s.gorgpt-%08x", name, rand.Uint32()) }

// temporary matches the names of unfinished files and folders.
var temporary = regexp.MustCompile(`^\.(.+)\.gorgpt-[0-9a-f]{8}$`)

// Unfinished returns the final name of a temporary file or folder; false for any other name.
func Unfinished(name string) (string, bool) {
	if m := temporary.FindStringSubmatch(name); m != nil {
		return m[1], true
	}
	return "", false
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

// sync makes a rename inside the folder survive a power cut. Some systems
// have no such call for folders (there the file system takes care of it), and
// some file systems on the others refuse it; neither is a failure.
func (d *Dir) sync() error {
	switch runtime.GOOS {
	case "windows", "plan9", "js", "wasip1":
		return nil
	}
	f, err := d.root.Open(".")
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, stderrors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return stderrors.Join(err, f.Close())
}

// bare removes the call and the name from an error of the operating system.
func bare(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return errors.WithStack(path.Err)
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return errors.WithStack(link.Err)
	}
	return err
}

// hide is bare for errors that are about temporary files.
func hide(err error) error {
	var path *os.PathError
	var link *os.LinkError
	name := ""
	switch {
	case errors.As(err, &path):
		name = path.Path
	case errors.As(err, &link):
		name = link.Old
	}
	for part := range strings.SplitSeq(filepath.ToSlash(name), "/") {
		if _, unfinished := Unfinished(part); unfinished {
			return bare(err)
		}
	}
	return err
}
