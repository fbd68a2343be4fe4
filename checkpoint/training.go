package checkpoint

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/regular"
)

// Files of a checkpoint in addition to those of a model folder.
const (
	momentsFile = "adam.safetensors"
	stateFile   = "state.json"
)

// Keeper keeps the checkpoints of a training run in a folder: each is a model folder of its
// own, step-000001500, with Adam's moments, the state of the trainer and checksums. It does not
// touch other files of the folder.
// A Keeper must not be used by several goroutines at once.
type Keeper struct {
	Dir  string                    // its last element must not be a link
	Keep int                       // how many of the newest are kept, in addition to the best one
	Wrap func(io.Writer) io.Writer // wraps the writer of each file, to simulate disk errors in tests; may be nil
}

// Save writes the checkpoint of an update: the model with its moments, the state as JSON,
// and further files unchanged. A reader finds all of it or nothing. Then Save removes the
// checkpoints that are neither among the newest nor that of the update best. Those of later
// updates stay and do not count: they are damaged, or training would have resumed from them.
func (k Keeper) Save(step, best int, m *gpt1.Model, state any, files map[string][]byte) (path string, err error) {
	dir, err := k.open()
	if err != nil {
		return "", err
	}
	defer dir.Close()
	config, err := m.JSON()
	if err != nil {
		return "", err
	}
	progress, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return "", errors.Wrap(err, stateFile)
	}
	err = dir.WriteFolder(StepName(step), k.Wrap, func(f *atomicfile.Folder) error {
		all := map[string][]byte{ConfigFile: config, stateFile: append(progress, '\n')}
		for name, data := range files {
			all[name] = data
		}
		for name, data := range all {
			if err := f.File(name, func(w io.Writer) error { _, err := w.Write(data); return err }); err != nil {
				return err
			}
		}
		if err := f.File(WeightsFile, func(w io.Writer) error { return writeParts(w, weights(m.Store)) }); err != nil {
			return err
		}
		return f.File(momentsFile, func(w io.Writer) error { return writeParts(w, moments(m.Store)) })
	})
	if err != nil {
		return "", err
	}
	own := func(name string) bool { return IsCheckpointFile(name) || files[name] != nil }
	return dir.Path(StepName(step)), k.prune(dir, step, best, own)
}

// open opens the folder, and creates it if it does not exist.
func (k Keeper) open() (*atomicfile.Dir, error) {
	return atomicfile.OpenIn(filepath.Dir(k.Dir), filepath.Base(k.Dir))
}

// prune removes the checkpoints up to that of the update newest that should not be kept.
func (k Keeper) prune(dir *atomicfile.Dir, newest, best int, own func(file string) bool) error {
	steps, err := k.Steps()
	if err != nil {
		return err
	}
	steps = slices.DeleteFunc(steps, func(step int) bool { return step > newest })
	for _, step := range steps[:max(0, len(steps)-max(k.Keep, 1))] {
		if step == best {
			continue
		}
		if err := dir.RemoveFolder(StepName(step), own); err != nil {
			return err
		}
	}
	return nil
}

// KeepOnly removes all checkpoints but that of an update, and Adam's moments from it, so that training
// cannot resume. It does nothing if that checkpoint is missing or damaged.
func (k Keeper) KeepOnly(step int) error {
	if atomicfile.CheckFolder(k.path(step)) != nil {
		return nil
	}
	dir, err := k.open()
	if err != nil {
		return err
	}
	defer dir.Close()
	steps, err := k.Steps()
	if err != nil {
		return err
	}
	for _, other := range steps {
		if other != step {
			if err := dir.RemoveFolder(StepName(other), IsCheckpointFile); err != nil {
				return err
			}
		}
	}
	return k.dropMoments(dir, step)
}

// dropMoments replaces a checkpoint by a copy without moments.
func (k Keeper) dropMoments(dir *atomicfile.Dir, step int) error {
	entries, err := os.ReadDir(k.path(step))
	if err != nil {
		return errors.Wrap(err, "removing the moments of a checkpoint")
	}
	if !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == momentsFile }) {
		return nil
	}
	return dir.WriteFolder(StepName(step), k.Wrap, func(f *atomicfile.Folder) error {
		f.Drop(momentsFile)
		for _, e := range entries {
			if e.Name() == momentsFile || e.Name() == atomicfile.SumsFile {
				continue
			}
			if err := f.File(e.Name(), copyOf(filepath.Join(k.path(step), e.Name()))); err != nil {
				return err
			}
		}
		return nil
	})
}

// Resumable reports whether the checkpoint of an update is undamaged and has Adam's moments, with which
// training resumes.
func (k Keeper) Resumable(step int) bool {
	_, err := os.Lstat(filepath.Join(k.path(step), momentsFile))
	return err == nil && atomicfile.CheckFolder(k.path(step)) == nil
}

// copyOf writes the content of a file.
func copyOf(path string) func(io.Writer) error {
	return func(w io.Writer) error {
		file, _, err := regular.Open(path, "file of a checkpoint")
		if err != nil {
			return err
		}
		defer file.Close() // only read from
		_, err = io.Copy(w, file)
		return err
	}
}

// State reads the state of the checkpoint of an update, but not the model.
func (k Keeper) State(step int, state any) error {
	data, err := atomicfile.ReadChecked(k.path(step), stateFile)
	if err != nil {
		return err
	}
	return errors.Wrap(json.Unmarshal(data, state), filepath.Join(k.path(step), stateFile))
}

// Steps returns the updates that have checkpoints which look whole, in order.
func (k Keeper) Steps() ([]int, error) {
	steps, err := StepsIn(k.Dir)
	return slices.DeleteFunc(steps, func(step int) bool {
		info, err := os.Lstat(k.path(step))
		return err != nil || !info.IsDir() || !IsCheckpoint(k.path(step))
	}), err
}

func (k Keeper) path(step int) string { return filepath.Join(k.Dir, StepName(step)) }

// Load reads the newest undamaged checkpoint into the state and the model, whose store must be
// prepared for training. skipped has the error of each newer checkpoint. The path is "" if there is
// no checkpoint. If all are damaged, that is an error. An empty folder is not a checkpoint.
func (k Keeper) Load(m *gpt1.Model, state any) (path string, skipped []error, err error) {
	steps, err := StepsIn(k.Dir)
	if err != nil {
		return "", nil, err
	}
	for _, step := range slices.Backward(steps) {
		path := k.path(step)
		if !hasOwn(path) {
			continue
		}
		err := atomicfile.CheckFolder(path)
		if err == nil {
			return path, skipped, load(path, m, state)
		}
		skipped = append(skipped, err)
	}
	if len(skipped) > 0 {
		return "", nil, errors.WithMessagef(skipped[0], "all %d checkpoints in %s are damaged", len(skipped), k.Dir)
	}
	return "", nil, nil
}

// Any reports whether there are checkpoints, whole or damaged.
func (k Keeper) Any() (bool, error) {
	steps, err := StepsIn(k.Dir)
	return slices.ContainsFunc(steps, func(step int) bool { return hasOwn(k.path(step)) }), err
}

// hasOwn reports whether a folder has any file of a checkpoint.
func hasOwn(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool { return IsCheckpointFile(e.Name()) })
}

// Restore reads the weights of the checkpoint of an update into the model.
func (k Keeper) Restore(step int, m *gpt1.Model) error {
	path := k.path(step)
	if err := atomicfile.CheckFolder(path); err != nil {
		return err
	}
	return readParts(filepath.Join(path, WeightsFile), weights(m.Store))
}

// load reads a checkpoint.
func load(path string, m *gpt1.Model, state any) error {
	data, err := regular.ReadFile(filepath.Join(path, stateFile), "state of training", 64<<20)
	if err != nil {
		return errors.Wrap(err, "reading a checkpoint")
	}
	if err := json.Unmarshal(data, state); err != nil {
		return errors.Wrap(err, filepath.Join(path, stateFile))
	}
	for _, file := range []struct {
		name    string
		tensors []part
	}{{WeightsFile, weights(m.Store)}, {momentsFile, moments(m.Store)}} {
		if err := readParts(filepath.Join(path, file.name), file.tensors); err != nil {
			return err
		}
	}
	return nil
}
