package train

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
)

// Job is a run in a folder: it starts or resumes, saves checkpoints and writes the model.
// A Job must not be used by several goroutines at once.
type Job struct {
	*Folder
	Record   *Record
	Options  Options
	Trainer  *Trainer
	Model    *gpt1.Model
	Files    map[string][]byte // further files of the model folder, apart from config.json and the weights
	Listener Listener

	// Restore loads the weights of the best evaluation after the last update. It needs
	// checkpoints.
	Restore bool

	// Finish runs on the first rank after the model has been saved. A resumed run may call it
	// again. Assist runs on the other ranks meanwhile; it may be nil.
	Finish func(ctx context.Context, metrics *MetricsFile) error
	Assist func(ctx context.Context) error

	// Resumed runs after a checkpoint of so many updates was loaded; it may be nil.
	Resumed func(step int) error

	newest string // path of the newest checkpoint; "": none
}

// Run trains until the last update, or until ctx ends. Its errors are [Stopped] and name the last
// good checkpoint. Only the first rank writes files and reports events.
func (j *Job) Run(ctx context.Context) (err error) {
	if !j.Options.Group.First() {
		return j.follow(ctx)
	}
	if err := j.begin(); err != nil {
		return err
	}
	if err := j.share(); err != nil {
		return err
	}
	metrics, err := OpenMetrics(j.Dir)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := metrics.Close(); err == nil {
			err = closeErr
		}
	}()
	j.Trainer.Observers = slices.Concat([]Observer{metrics}, j.Listener.Observers, j.Trainer.Observers)
	if j.Options.Checkpoints != 0 {
		j.Trainer.Save = func(s State) error { return j.save(s, metrics) }
	}
	runErr := j.Trainer.Run(ctx)
	if runErr == nil {
		if err := j.restore(); err != nil {
			return j.stopped(err)
		}
	}
	if errors.As(runErr, new(Interrupted)) && j.Trainer.State().Step > 0 || runErr == nil {
		if err := j.leave(); err != nil {
			return j.stopped(err)
		}
	}
	if runErr == nil {
		runErr = j.finish(ctx, metrics)
	}
	return j.stopped(runErr)
}

// restore loads the weights of the best evaluation, unless it was the last one.
func (j *Job) restore() error {
	best, last := j.Trainer.State().Best.Step, j.Trainer.State().Step
	if last < j.Trainer.Steps {
		j.Listener.Note("ended after update %d of %d, because the last %d evaluations were not better than the one after update %d",
			last, j.Trainer.Steps, j.Trainer.Patience, best)
	}
	kept := last
	if j.Restore && best > 0 && j.Options.Checkpoints != 0 {
		kept = best
	}
	if kept != j.Trainer.Steps {
		j.Record.Kept = kept
	}
	if kept == last {
		return nil
	}
	if j.Options.Group.First() {
		j.Listener.Note("kept the weights after update %d of %d, the best on held-out data", best, last)
		if err := j.keeper().Restore(best, j.Model); err != nil {
			return err
		}
	}
	return j.Options.Group.BroadcastFloats(j.Model.Store.Values())
}

// follow does the work of Run on the other ranks, which write no files.
func (j *Job) follow(ctx context.Context) error {
	if err := j.share(); err != nil {
		return err
	}
	j.Trainer.Observers, j.Trainer.Save = nil, nil
	if err := j.Trainer.Run(ctx); err != nil {
		return err
	}
	if err := j.restore(); err != nil || j.Assist == nil {
		return err
	}
	return j.Assist(ctx)
}

// share sends the weights of rank 0 to all ranks and, when a run is resumed, its moments and
// state.
func (j *Job) share() error {
	g := j.Options.Group
	if g.Size() == 1 {
		return nil
	}
	data, err := g.Once(func() ([]byte, error) { return json.Marshal(j.Trainer.State()) })
	if err != nil {
		return err
	}
	var s State
	if err := json.Unmarshal(data, &s); err != nil {
		return errors.Wrap(err, "the state of rank 0")
	}
	blocks := [][]float32{j.Model.Store.Values()}
	if s.Step > 0 {
		m, v := j.Model.Store.Moments()
		blocks = append(blocks, m, v)
		if !g.First() {
			if err := j.Trainer.Resume(s); err != nil {
				return err
			}
		}
	}
	for _, x := range blocks {
		if err := g.BroadcastFloats(x); err != nil {
			return err
		}
	}
	return nil
}

// leave writes the model as it is after the last complete update.
func (j *Job) leave() error {
	if err := checkpoint.WriteModel(j.Dir, j.Model); err != nil {
		return err
	}
	j.Listener.Send(Saved{j.Dir})
	return nil
}

// finish calls Finish and marks the run as completed.
func (j *Job) finish(ctx context.Context, metrics *MetricsFile) error {
	if j.Finish != nil {
		if err := j.Finish(ctx, metrics); err != nil {
			return err
		}
	}
	if err := metrics.Sync(); err != nil {
		return err
	}
	j.Record.Completed = true
	if err := j.Record.write(j.Dir); err != nil {
		return err
	}
	return j.Options.Checkpoints.tidy(j.keeper())
}

// begin writes the files that are known before the first update. A resumed run then loads the
// newest checkpoint.
func (j *Job) begin() error {
	if err := j.Record.write(j.Dir); err != nil {
		return err
	}
	j.Listener.Note("settings, also in %s:\n%s", filepath.Join(j.Dir, RecordFile), wrapped(j.Record.Settings))
	config, err := j.Model.JSON()
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(j.Dir, checkpoint.ConfigFile), config); err != nil {
		return err
	}
	for name, data := range j.Files {
		if err := atomicfile.WriteFile(filepath.Join(j.Dir, name), data); err != nil {
			return err
		}
	}
	started := Started{Dir: j.Dir, Steps: j.Trainer.Steps, LogEvery: j.Options.LogEvery, Measure: j.Trainer.Highest}
	if j.Options.Resume != "" {
		if err := j.resume(); err != nil {
			return err
		}
		if j.Record.Format < RecordFormat {
			j.Listener.Note("an earlier version of this program began the run and added gradients in another order: from here on, results may differ by rounding from those that it would have had")
		}
		started.Step, started.From = j.Trainer.State().Step, j.newest
	}
	j.Listener.Send(started)
	return nil
}

// resume loads the newest complete checkpoint. If there is no checkpoint, the run starts over.
func (j *Job) resume() error {
	var s State
	path, damaged, err := j.keeper().Load(j.Model, &s)
	if err != nil {
		return InOption("Resume", err)
	}
	for _, d := range damaged {
		j.Listener.Note("%v; resuming from an earlier checkpoint, which takes longer and gives the same result", d)
	}
	if path == "" {
		j.Listener.Note("%s has no checkpoint yet: the run starts at update 1", j.Dir)
		return nil
	}
	if err := j.Trainer.Resume(s); err != nil {
		return errors.WithMessage(err, path)
	}
	j.newest = path
	if j.Resumed == nil {
		return nil
	}
	return j.Resumed(s.Step)
}

func (j *Job) keeper() checkpoint.Keeper {
	return checkpoint.Keeper{Dir: j.Checkpoints(), Keep: j.Options.Checkpoints.newest(), Wrap: j.Listener.Disk}
}

// save stores a checkpoint. Before that, it syncs the metrics to the disk.
func (j *Job) save(s State, metrics *MetricsFile) error {
	if err := metrics.Sync(); err != nil {
		return err
	}
	record, err := j.Record.json()
	if err != nil {
		return err
	}
	files := map[string][]byte{RecordFile: record}
	for name, data := range j.Files {
		files[name] = data
	}
	path, err := j.keeper().Save(s.Step, s.Best.Step, j.Model, s, files)
	if path != "" {
		j.newest = path
	}
	return err
}

// Stopped is the error of a run that ended before its last update, or before it had written all
// files.
// A Stopped is safe for concurrent use as long as nothing changes it.
type Stopped struct {
	Err        error
	Dir        string // run folder
	Checkpoint string // the newest; "": none
	Keeps      bool   // the run keeps checkpoints, so it can be resumed
}

func (e Stopped) Error() string {
	switch {
	case !e.Keeps:
		return e.Err.Error() + "; no checkpoint is kept"
	case e.Checkpoint == "":
		return e.Err.Error() + "; there is no checkpoint yet"
	}
	return e.Err.Error() + "; the last checkpoint is " + e.Checkpoint
}

// Unwrap returns the error that ended the run.
func (e Stopped) Unwrap() error { return e.Err }

// stopped adds the newest checkpoint to an error.
func (j *Job) stopped(err error) error {
	if err == nil {
		return nil
	}
	return Stopped{Err: err, Dir: j.Dir, Checkpoint: j.newest, Keeps: j.newest != "" || j.Options.Checkpoints != 0}
}
