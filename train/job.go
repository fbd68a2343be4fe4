package train

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
)

// Job is a run in a folder: it begins or goes on, saves checkpoints and leaves the model.
// A Job must not be used by several goroutines at once.
type Job struct {
	*Folder
	Record   *Record
	Settings *Settings
	Trainer  *Trainer
	Model    *gpt1.Model
	Files    map[string][]byte // of a model folder, beside config.json and the weights
	Console  Console

	// Restore brings back the weights of the best evaluation when all updates are done, if
	// there are checkpoints.
	Restore bool

	// Finish does what comes after the model has been saved, and may be called again. Assist is
	// the part of the other ranks in it; nil: they have none.
	Finish func(ctx context.Context, metrics *MetricsFile) error
	Assist func(ctx context.Context) error

	newest string // path of the newest checkpoint; "": there is none
}

// Run trains to the end, or until ctx ends. Errors say which checkpoint is the last good one
// and how to go on. Of several ranks, the first alone writes and tells anything.
func (j *Job) Run(ctx context.Context) (err error) {
	if !j.Settings.Group.First() {
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
	figure := &Figure{Dir: j.Dir, Out: j.Console.Out}
	j.Trainer.Observers = append([]Observer{metrics, j.Console.Progress(j.Settings), figure}, j.Trainer.Observers...)
	if j.Settings.Keep > 0 {
		j.Trainer.Save = func(s State) error { return j.save(s, metrics) }
	}
	runErr := j.Trainer.Run(ctx)
	if runErr == nil {
		if err := j.restore(); err != nil {
			return j.advise(err)
		}
	}
	if errors.As(runErr, new(Interrupted)) && j.Trainer.State().Step > 0 || runErr == nil {
		if err := j.leave(figure); err != nil {
			return j.advise(err)
		}
	}
	if runErr == nil {
		runErr = j.finish(ctx, metrics)
	}
	return j.advise(runErr)
}

// restore brings back the weights of the best evaluation, if that was not the last.
func (j *Job) restore() error {
	best := j.Trainer.State().Best.Step
	if !j.Restore || best == 0 || best == j.Trainer.Steps || j.Settings.Keep == 0 {
		return nil
	}
	if j.Settings.Group.First() {
		fmt.Fprintf(j.Console.Out, "the weights after update %d of %d are kept, which did best on the held-out rows\n", best, j.Trainer.Steps)
		if err := j.keeper().Restore(best, j.Model); err != nil {
			return err
		}
	}
	return j.Settings.Group.BroadcastFloats(j.Model.Store.Values())
}

// follow is Run of the other ranks, which compute and leave nothing.
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

// share gives all ranks what rank 0 begins with: weights, and behind the first update also the
// moments and the state.
func (j *Job) share() error {
	g := j.Settings.Group
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

// leave writes the model and the figure, after the last whole update.
func (j *Job) leave(figure *Figure) error {
	if err := checkpoint.WriteModel(j.Dir, j.Model); err != nil {
		return err
	}
	fmt.Fprintf(j.Console.Out, "saved the model to %s\n", j.Dir)
	return figure.Draw()
}

// finish completes the run.
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
	return j.Record.write(j.Dir)
}

// begin writes what is known before the first update and, in a folder with checkpoints,
// goes to the newest.
func (j *Job) begin() error {
	if err := j.Record.write(j.Dir); err != nil {
		return err
	}
	fmt.Fprintf(j.Console.Out, "settings, also in %s:\n%s", filepath.Join(j.Dir, RecordFile), wrapped(j.Record.Settings))
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
	if j.Settings.Resume == "" {
		return nil
	}
	return j.resume()
}

// resume goes to the newest whole checkpoint, or to the beginning if there is none.
func (j *Job) resume() error {
	var s State
	path, damaged, err := j.keeper().Load(j.Model, &s)
	if err != nil {
		return errors.WithMessage(err, "-resume")
	}
	for _, d := range damaged {
		fmt.Fprintf(j.Console.Out, "%v; an earlier checkpoint is taken, which costs time and changes nothing\n", d)
	}
	if path == "" {
		fmt.Fprintf(j.Console.Out, "%s has no checkpoint yet: the run begins at update 1\n", j.Dir)
		return nil
	}
	if err := j.Trainer.Resume(s); err != nil {
		return errors.WithMessage(err, path)
	}
	j.newest = path
	fmt.Fprintf(j.Console.Out, "going on behind update %d of %d, from %s\n", s.Step, j.Trainer.Steps, path)
	return nil
}

func (j *Job) keeper() checkpoint.Keeper {
	return checkpoint.Keeper{Dir: j.Checkpoints(), Keep: j.Settings.Keep, Wrap: j.Console.Disk}
}

// save stores a checkpoint. The metrics up to it go to the disk first.
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

// Advised is an error with what to do about it.
// An Advised is safe for concurrent use as long as nothing changes it.
type Advised struct {
	Err    error
	Advice string
}

func (e Advised) Error() string { return e.Err.Error() + "; " + e.Advice }

// Unwrap is the error itself.
func (e Advised) Unwrap() error { return e.Err }

// advise says how to go on after an error.
func (j *Job) advise(err error) error {
	if err == nil {
		return nil
	}
	last := "there is no checkpoint yet"
	if j.newest != "" {
		last = "the last checkpoint is " + j.newest
	}
	switch {
	case j.newest == "" && j.Settings.Keep == 0:
		return Advised{err, fmt.Sprintf("no checkpoint is kept (-keep 0); -config %s begins the run again", filepath.Join(j.Dir, RecordFile))}
	case errors.As(err, new(Interrupted)):
		return Advised{err, fmt.Sprintf("%s; -resume %s goes on", last, j.Dir)}
	case errors.As(err, new(NotFinite)):
		return Advised{err, fmt.Sprintf("no weight was changed; %s; to go beyond, begin anew with -config %s and a smaller -lr, a longer -warmup or -clip 1",
			last, filepath.Join(j.Dir, RecordFile))}
	}
	return Advised{err, fmt.Sprintf("%s; when this is mended, -resume %s goes on", last, j.Dir)}
}
