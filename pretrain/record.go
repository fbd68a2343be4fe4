package pretrain

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/regular"
	"gorgpt/train"
)

// Command is what run.json calls these runs.
const Command = "train"

// Newest is the folder in [train.Runs] whose pre-training of this architecture, as in
// [Settings.Arch], was completed last, or "".
func Newest(arch string) (string, error) {
	entries, err := os.ReadDir(train.Runs)
	if err != nil && !os.IsNotExist(err) {
		return "", errors.Wrap(err, "looking for a pre-trained model")
	}
	newest, at := "", time.Time{}
	for _, entry := range entries {
		dir := filepath.Join(train.Runs, entry.Name())
		weights, err := os.Stat(filepath.Join(dir, checkpoint.WeightsFile))
		if err == nil && completed(dir, arch) && weights.ModTime().After(at) {
			newest, at = dir, weights.ModTime()
		}
	}
	return newest, nil
}

// What [NewestOfAny] finds.
const (
	Finished   = "the newest completed run"
	Unfinished = "the last checkpoint of a run that is not completed"
	Finetuned  = "a fine-tuned model, as no pre-trained one is there"
)

// NewestOfAny is a folder in [train.Runs] with a Transformer, and what it is: that of [Newest] or,
// with none, the last checkpoint of the run that was saved last or, with none, the newest
// fine-tuned model. With no model at all, dir is "".
func NewestOfAny() (dir, kind string, err error) {
	if dir, err = Newest(""); err != nil || dir != "" {
		return dir, Finished, err
	}
	entries, err := os.ReadDir(train.Runs)
	if err != nil && !os.IsNotExist(err) {
		return "", "", errors.Wrap(err, "looking for a model")
	}
	var at time.Time
	for _, entry := range entries {
		run := filepath.Join(train.Runs, entry.Name())
		r, err := readRun(run)
		if err != nil || r.Settings.Arch != "" {
			continue
		}
		folder, its := run, Finetuned
		if r.Command == Command {
			folder, its = lastCheckpoint(run), Unfinished
		}
		weights, err := os.Stat(filepath.Join(folder, checkpoint.WeightsFile))
		if err != nil || kind == Unfinished && its == Finetuned {
			continue
		}
		if weights.ModTime().After(at) || kind == Finetuned && its == Unfinished {
			dir, kind, at = folder, its, weights.ModTime()
		}
	}
	return dir, kind, nil
}

// lastCheckpoint is the folder of a run's last checkpoint that is whole. Without one, it is the
// folder of the run.
func lastCheckpoint(run string) string {
	dir := filepath.Join(run, "checkpoints")
	steps, err := checkpoint.StepsIn(dir)
	if err != nil {
		return run
	}
	for _, step := range slices.Backward(steps) {
		if path := filepath.Join(dir, checkpoint.StepName(step)); atomicfile.CheckFolder(path) == nil {
			return path
		}
	}
	return run
}

// NewestOrNew is the folder of the newest completed run or, with none, that of a new
// one with these options.
func NewestOrNew(ctx context.Context, o Options, to train.Listener) (dir string, err error) {
	newest, err := o.Group.Once(func() ([]byte, error) {
		dir, err := Newest(o.Arch)
		return []byte(dir), err
	})
	if err != nil || len(newest) > 0 {
		return string(newest), err
	}
	what := "pre-training"
	if o.Arch != "" {
		what += " of an " + strings.ToUpper(o.Arch)
	}
	to.Note("there is no completed %s under %s/, so %s is pre-trained first", what, train.Runs, o.Name())
	r, err := Run(ctx, o, to)
	return r.Dir, errors.WithMessage(err, "pre-training")
}

// completed tells whether a folder is of pre-training of an architecture that ran to its end. One whose
// record cannot be read is not. Records once did not tell; then the sample does, which
// is written last.
func completed(dir, arch string) bool {
	r, err := readRun(dir)
	if err != nil || r.Command != Command || r.Settings.Arch != arch {
		return false
	}
	if r.Completed == nil {
		_, err := os.Stat(filepath.Join(dir, sampleFile))
		return err == nil
	}
	return *r.Completed
}

// run is what is looked at in the record of a run.
type run struct {
	Command   string
	Completed *bool
	Settings  struct{ Arch string }
}

// readRun reads the record of a run.
func readRun(dir string) (r run, err error) {
	data, err := regular.ReadFile(filepath.Join(dir, train.RecordFile), "record", 64<<20)
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	return r, errors.Wrap(err, train.RecordFile)
}
