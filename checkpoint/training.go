package checkpoint

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
)

// Files of a checkpoint, beside those of a model folder.
const (
	momentsFile = "adam.safetensors"
	stateFile   = "state.json"
)

// Keeper keeps the checkpoints of a training run in a folder: each is a model folder of its
// own, step-000001500, with Adam's moments, the state of the trainer and checksums.
type Keeper struct {
	Dir  string
	Keep int                       // how many of the newest are kept, beside the best one
	Wrap func(io.Writer) io.Writer // what files are written through, to break the disk in tests; nil: nothing
}

// Save writes the checkpoint of an update: the model with its moments, the state as JSON,
// and further files as they are. It is there as a whole or not at all. Then the oldest go
// that are neither among the newest nor that of the update best.
func (k Keeper) Save(step, best int, m *gpt1.Model, state any, files map[string][]byte) (path string, err error) {
	if err := os.MkdirAll(k.Dir, 0o777); err != nil {
		return "", errors.Wrap(err, "making the folder of the checkpoints")
	}
	config, err := m.JSON()
	if err != nil {
		return "", err
	}
	progress, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return "", errors.Wrap(err, stateFile)
	}
	path = filepath.Join(k.Dir, StepName(step))
	err = atomicfile.WriteFolder(path, k.Wrap, func(f *atomicfile.Folder) error {
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
	return path, k.prune(best)
}

// prune removes the checkpoints that are not to be kept.
func (k Keeper) prune(best int) error {
	steps, err := k.Steps()
	if err != nil {
		return err
	}
	for _, step := range steps[:max(0, len(steps)-max(k.Keep, 1))] {
		if step == best {
			continue
		}
		if err := atomicfile.RemoveFolder(filepath.Join(k.Dir, StepName(step))); err != nil {
			return err
		}
	}
	return nil
}

// stepPattern matches the names of checkpoints.
var stepPattern = regexp.MustCompile(`^step-(\d{9,})$`)

// StepName is the name of a folder with the state after an update.
func StepName(step int) string { return fmt.Sprintf("step-%09d", step) }

// Steps are the updates that there are checkpoints of, in order.
func (k Keeper) Steps() ([]int, error) { return StepsIn(k.Dir) }

// StepsIn are the updates that a folder has states of, by the names of [StepName], in order; a
// folder that does not exist has none.
func StepsIn(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, errors.Wrap(err, "looking for checkpoints")
	}
	var steps []int
	for _, e := range entries {
		if m := stepPattern.FindStringSubmatch(e.Name()); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				steps = append(steps, n)
			}
		}
	}
	slices.Sort(steps)
	return steps, nil
}

// Load reads the newest checkpoint that is whole into the model, whose store is prepared for
// training, and the state. For each newer one that is damaged, skipped has the reason. The
// path is "" if there is no checkpoint at all. It is an error if there are some, and all
// damaged.
func (k Keeper) Load(m *gpt1.Model, state any) (path string, skipped []error, err error) {
	steps, err := k.Steps()
	if err != nil {
		return "", nil, err
	}
	for _, step := range slices.Backward(steps) {
		path := filepath.Join(k.Dir, StepName(step))
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

// Restore reads the weights of the checkpoint of an update into the model.
func (k Keeper) Restore(step int, m *gpt1.Model) error {
	path := filepath.Join(k.Dir, StepName(step))
	if err := atomicfile.CheckFolder(path); err != nil {
		return err
	}
	return readParts(filepath.Join(path, WeightsFile), weights(m.Store))
}

// load reads a checkpoint.
func load(path string, m *gpt1.Model, state any) error {
	data, err := os.ReadFile(filepath.Join(path, stateFile))
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
