package results

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"

	"gorgpt/internal/regular"
)

// File is the name of the file of a [Log] in its folder. The file lockFile is locked while a line
// is added.
const (
	File     = "results.jsonl"
	lockFile = ".results.lock"
)

// Log is the file of finished runs, one run a line. Several experiments may share it. Any number
// of processes and goroutines may add to it at the same time.
type Log[K comparable, R any] struct {
	Path string
	key  func(R) K
}

// Open makes the folder if it does not exist, and checks that its log can be read. key returns
// all that the figures of a run depend on.
func Open[K comparable, R any](dir string, key func(R) K) (*Log[K, R], error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, errors.Wrap(err, "making the folder of results")
	}
	l := &Log[K, R]{filepath.Join(dir, File), key}
	if err := l.checkFiles(); err != nil {
		return nil, err
	}
	_, err := l.All()
	return l, err
}

// All reads the finished runs. Of two lines of one run, the first counts. A last line that was cut
// off by a killed process or a full disk is skipped.
func (l *Log[K, R]) All() (map[K]R, error) {
	data, err := regular.ReadFile(l.Path, "results", 1<<30)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, errors.Wrap(err, "reading earlier results")
	}
	all := map[K]R{}
	lines := bytes.Split(data, []byte("\n"))
	for i, line := range lines {
		if len(line) == 0 || i == len(lines)-1 && !json.Valid(line) {
			continue
		}
		var r R
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, errors.Wrapf(err, "%s:%d: the line is not a finished run: remove it, or use another folder", l.Path, i+1)
		}
		if _, found := all[l.key(r)]; !found {
			all[l.key(r)] = r
		}
	}
	return all, nil
}

// Add appends a run. When it returns nil, the run survives a power cut. All other lines stay.
func (l *Log[K, R]) Add(r R) (err error) {
	line, err := json.Marshal(r)
	if err != nil {
		return errors.Wrap(err, File)
	}
	if err := l.checkFiles(); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(filepath.Dir(l.Path), lockFile))
	if err := lock.Lock(); err != nil {
		return errors.Wrapf(err, "locking %s", l.Path)
	}
	defer func() {
		if closeErr := lock.Close(); err == nil {
			err = errors.Wrapf(closeErr, "unlocking %s", l.Path)
		}
	}()
	f, err := os.OpenFile(l.Path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return errors.Wrap(err, "adding a result")
	}
	err = appendLine(f, line)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return errors.Wrapf(err, "adding a result to %s", l.Path)
}

// checkFiles returns an error if the log or its lock is a link, or not a regular file.
func (l *Log[K, R]) checkFiles() error {
	for _, path := range []string{l.Path, filepath.Join(filepath.Dir(l.Path), lockFile)} {
		info, err := os.Lstat(path)
		switch {
		case os.IsNotExist(err):
			continue
		case err != nil:
			return errors.Wrap(err, "checking the results")
		case info.Mode()&os.ModeSymlink != 0:
			return errors.Errorf("%s is a link, which is never written through: remove it, or use another folder", path)
		}
		if err := regular.Check(path, info); err != nil {
			return errors.WithMessage(err, "checking the results")
		}
	}
	return nil
}

// appendLine writes a line after the last complete one, in one write. If it fails, the file is
// unchanged.
func appendLine(f *os.File, line []byte) error {
	end, whole, err := lastLine(f)
	if err != nil {
		return err
	}
	if !whole {
		line = append([]byte("\n"), line...) // the last line is complete except for its newline
	}
	if err := f.Truncate(end); err != nil {
		return err
	}
	_, err = f.WriteAt(append(line, '\n'), end)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		_ = f.Truncate(end) // if this fails, All skips the partial line
	}
	return err
}

// lastLine returns the offset of the next line, and whether the line before it has its newline. A
// partial last line is overwritten.
func lastLine(f *os.File) (end int64, whole bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, false, err
	}
	end = info.Size()
	var tail []byte
	const piece = 4096
	for from := end; ; {
		n := min(piece, from)
		from -= n
		block := make([]byte, n)
		if _, err := f.ReadAt(block, from); err != nil && err != io.EOF {
			return 0, false, err
		}
		tail = append(block, tail...)
		if i := bytes.LastIndexByte(tail, '\n'); i >= 0 {
			tail = tail[i+1:]
			break
		}
		if from == 0 {
			break
		}
	}
	switch {
	case len(tail) == 0:
		return end, true, nil
	case json.Valid(tail):
		return end, false, nil
	}
	return end - int64(len(tail)), true, nil
}
