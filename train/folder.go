package train

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"

	"gorgpt/internal/atomicfile"
)

// Runs is the folder of the runs that are given no folder of their own.
const Runs = "runs"

// Folder is a run folder that no other trainer can open until it is closed.
// A Folder must not be used by several goroutines at once.
type Folder struct {
	Dir  string
	lock *flock.Flock // nil on other ranks than the first
}

// lockFile is the file of a run folder that is locked, with the number of the process.
const lockFile = ".lock"

// OpenFolder opens a run folder that exists. It is an error if another trainer has it open,
// if nothing can be written there, and if a link stands for a file or a folder of it.
func OpenFolder(dir string) (*Folder, error) {
	d, err := atomicfile.OpenDir(dir)
	if err != nil {
		return nil, errors.WithMessage(err, "the run folder")
	}
	defer d.Close()
	there, err := names{}.find(dir)
	if err == nil {
		err = there.refuse(dir, false)
	}
	if err != nil {
		return nil, err
	}
	f := &Folder{Dir: dir}
	if f.lock, err = lockOf(d); err != nil {
		return nil, err
	}
	locked, err := f.lock.TryLock()
	switch {
	case err != nil:
		return nil, errors.Wrapf(err, "the run folder %s cannot be written to", dir)
	case !locked:
		other := "another trainer"
		if pid, err := os.ReadFile(d.Path(lockFile)); err == nil && len(pid) > 0 {
			other = fmt.Sprintf("%s (process %s)", other, strings.TrimSpace(string(pid)))
		}
		return nil, BadOption("%s is in use by %s: wait until it has ended, or set {Out} to another folder", dir, other)
	}
	// For the message above only; where a locked file cannot be written, it has no number.
	_ = d.Overwrite(lockFile, fmt.Appendf(nil, "%d\n", os.Getpid()))
	if err := sweep(dir); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// lockOf is the lock of a run folder. A file of its name that somebody else has made is an
// error.
func lockOf(d *atomicfile.Dir) (*flock.Flock, error) {
	lock, err := d.Lock(lockFile)
	if err != nil {
		return nil, err
	}
	if info, err := os.Lstat(d.Path(lockFile)); err == nil && info.Size() > 20 {
		return nil, notALock(d)
	}
	// On some systems a file that is locked cannot be read.
	if data, err := os.ReadFile(d.Path(lockFile)); err == nil && strings.Trim(string(data), "0123456789\n") != "" {
		return nil, notALock(d)
	}
	return lock, nil
}

func notALock(d *atomicfile.Dir) error {
	return BadOption("%s is not the lock of a run: move it away, or set {Out} to another folder", d.Path(lockFile))
}

// Reopen opens the folder of the run to resume, with its record; both are nil if the options name
// none. A completed run is reported and not opened. On ranks other than the first, a folder
// is only a name, here and in [Options.NewFolder].
func (o Options) Reopen(l Listener) (*Folder, *Record, error) {
	if o.Resume == "" {
		return nil, nil, nil
	}
	var f *Folder
	data, err := o.Group.Once(func() ([]byte, error) {
		var r *Record
		var err error
		if f, r, err = reopen(o.Resume, l); err != nil {
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
		f = &Folder{Dir: o.Resume}
	}
	return f, r, nil
}

// reopen is Reopen on the first rank.
func reopen(dir string, l Listener) (*Folder, *Record, error) {
	f, err := OpenFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	r, began, err := ReadRun(dir, "") // once more, as nobody else changes it now
	if err == nil {
		err = errors.WithMessage(r.Began(began), filepath.Join(dir, RecordFile))
	}
	if err == nil && !r.Completed {
		return f, r, nil
	}
	f.Close()
	if err == nil {
		l.Note("the run in %s is complete: nothing to do", dir)
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
func (f *Folder) Checkpoints() string { return filepath.Join(f.Dir, checkpointsFolder) }
