package atomicfile

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// SumsFile is the file of a folder that has the checksums of the others, in the form of
// sha256sum.
const SumsFile = "SHA256SUMS"

// Folder is a folder that is being written.
type Folder struct {
	dir  string
	wrap func(io.Writer) io.Writer
	sums []string // lines of SumsFile
}

// WriteFolder replaces the folder at path by the files that the function writes, with their
// checksums in [SumsFile]. They go to a temporary folder beside it, each is flushed to the
// disk, and so is the folder, which is then renamed: path names a complete folder or none.
// On an error the temporary folder is removed. A folder that was there is replaced.
//
// Each file is written through what wrap makes of its writer, which lets tests break the
// disk; nil changes nothing.
func WriteFolder(path string, wrap func(io.Writer) io.Writer, write func(*Folder) error) (err error) {
	defer func() { err = errors.WithMessagef(err, "writing %s", path) }()
	tmp := temporaryName(path)
	if err := os.Mkdir(tmp, 0o777); err != nil {
		return bare(err)
	}
	defer func() { _ = os.RemoveAll(tmp) }() // nothing is left of it after a success
	f := &Folder{dir: tmp, wrap: wrap}
	if err := write(f); err != nil {
		return err
	}
	slices.Sort(f.sums)
	lines := strings.Join(f.sums, "")
	if err := f.File(SumsFile, func(w io.Writer) error { _, err := io.WriteString(w, lines); return err }); err != nil {
		return err
	}
	if err := syncFolder(tmp); err != nil {
		return bare(err)
	}
	if err := replaceFolder(tmp, path); err != nil {
		return bare(err)
	}
	return bare(syncFolder(filepath.Dir(path)))
}

// replaceFolder renames tmp to path. A rename cannot replace a folder with something in it.
func replaceFolder(tmp, path string) error {
	if _, err := os.Lstat(path); err == nil {
		old := temporaryName(path)
		if err := os.Rename(path, old); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(old) }() // Sweep removes what is left
	}
	return os.Rename(tmp, path)
}

// File writes a file of the folder and flushes it to the disk.
func (f *Folder) File(name string, write func(io.Writer) error) (err error) {
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return bare(err)
	}
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
	return errors.WithMessage(bare(err), name)
}

// RemoveFolder removes a folder so that a reader, or a crash, meets it whole or not at all.
func RemoveFolder(path string) error {
	old := temporaryName(path)
	if err := os.Rename(path, old); err != nil {
		return errors.Wrap(err, "removing a folder")
	}
	return errors.Wrap(os.RemoveAll(old), "removing a folder")
}

// CheckFolder reads the files of a folder and compares them with their checksums. A file
// that has none is an error, too.
func CheckFolder(path string) error {
	lines, err := os.ReadFile(filepath.Join(path, SumsFile))
	if err != nil {
		return errors.Wrap(err, "reading the checksums")
	}
	known := map[string]bool{SumsFile: true}
	for line := range strings.Lines(string(lines)) {
		want, name, found := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !found || name != filepath.Base(name) {
			return errors.Errorf("%s: the line %q is no checksum of a file", filepath.Join(path, SumsFile), line)
		}
		if err := checkFile(filepath.Join(path, name), want); err != nil {
			return err
		}
		known[name] = true
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return errors.Wrap(err, "comparing checksums")
	}
	for _, e := range entries {
		if !known[e.Name()] {
			return errors.Errorf("%s has no checksum in %s", filepath.Join(path, e.Name()), SumsFile)
		}
	}
	return nil
}

func checkFile(path, want string) error {
	file, err := os.Open(path)
	if err != nil {
		return errors.Wrap(err, "comparing checksums")
	}
	defer file.Close() // only read from
	sum := sha256.New()
	if _, err := io.CopyBuffer(sum, struct{ io.Reader }{file}, make([]byte, bufferBytes)); err != nil {
		return errors.Wrapf(err, "reading %s", path)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return errors.Errorf("%s is damaged: its checksum is %s…, not %s…", path, got[:8], want[:min(8, len(want))])
	}
	return nil
}

// temporary matches the names that this package gives to what is not finished.
var temporary = regexp.MustCompile(`^\..+\.tmp-[0-9a-f]{8}$`)

// Sweep removes what writers that were killed have left in a folder. Nobody may be writing
// there. A folder that does not exist has nothing to remove.
func Sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return errors.Wrap(err, "removing unfinished files")
	}
	for _, e := range entries {
		if !temporary.MatchString(e.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return errors.Wrap(err, "removing unfinished files")
		}
	}
	return nil
}

// bare takes temporary names out of an error of the operating system.
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
