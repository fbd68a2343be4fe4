package train

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/internal/atomicfile"
)

// Runs is the parent folder of all runs for which no folder is named.
const Runs = "runs"

// Folder is a locked run folder: no other trainer can open it until it is closed.
// A Folder must not be used by several goroutines at once.
type Folder struct {
	Dir  string
	lock *flock.Flock // nil on all ranks but the first
}

// lockFile is the lock file in a run folder. It contains the process ID.
const lockFile = ".lock"

// OpenFolder opens an existing run folder. It returns an error if another trainer has it open,
// if it is not writable, or if a file or folder of the run is a link.
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
	// Only the message above needs the number. Some systems cannot write to a locked file.
	_ = d.Overwrite(lockFile, fmt.Appendf(nil, "%d\n", os.Getpid()))
	if err := sweep(dir); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// lockOf returns the lock of a run folder. It returns an error if a file with its name is not a
// lock.
func lockOf(d *atomicfile.Dir) (*flock.Flock, error) {
	lock, err := d.Lock(lockFile)
	if err != nil {
		return nil, err
	}
	if info, err := os.Lstat(d.Path(lockFile)); err == nil && info.Size() > 20 {
		return nil, notALock(d)
	}
	// Some systems cannot read a locked file.
	if data, err := os.ReadFile(d.Path(lockFile)); err == nil && strings.Trim(string(data), "0123456789\n") != "" {
		return nil, notALock(d)
	}
	return lock, nil
}

func notALock(d *atomicfile.Dir) error {
	return BadOption("%s is not the lock of a run: move it away, or set {Out} to another folder", d.Path(lockFile))
}

// Reopen opens the folder of the run to resume and reads its record. Both are nil if the options
// do not name a run. A completed run is reported and not opened, unless the options extend it. On all ranks but the first, the
// folder holds only the name, here and in [Options.NewFolder].
func (o Options) Reopen(l Listener) (*Folder, *Record, error) {
	if o.Resume == "" {
		return nil, nil, nil
	}
	var f *Folder
	data, err := o.Group.Once(func() ([]byte, error) {
		var r *Record
		var err error
		if o.Extend {
			f, r, err = reopenCompleted(o.Resume)
		} else {
			f, r, err = reopen(o.Resume, l)
		}
		if err != nil {
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
	if f == nil && (!r.Completed || o.Extend) {
		f = &Folder{Dir: o.Resume}
	}
	return f, r, nil
}

// reopen does the work of Reopen on the first rank.
func reopen(dir string, l Listener) (*Folder, *Record, error) {
	f, err := OpenFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	r, began, err := ReadRun(dir, "") // again, now that the lock keeps other trainers out
	if err == nil {
		err = errors.WithMessage(r.Began(began), filepath.Join(dir, RecordFile))
	}
	if err == nil && !r.Completed {
		return f, r, nil
	}
	defer f.Close()
	if err == nil {
		l.Note("the run in %s is complete: nothing to do", dir)
		err = r.Keeping.Checkpoints.tidy(checkpoint.Keeper{Dir: f.Checkpoints()}) // it may have been killed before
	}
	return nil, r, err
}

// reopenCompleted opens the folder of a completed run that is to be extended.
func reopenCompleted(dir string) (*Folder, *Record, error) {
	f, err := OpenFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	r, _, err := ReadRun(dir, "")
	if err == nil && !r.Completed {
		err = BadOption("the run in %s is not complete: finish it with {Resume} alone before you extend it", dir)
	}
	if err == nil {
		err = f.extendable(r)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, r, nil
}

// extendable returns an error unless the completed run has a checkpoint to resume from and did all of its
// updates.
func (f *Folder) extendable(r *Record) error {
	var o Options
	if err := json.Unmarshal(r.Settings, &o); err != nil {
		return errors.Wrap(err, RecordFile)
	}
	k := checkpoint.Keeper{Dir: f.Checkpoints()}
	steps, err := k.Steps()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(steps, k.Resumable)
	if at < 0 {
		return BadOption("%s has no undamaged checkpoint with Adam's moments, so its run cannot be extended: train its model further with {Init}", f.Dir)
	}
	var s State
	last := steps[len(steps)-1]
	if err := k.State(last, &s); err == nil && s.Step < o.Steps && o.Patience > 0 {
		return BadOption("the run in %s ended early, after update %d of %d, so it cannot be extended: train its model further with {Init}", f.Dir, s.Step, o.Steps)
	}
	return nil
}

// Close unlocks the folder.
func (f *Folder) Close() {
	if f == nil || f.lock == nil {
		return
	}
	_ = f.lock.Unlock() // ending the process unlocks it, too
}

// Checkpoints returns the path of the folder with the checkpoints.
func (f *Folder) Checkpoints() string { return filepath.Join(f.Dir, checkpointsFolder) }
