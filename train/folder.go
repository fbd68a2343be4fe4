package train

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/internal/atomicfile"
)

// Runs is the folder of the runs that are given no folder of their own.
const Runs = "runs"

// Folder is a run folder that no other trainer can open until it is closed.
type Folder struct {
	Dir  string
	lock *flock.Flock // nil on other ranks than the first
}

// lockFile is the file of a run folder that is locked, with the number of the process.
const lockFile = ".lock"

// NewFolder makes the folder of a run; see the function of this name.
func (s *Settings) NewFolder(name string) (*Folder, error) {
	var f *Folder
	dir, err := s.Group.Once(func() ([]byte, error) {
		var err error
		if f, err = NewFolder(s.Out, name, s.Force); err != nil {
			return nil, err
		}
		return []byte(f.Dir), nil
	})
	if err == nil && f == nil {
		f = &Folder{Dir: string(dir)}
	}
	return f, err
}

// CheckOut refuses a run folder that has anything in it, as [CheckFolder] does.
func (s *Settings) CheckOut() error {
	if !s.Group.First() {
		return nil
	}
	return CheckFolder(s.Out, s.Force)
}

// NewFolder makes the folder of a run and opens it. An explicit path is used as it is, if
// [CheckFolder] has nothing against it; with force, what an earlier run has left there is
// removed. Otherwise the folder is runs/<name>, numbered when it exists.
func NewFolder(path, name string, force bool) (*Folder, error) {
	if path == "" {
		dir, err := numbered(filepath.Join(Runs, name))
		if err != nil {
			return nil, err
		}
		return OpenFolder(dir)
	}
	if err := CheckFolder(path, force); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, errors.Wrap(err, "-out")
	}
	f, err := OpenFolder(path)
	if err != nil {
		return nil, err
	}
	if err := f.clear(); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// OpenFolder opens a run folder that exists. It is an error if another trainer has it open,
// and if nothing can be written there.
func OpenFolder(dir string) (*Folder, error) {
	path := filepath.Join(dir, lockFile)
	f := &Folder{Dir: dir, lock: flock.New(path)}
	locked, err := f.lock.TryLock()
	switch {
	case err != nil:
		return nil, errors.Wrapf(err, "the run folder %s cannot be written to", dir)
	case !locked:
		other := "another trainer"
		if pid, err := os.ReadFile(path); err == nil && len(pid) > 0 {
			other = fmt.Sprintf("%s (process %s)", other, strings.TrimSpace(string(pid)))
		}
		return nil, errors.Errorf("%s is in use by %s: wait until it has ended, or name another folder with -out", dir, other)
	}
	// For the message above only; where a locked file cannot be written, it has no number.
	_ = os.WriteFile(path, fmt.Appendf(nil, "%d\n", os.Getpid()), 0o644)
	if err := atomicfile.Sweep(dir); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Reopen opens the folder of the run that is to go on, with its record, if there is one. If the
// run has been completed, it says so and opens nothing. On other ranks than the first, a folder
// is a name only, here as in [Settings.NewFolder].
func (s *Settings) Reopen(w io.Writer) (*Folder, *Record, error) {
	if s.Resume == "" {
		return nil, nil, nil
	}
	var f *Folder
	data, err := s.Group.Once(func() ([]byte, error) {
		var r *Record
		var err error
		if f, r, err = reopen(s.Resume, w); err != nil {
			return nil, err
		}
		return json.Marshal(r)
	})
	if err != nil {
		return nil, nil, err
	}
	r := &Record{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, nil, errors.Wrap(err, RecordFile)
	}
	if f == nil && !r.Completed {
		f = &Folder{Dir: s.Resume}
	}
	return f, r, nil
}

// reopen is Reopen on the first rank.
func reopen(dir string, w io.Writer) (*Folder, *Record, error) {
	f, err := OpenFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	r, err := ReadRecord(dir)
	if err == nil && !r.Completed {
		return f, r, nil
	}
	f.Close()
	if err == nil {
		fmt.Fprintf(w, "the run in %s is complete: nothing to do\n", dir)
	}
	return nil, r, err
}

// Close lets others open the folder.
func (f *Folder) Close() {
	if f == nil || f.lock == nil {
		return
	}
	_ = f.lock.Unlock() // the end of the process does the same
}

// Checkpoints is the folder of the checkpoints.
func (f *Folder) Checkpoints() string { return filepath.Join(f.Dir, "checkpoints") }

// clear removes what an earlier run has left. Its record goes first, so that the rest is
// never taken for a run.
func (f *Folder) clear() error {
	for _, name := range []string{
		RecordFile, "checkpoints", metricsFile, checkpoint.WeightsFile, "predictions.tsv", "sample.txt", "samples", HistoryFolder,
		"loss.svg", "loss.png",
	} {
		if err := os.RemoveAll(filepath.Join(f.Dir, name)); err != nil {
			return errors.Wrap(err, "removing an earlier run")
		}
	}
	return nil
}

// CheckFolder refuses an explicit path that has anything in it, unless force is set; hidden
// files do not count. It is for telling so before work that takes long.
func CheckFolder(path string, force bool) error {
	if path == "" {
		return nil
	}
	entries, err := os.ReadDir(path)
	if err != nil && !os.IsNotExist(err) {
		return errors.Wrap(err, "-out")
	}
	for _, e := range entries {
		if !force && !strings.HasPrefix(e.Name(), ".") {
			goOn := ""
			if _, err := os.Stat(filepath.Join(path, RecordFile)); err == nil {
				goOn = fmt.Sprintf("go on with its run by -resume %s, ", path)
			}
			return errors.Errorf("%s is not empty: %sname another folder with -out, or add -force to write into this one", path, goOn)
		}
	}
	return nil
}

// numbered makes base, or else base-2, base-3, …; the making itself is the test,
// so two runs that start together get two folders.
func numbered(base string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return "", errors.Wrap(err, "making the run folder")
	}
	path := base
	for n := 2; ; n++ {
		err := os.Mkdir(path, 0o755)
		if err == nil {
			return path, nil
		}
		if !os.IsExist(err) {
			return "", errors.Wrap(err, "making the run folder")
		}
		path = fmt.Sprintf("%s-%d", base, n)
	}
}
