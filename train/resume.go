package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/jsondiff"
)

// ReadRun reads the record of the run to resume. began is the copy of the record in the newest
// checkpoint, where checksums protect it, or nil if there is no checkpoint. ReadRun returns an
// error if the folder is a checkpoint and not a run folder, if its run is of another command
// ("" accepts any), and if resuming would overwrite weights.
func ReadRun(dir, command string) (r, began *Record, err error) {
	if err := refuseCheckpoint(dir); err != nil {
		return nil, nil, err
	}
	if r, err = ReadRecord(dir); err != nil {
		return nil, nil, err
	}
	if command != "" && r.Command != command {
		return nil, nil, errors.Errorf("%s holds a run of gorgpt %s, not of gorgpt %s", dir, r.Command, command)
	}
	if err := r.check(); err != nil {
		return nil, nil, errors.WithMessage(err, filepath.Join(dir, RecordFile))
	}
	if r.Completed {
		return r, nil, nil
	}
	if began, err = newestCopy(dir); err != nil {
		return nil, nil, err
	}
	return r, began, refuseWeights(dir)
}

// refuseCheckpoint returns an error if a folder is not a run folder but a part of one.
func refuseCheckpoint(dir string) error {
	run := runAbove(dir)
	what := "a part of the run in " + run
	if checkpoint.IsCheckpoint(dir) {
		what = "a checkpoint"
	}
	switch {
	case run == "":
		return nil
	case checkpoint.IsCheckpoint(run):
		return errors.Errorf("%s is a checkpoint, not a run folder: name the run folder, which has a folder %s", dir, checkpointsFolder)
	}
	return BadOption("%s is %s, not a run folder: {Resume} %s resumes the run from its newest checkpoint", dir, what, run)
}

// refuseWeights returns an error if a folder has weights but no checkpoint to resume from.
func refuseWeights(dir string) error {
	if _, err := os.Lstat(filepath.Join(dir, checkpoint.WeightsFile)); os.IsNotExist(err) {
		return nil
	}
	has, err := checkpoint.Keeper{Dir: filepath.Join(dir, checkpointsFolder)}.Any()
	if err != nil || has {
		return err
	}
	return BadOption("%s has weights but no checkpoint, so resuming would start at update 1 and replace them: "+
		"repeat the run with {Config} %s and another {Out}, or move %s away", dir, filepath.Join(dir, RecordFile), filepath.Join(dir, checkpoint.WeightsFile))
}

// newestCopy returns the record in the newest checkpoint whose record is not damaged, or nil.
func newestCopy(dir string) (*Record, error) {
	k := checkpoint.Keeper{Dir: filepath.Join(dir, checkpointsFolder)}
	steps, err := k.Steps()
	if err != nil {
		return nil, err
	}
	for _, step := range slices.Backward(steps) {
		data, err := atomicfile.ReadChecked(filepath.Join(k.Dir, checkpoint.StepName(step)), RecordFile)
		if err != nil {
			continue // damaged; loading the checkpoint reports it
		}
		r := &Record{}
		if err := json.Unmarshal(data, r); err != nil {
			return nil, errors.Wrapf(err, "%s in %s", RecordFile, checkpoint.StepName(step))
		}
		return r, nil
	}
	return nil, nil
}

// Began returns an error if the record differs from began, the one in the newest checkpoint. It
// does not compare settings and upkeep. A nil record always matches.
func (r *Record) Began(began *Record) error {
	if began == nil {
		return nil
	}
	key, was, now := "", "", ""
	switch {
	case r.Command != began.Command:
		key, was, now = "command", began.Command, r.Command
	case r.Parameters != began.Parameters:
		key, was, now = "parameters", fmt.Sprint(began.Parameters), fmt.Sprint(r.Parameters)
	default:
		var err error
		if key, was, now, err = jsondiff.First(compact(began.Facts), compact(r.Facts)); err != nil {
			return errors.Wrap(err, "data")
		}
	}
	return Edited(key, was, now)
}

// Edited returns the error for a key of a run.json whose value changed after the run began, or
// nil if the key is "".
func Edited(key, was, now string) error {
	if key == "" {
		return nil
	}
	return BadOption("%s is %s, but the run began with %s, according to the run.json of its newest checkpoint: restore that value, or start a new run with {Config} and {Out}",
		key, now, was)
}

// compact returns JSON without white space.
func compact(object json.RawMessage) []byte {
	var out bytes.Buffer
	if json.Compact(&out, object) != nil {
		return object
	}
	return out.Bytes()
}
