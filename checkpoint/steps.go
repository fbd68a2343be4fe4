package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"gorgpt/internal/atomicfile"
)

// stepPattern matches the names of checkpoints.
var stepPattern = regexp.MustCompile(`^step-(\d{9,})$`)

// IsStepName reports whether a name is that of a folder with the state after an update.
func IsStepName(name string) bool { return stepPattern.MatchString(name) }

// StepName is the name of the folder with the state after an update.
func StepName(step int) string { return fmt.Sprintf("step-%09d", step) }

// IsCheckpoint reports whether a folder looks like a checkpoint, and not like another model
// folder or an empty one.
func IsCheckpoint(dir string) bool {
	for _, name := range []string{stateFile, atomicfile.SumsFile} {
		if info, err := os.Lstat(filepath.Join(dir, name)); err != nil || !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// IsCheckpointFile reports whether a checkpoint may have a file of this name.
func IsCheckpointFile(name string) bool {
	switch name {
	case momentsFile, stateFile, "run.json", atomicfile.SumsFile:
		return true
	}
	return IsModelFile(name)
}

// IsModelFile reports whether a model folder of this program may have a file of this name.
func IsModelFile(name string) bool {
	switch name {
	case ConfigFile, WeightsFile, tokenizerConfig, "tokenizer.json", "vocab.json", "merges.txt", "task.json":
		return true
	}
	return false
}

// StepsIn returns the updates whose states are in a folder, by the names of [StepName], in order. A
// missing folder has none.
func StepsIn(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, errors.Wrap(err, "looking for checkpoints")
	}
	var steps []int
	for _, e := range entries {
		if m := stepPattern.FindStringSubmatch(e.Name()); m != nil {
			info, err := os.Stat(filepath.Join(dir, e.Name()))
			if err != nil || !info.IsDir() {
				continue
			}
			if n, err := strconv.Atoi(m[1]); err == nil && StepName(n) == e.Name() {
				steps = append(steps, n)
			}
		}
	}
	slices.Sort(steps)
	return steps, nil
}
