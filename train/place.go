package train

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/internal/atomicfile"
)

// Place describes a run for which a folder is needed.
// A Place is safe for concurrent use as long as nothing changes it.
type Place struct {
	Command string   // command of the run
	Name    string   // name of its folder in [Runs], if no folder is given
	Dataset string   // dataset for which the run may write a submission
	Inputs  []string // files, folders and patterns that the run reads
}

// NewFolder creates the run folder that the options name, as the function [NewFolder] does. All
// ranks must call it.
func (o Options) NewFolder(p Place) (*Folder, error) {
	var f *Folder
	dir, err := o.Group.Once(func() ([]byte, error) {
		var err error
		if f, err = NewFolder(o.Out, p, o.Force); err != nil {
			return nil, err
		}
		return []byte(f.Dir), nil
	})
	if err == nil && f == nil {
		f = &Folder{Dir: string(dir)}
	}
	return f, err
}

// CheckOut returns the error that [NewFolder] would return for the run folder. Call it before
// work that takes long.
func (o Options) CheckOut(p Place) error {
	if !o.Group.First() || o.Out == "" {
		return nil
	}
	_, err := p.check(o.Out, o.Force)
	return err
}

// NewFolder creates the folder of a run and opens it. Without a path, the folder is runs/<name>,
// or a numbered one if that exists. A folder at an explicit path must be empty, apart from hidden
// files. With force, NewFolder removes an existing run from it: the files of that run, and then
// the folders that are empty. All other files stay. NewFolder returns an error if the new run
// reads a file that would be removed, or would overwrite a file that does not belong to a run.
func NewFolder(path string, p Place, force bool) (*Folder, error) {
	if path == "" {
		dir, err := numbered(filepath.Join(Runs, p.Name))
		if err != nil {
			return nil, err
		}
		return OpenFolder(dir)
	}
	if _, err := p.check(path, force); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, InOption("Out", err)
	}
	f, err := OpenFolder(path)
	if err != nil {
		return nil, err
	}
	old, err := p.check(path, force) // again, now that the lock keeps other trainers out
	if err == nil {
		err = old.remove(path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// check returns the files of an earlier run that must be removed, or an error if the folder
// cannot be used.
func (p Place) check(path string, force bool) (old found, err error) {
	if err := CheckFolder(path, force); err != nil {
		return old, err
	}
	if run := runAbove(path); run != "" {
		return old, BadOption("{Out} %s is inside the run in %s: choose another folder", path, run)
	}
	r, err := ownRecord(path)
	if err != nil {
		return old, err
	}
	isOld := func(string) bool { return false }
	if r != nil {
		n := namesOf(r)
		isOld = n.file
		if old, err = n.find(path); err != nil {
			return old, InOption("Out", err)
		}
	}
	there, err := names{p.Command, p.Dataset}.find(path)
	if err != nil {
		return old, InOption("Out", err)
	}
	for _, there := range []found{old, there} {
		if err := there.refuse(path, true); err != nil {
			return old, InOption("Out", err)
		}
	}
	for _, name := range there.files {
		if !isOld(name) {
			return old, BadOption("{Out}: %s does not belong to a run, and the run would overwrite it: move it away, or choose another folder",
				filepath.Join(path, filepath.FromSlash(name)))
		}
	}
	return old, p.spare(path, old)
}

// spare returns an error if the new run reads any of the old files.
func (p Place) spare(path string, old found) error {
	in, err := newInputs(p.Inputs)
	if err != nil {
		return err
	}
	for _, name := range slices.Concat(old.folders, old.files) {
		file := filepath.Join(path, filepath.FromSlash(name))
		if input := in.harmed(file); input != "" {
			return BadOption("{Out} %s: {Force} would remove %s of the run that is there, but the new run reads %s: choose another folder", path, file, input)
		}
	}
	return nil
}

// remove removes the files, and then the folders that are empty. If it is killed, an earlier state
// of the run remains that can be resumed or removed: the record first says that the run is not
// completed, then the weights are removed, then the checkpoints, each as a whole, and last the
// record, which identifies the other files.
func (f found) remove(dir string) (err error) {
	defer func() { err = errors.WithMessage(err, "removing an earlier run") }()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // no file is open
	remove := func(name string) error {
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if slices.Contains(f.files, RecordFile) {
		if err := reopenRecord(dir); err != nil {
			return err
		}
	}
	if slices.Contains(f.files, checkpoint.WeightsFile) {
		if err := remove(checkpoint.WeightsFile); err != nil {
			return err
		}
	}
	if err := f.removeCheckpoints(dir); err != nil {
		return err
	}
	slices.SortStableFunc(f.files, func(a, b string) int { return isRecord(a) - isRecord(b) })
	for _, name := range f.files {
		if err := remove(name); err != nil {
			return err
		}
	}
	for _, name := range slices.Backward(f.folders) {
		if entries, err := fs.ReadDir(root.FS(), name); err != nil || len(entries) > 0 {
			continue // the folder has files that do not belong to the run
		}
		if err := root.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// removeCheckpoints removes the checkpoints that contain no foreign files.
func (f found) removeCheckpoints(dir string) error {
	if !slices.Contains(f.folders, checkpointsFolder) {
		return nil
	}
	d, err := atomicfile.OpenIn(dir, checkpointsFolder)
	if err != nil {
		return err
	}
	defer d.Close()
	for _, name := range f.folders {
		if path.Dir(name) != checkpointsFolder {
			continue
		}
		if err := d.RemoveFolder(path.Base(name), checkpoint.IsCheckpointFile); err != nil {
			return err
		}
	}
	return nil
}

func isRecord(name string) int {
	if name == RecordFile {
		return 1
	}
	return 0
}

// CheckFolder returns an error if a folder has any file that is not hidden, unless force is set.
// It accepts an empty path, and a folder that does not exist.
func CheckFolder(path string, force bool) error {
	if path == "" {
		return nil
	}
	entries, err := os.ReadDir(path)
	if err != nil && !os.IsNotExist(err) {
		return InOption("Out", err)
	}
	for _, e := range entries {
		if !force && !strings.HasPrefix(e.Name(), ".") {
			resume := ""
			if _, err := os.Stat(filepath.Join(path, RecordFile)); err == nil {
				resume = fmt.Sprintf("set {Resume} to %s to resume its run, ", strings.ReplaceAll(path, "%", "%%"))
			}
			return BadOption("%s is not empty: "+resume+"choose another {Out}, or set {Force} to write into this one", path)
		}
	}
	return nil
}

// runAbove returns the run folder of which path is a part: a checkpoint, or a folder of
// checkpoints, of samples or of earlier states. It returns "" if path is none of these.
func runAbove(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if os.IsNotExist(err) { // it will be created
		if real, err = filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			real = filepath.Join(real, filepath.Base(path))
		}
	}
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return ""
	}
	for up := filepath.Dir(real); filepath.Dir(up) != up; up = filepath.Dir(up) {
		inside, err := filepath.Rel(up, real)
		if err != nil || strings.Count(inside, string(filepath.Separator)) > 1 {
			break
		}
		if r, err := ownRecord(up); err == nil && r != nil && namesOf(r).folder(filepath.ToSlash(inside)) {
			return up
		}
	}
	if checkpoint.IsCheckpoint(real) {
		return real
	}
	return ""
}

// numbered creates base or, if it exists, base-2, base-3, and so on. It does not test first, so
// two runs that start at the same time get two folders.
func numbered(base string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return "", errors.Wrap(err, "creating the run folder")
	}
	path := base
	for n := 2; ; n++ {
		err := os.Mkdir(path, 0o755)
		if err == nil {
			return path, nil
		}
		if !os.IsExist(err) {
			return "", errors.Wrap(err, "creating the run folder")
		}
		path = fmt.Sprintf("%s-%d", base, n)
	}
}

// sweep removes the unfinished files of a run that was killed. The caller must hold the lock.
func sweep(dir string) error {
	all := names{}
	there, err := all.find(dir)
	if err != nil {
		return errors.Wrap(err, "removing unfinished files")
	}
	for _, folder := range append([]string{"."}, there.folders...) {
		if err := all.sweep(dir, folder); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes the unfinished files in one folder of a run.
func (n names) sweep(dir, folder string) error {
	var below []string
	if folder != "." {
		below = strings.Split(folder, "/")
	}
	d, err := atomicfile.OpenIn(dir, below...)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sweep(func(name string) bool {
		name = path.Join(folder, name)
		return n.file(name) || n.folder(name)
	})
}
