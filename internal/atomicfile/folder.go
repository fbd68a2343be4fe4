package atomicfile

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// Folder is a folder that is being written.
type Folder struct {
	root *os.Root
	dir  string // in root
	wrap func(io.Writer) io.Writer
	sums []string // lines of SumsFile
	has  map[string]bool
}

// WriteFolder replaces the folder at path by the files that the function writes, with their
// checksums in [SumsFile]. They go to a temporary folder beside it, each is flushed to the
// disk, and so is the folder, which is then renamed: path names a complete folder or none.
// On an error the temporary folder is removed. Of a folder that was there, the files with the
// names of new ones are removed; if it has others, it stays beside, as path.aside.
//
// Each file is written through what wrap makes of its writer, which lets tests break the
// disk; nil changes nothing.
func WriteFolder(path string, wrap func(io.Writer) io.Writer, write func(*Folder) error) error {
	d, name, err := parent(path)
	if err != nil {
		return errors.WithMessagef(bare(err), "writing %s", path)
	}
	defer d.Close()
	return d.WriteFolder(name, wrap, write)
}

// WriteFolder is the function of this name for a folder in the folder.
func (d *Dir) WriteFolder(name string, wrap func(io.Writer) io.Writer, write func(*Folder) error) (err error) {
	defer func() { err = errors.WithMessagef(hide(err), "writing %s", d.Path(name)) }()
	f := &Folder{root: d.root, dir: temporaryName(name), wrap: wrap, has: map[string]bool{}}
	if err := d.root.Mkdir(f.dir, 0o777); err != nil {
		return err
	}
	own := func(file string) bool { return f.has[file] }
	defer func() { _ = d.discard(f.dir, name, own) }() // nothing is left of it after a success
	if err := write(f); err != nil {
		return err
	}
	slices.Sort(f.sums)
	if err := f.File(SumsFile, bytesOf([]byte(strings.Join(f.sums, "")))); err != nil {
		return err
	}
	if err := d.flush(f.dir); err != nil {
		return err
	}
	if err := d.replaceFolder(f.dir, name, own); err != nil {
		return err
	}
	return d.sync()
}

// flush makes the names in a folder survive a power cut.
func (d *Dir) flush(name string) error {
	sub, err := d.Sub(name)
	if err != nil {
		return err
	}
	defer sub.Close()
	return sub.sync()
}

// replaceFolder renames tmp to name. A rename cannot replace a folder with something in it.
func (d *Dir) replaceFolder(tmp, name string, own func(string) bool) error {
	if _, err := d.root.Lstat(name); err == nil {
		old := temporaryName(name)
		if err := d.root.Rename(name, old); err != nil {
			return err
		}
		defer func() { _ = d.discard(old, name, own) }() // Sweep removes what is left
	}
	return d.root.Rename(tmp, name)
}

// File writes a file of the folder and flushes it to the disk.
func (f *Folder) File(name string, write func(io.Writer) error) (err error) {
	file, err := f.root.OpenFile(path.Join(f.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return errors.WithMessage(bare(err), name)
	}
	f.has[name] = true
	sum := sha256.New()
	var disk io.Writer = file
	if f.wrap != nil {
		disk = f.wrap(file)
	}
	buffer := bufio.NewWriterSize(io.MultiWriter(disk, sum), bufferBytes)
	err = write(buffer)
	if err == nil {
		err = buffer.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	f.sums = append(f.sums, fmt.Sprintf("%s  %s\n", hex.EncodeToString(sum.Sum(nil)), name))
	return errors.WithMessage(hide(err), name)
}

// RemoveFolder removes a folder in which there are only own files, so that a reader, or a
// crash, meets it whole or not at all. Any other folder stays as it is.
func (d *Dir) RemoveFolder(name string, own func(file string) bool) error {
	entries, err := fs.ReadDir(d.root.FS(), name)
	if err != nil {
		return errors.WithMessagef(hide(err), "removing %s", d.Path(name))
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !own(e.Name()) {
			return nil
		}
	}
	old := temporaryName(name)
	if err := d.root.Rename(name, old); err != nil {
		return errors.WithMessagef(hide(err), "removing %s", d.Path(name))
	}
	return errors.WithMessagef(hide(d.discard(old, name, own)), "removing %s", d.Path(name))
}

// discard removes the own files of a temporary folder, and the folder if nothing else is in
// it; otherwise it gets a name that can be seen.
func (d *Dir) discard(tmp, name string, own func(string) bool) error {
	info, err := d.root.Lstat(tmp)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		entries, err := fs.ReadDir(d.root.FS(), tmp)
		if err != nil {
			return err
		}
		left := len(entries)
		for _, e := range entries {
			if !e.Type().IsRegular() || !own(e.Name()) {
				continue
			}
			if err := d.root.Remove(path.Join(tmp, e.Name())); err != nil {
				return err
			}
			left--
		}
		if left == 0 {
			return d.root.Remove(tmp)
		}
	}
	return d.aside(tmp, name)
}

// aside gives a folder with files that are not ours the first name that is free.
func (d *Dir) aside(tmp, name string) error {
	free := name + ".aside"
	for n := 2; ; n++ {
		if _, err := d.root.Lstat(free); err != nil {
			return d.root.Rename(tmp, free)
		}
		free = fmt.Sprintf("%s.aside-%d", name, n)
	}
}
