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

// Command is the command that run.json names for pre-training.
const Command = "train"

// Newest returns the folder in [train.Runs] of the newest completed pre-training with this
// [Options.Arch], or "".
func Newest(arch string) (string, error) {
	return newest(func(r run) bool { return r.Settings.Arch == arch })
}

// NewestOnBooks returns the folder in [train.Runs] of the newest completed pre-training of a Transformer
// on books, or "". Models of the embedded world do not know other text.
func NewestOnBooks() (string, error) {
	return newest(func(r run) bool { return r.Settings.Arch == "" && len(r.Settings.Data) > 0 })
}

// newest returns the folder of the newest completed pre-training for which a function is true, or "".
func newest(fits func(run) bool) (string, error) {
	entries, err := os.ReadDir(train.Runs)
	if err != nil && !os.IsNotExist(err) {
		return "", errors.Wrap(err, "looking for a pre-trained model")
	}
	newest, at := "", time.Time{}
	for _, entry := range entries {
		dir := filepath.Join(train.Runs, entry.Name())
		weights, err := os.Stat(filepath.Join(dir, checkpoint.WeightsFile))
		if err == nil && completed(dir, fits) && weights.ModTime().After(at) {
			newest, at = dir, weights.ModTime()
		}
	}
	return newest, nil
}

// The kinds of models that [NewestOfAny] finds.
const (
	Finished   = "the newest completed run"
	Unfinished = "the last checkpoint of an incomplete run"
	Finetuned  = "a fine-tuned model, because there is no pre-trained one"
)

// NewestOfAny returns a folder in [train.Runs] that contains a Transformer, and its kind: the one
// that [Newest] returns; otherwise the newest checkpoint of an incomplete run; otherwise the
// newest fine-tuned model. If there is no model, dir is "".
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

// lastCheckpoint returns the folder of a run's last complete checkpoint, or the run folder if
// there is none.
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

// NewestOrNew returns the folder of the newest completed run. If there is none, it does a new run
// with these options.
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
	to.Note("no completed %s under %s/: pre-training %s first", what, train.Runs, o.Name())
	r, err := Run(ctx, o, to)
	return r.Dir, errors.WithMessage(err, "pre-training")
}

// completed reports whether a folder contains a completed pre-training for which a function is true. It is
// false if the record cannot be read. Old records do not say whether a run is completed; their
// runs are if they have a sample, which is written last.
func completed(dir string, fits func(run) bool) bool {
	r, err := readRun(dir)
	if err != nil || r.Command != Command || !fits(r) {
		return false
	}
	if r.Completed == nil {
		_, err := os.Stat(filepath.Join(dir, sampleFile))
		return err == nil
	}
	return *r.Completed
}

// run is the part of a record that this file reads.
type run struct {
	Command   string
	Completed *bool
	Settings  struct {
		Arch string
		Data []string // books; empty: the embedded world
	}
}

// readRun reads the record of a run.
func readRun(dir string) (r run, err error) {
	data, err := regular.ReadFile(filepath.Join(dir, train.RecordFile), "record", 64<<20)
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	return r, errors.Wrap(err, train.RecordFile)
}
