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

// WriteFolder replaces the folder at path by the files that the function writes, with their checksums in
// [SumsFile]. They are written to a temporary folder, flushed to the disk, and the folder is renamed, so
// path is a complete folder or does not exist. Where folders can be swapped in one step, an old folder stays until the new
// one takes its place. On an error the temporary folder is removed and an old folder
// stays. Otherwise files of the old folder with the names of new ones are removed; if it has other files, it
// stays as path.aside.
//
// wrap, if not nil, wraps the writer of each file, to simulate disk errors in tests.
func WriteFolder(path string, wrap func(io.Writer) io.Writer, write func(*Folder) error) error {
	d, name, err := parent(path)
	if err != nil {
		return errors.WithMessagef(bare(err), "writing %s", path)
	}
	defer d.Close()
	return d.WriteFolder(name, wrap, write)
}

// WriteFolder is the function [WriteFolder] for a subfolder.
func (d *Dir) WriteFolder(name string, wrap func(io.Writer) io.Writer, write func(*Folder) error) (err error) {
	defer func() { err = errors.WithMessagef(hide(err), "writing %s", d.Path(name)) }()
	f := &Folder{root: d.root, dir: temporaryName(name), wrap: wrap, has: map[string]bool{}}
	if err := d.root.Mkdir(f.dir, 0o777); err != nil {
		return err
	}
	own := func(file string) bool { return f.has[file] }
	defer func() { _ = d.discard(f.dir, name, own) }() // after a success, the old folder or nothing
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
	if err := d.replaceFolder(f.dir, name); err != nil {
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

// replaceFolder renames tmp to name. An old folder becomes tmp.
func (d *Dir) replaceFolder(tmp, name string) error {
	if _, err := d.root.Lstat(name); err != nil {
		return d.root.Rename(tmp, name)
	}
	if d.exchange(tmp, name) == nil {
		return nil
	}
	return d.rotate(tmp, name)
}

// rotate is exchange in several steps, since a rename cannot replace a folder that is not empty. Between the first two,
// there is no folder of that name.
func (d *Dir) rotate(tmp, name string) error {
	old := temporaryName(name)
	if err := d.root.Rename(name, old); err != nil {
		return err
	}
	if err := d.root.Rename(tmp, name); err != nil {
		_ = d.root.Rename(old, name) // the first error is the one to report
		return err
	}
	_ = d.root.Rename(old, tmp) // Sweep removes it otherwise
	return nil
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

// Drop says that a file of the folder that is replaced is removed with it, though the new folder lacks it.
func (f *Folder) Drop(name string) { f.has[name] = true }

// RemoveFolder removes a folder that contains only own files, as a whole: neither a reader nor a crash
// leaves it half removed. Any other folder stays.
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

// discard removes the own files of a temporary folder, and the folder if it is then empty; otherwise it
// gets a visible name.
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

// aside gives a folder with other files the first free name.
func (d *Dir) aside(tmp, name string) error {
	free := name + ".aside"
	for n := 2; ; n++ {
		if _, err := d.root.Lstat(free); err != nil {
			return d.root.Rename(tmp, free)
		}
		free = fmt.Sprintf("%s.aside-%d", name, n)
	}
}
