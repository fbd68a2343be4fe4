package finetune

import (
	"context"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/internal/atomicfile"
	"gorgpt/optim"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Job is a run that can begin.
// A Job must not be used by several goroutines at once.
type Job struct {
	*Settings

	// Submit writes the predictions of test rows without labels for the server of a dataset; nil:
	// it is not done.
	Submit func(dataset, dir string, o *Outcome, to train.Listener) error

	model *gpt1.Model
	tok   *tokenizer.Tokenizer
	sets  sets
	task  *Task
	test  *Outcome
}

// Prepare puts a run together and resolves the settings. The base stays as it is.
func Prepare(s *Settings, d *Data, b *Base, to train.Listener) (*Job, error) {
	if err := s.Fit(d, b); err != nil {
		return nil, err
	}
	if err := s.CheckRanks(); err != nil {
		return nil, err
	}
	spec := d.Spec
	var err error
	if spec.Specials, err = Specials(b.Tok); err != nil {
		return nil, err
	}
	if err := d.CheckVocabulary(s, b.Tok, to); err != nil {
		return nil, err
	}
	data, err := d.encode(spec, b.Tok, b.Model.NCtx, s.Tolerance(), to)
	if err != nil {
		return nil, err
	}
	m, err := b.attach(s, spec, to)
	if err != nil {
		return nil, err
	}
	head, err := heads.New(spec.Task, m, float32(s.HeadDrop))
	if err != nil {
		return nil, err
	}
	task := &Task{
		Tuner: &heads.Tuner{Model: m, Head: head, Lambda: float32(s.Lambda), Micro: s.Micro, Seed: s.Seed, Group: s.Group},
		Spec:  spec, Train: data.train, Dev: data.dev, Batch: s.Batch, Seed: uint64(s.Seed),
	}
	return &Job{Settings: s, model: m, tok: b.Tok, sets: data, task: task}, nil
}

// Train runs the updates, without a run folder.
func (j *Job) Train(ctx context.Context, observers ...train.Observer) error {
	t, err := j.trainer(observers...)
	if err != nil {
		return err
	}
	return t.Run(ctx)
}

func (j *Job) trainer(observers ...train.Observer) (*train.Trainer, error) {
	schedule := optim.WarmupLinear{Peak: j.LR, Warmup: j.Warmup, Total: j.Steps}
	t, err := j.Trainer(j.task, j.model.Store, schedule, observers...)
	if err == nil {
		t.Highest = "dev_" + j.task.Spec.Primary()
	}
	return t, err
}

// Dev is the outcome of the last evaluation on the development set, or nil. A run that is
// resumed behind it has none; see dev.
func (j *Job) Dev() *Outcome { return j.task.DevOutcome() }

// dev is Dev, computed again if the run was stopped since.
func (j *Job) dev(ctx context.Context) (*Outcome, error) {
	if j.Dev() != nil || j.task.Dev == nil {
		return j.Dev(), nil
	}
	_, err := j.task.Evaluate(ctx)
	if errors.Is(err, context.Canceled) {
		return nil, train.Interrupted{Step: j.Steps, Steps: j.Steps}
	}
	return j.Dev(), err
}

// Test judges the model on the test set, once. Without one, the outcome is nil.
func (j *Job) Test(ctx context.Context) (*Outcome, error) {
	if j.sets.test == nil || j.test != nil {
		return j.test, nil
	}
	o, err := j.task.Judge(ctx, j.sets.test)
	switch {
	case errors.Is(err, context.Canceled):
		return nil, train.Interrupted{Step: j.Steps, Steps: j.Steps}
	case err != nil:
		return nil, err
	}
	j.test = o
	return o, nil
}

// Parameters is the number of parameters of the model.
func (j *Job) Parameters() int { return j.model.Store.Len() }

// Run trains, and leaves the model and its scores in a run folder. Everything that can be wrong with the input is found
// before the folder is made. The folder is nil for a new run; otherwise, the run that the
// earlier record is of goes on there.
func (j *Job) Run(ctx context.Context, folder *train.Folder, earlier *train.Record, to train.Listener) error {
	record, err := j.record()
	if err != nil {
		return err
	}
	if err := record.Same(j.Group); err != nil {
		return err
	}
	if err := record.Matches(earlier); err != nil {
		return err
	}
	if folder == nil {
		if folder, err = j.folder(); err != nil {
			return err
		}
		defer folder.Close()
	}
	to.Note("%d parameters, %d updates of %d examples (%d at a time), learning rate %g, run folder %s",
		j.model.Store.Len(), j.Steps, j.Batch, j.Micro, j.LR, folder.Dir)
	return j.runIn(ctx, folder, record, to)
}

// runIn trains, saves the model and reports its scores.
func (j *Job) runIn(ctx context.Context, folder *train.Folder, record *train.Record, to train.Listener) error {
	files, err := j.files()
	if err != nil {
		return err
	}
	t, err := j.trainer()
	if err != nil {
		return err
	}
	if note := j.tok.Note(); note != "" {
		to.Note("note: %s", note)
	}
	job := train.Job{
		Folder: folder, Record: record, Options: j.Settings.Options, Trainer: t, Model: j.model, Files: files, Listener: to,
		Restore: j.EvalEvery > 0,
		Finish: func(ctx context.Context, metrics *train.MetricsFile) error {
			j.forget(t.State().Best.Step)
			if err := j.fit(ctx, folder.Dir); err != nil {
				return err
			}
			return j.report(ctx, folder.Dir, metrics, to)
		},
		Assist: func(ctx context.Context) error {
			j.forget(t.State().Best.Step)
			if err := j.fit(ctx, ""); err != nil {
				return err
			}
			if _, err := j.dev(ctx); err != nil {
				return err
			}
			_, err := j.Test(ctx)
			return err
		},
	}
	return job.Run(ctx)
}

// forget drops the outcome of the last weights if those of another update are kept.
func (j *Job) forget(best int) {
	if j.EvalEvery > 0 && j.Keep > 0 && best != 0 && best != j.Steps {
		j.task.dev = nil
	}
}

// fit adjusts the predictions of tasks that have something to adjust to the development set. The
// first rank then replaces task.json in its folder.
func (j *Job) fit(ctx context.Context, dir string) error {
	fitter, fits := j.task.Spec.Task.Task().(heads.Fitter)
	dev := j.task.Dev
	if !fits || dev == nil || dev.unlabelled {
		return nil
	}
	_, logits, err := j.task.Tuner.Evaluate(ctx, dev.Examples)
	switch {
	case errors.Is(err, context.Canceled):
		return train.Interrupted{Step: j.Steps, Steps: j.Steps}
	case err != nil:
		return err
	}
	j.task.Spec.Space = fitter.Fit(j.task.Spec.Space, dev.targets(), logits)
	j.task.dev = nil // its predictions have changed
	if !j.Group.First() {
		return nil
	}
	data, err := j.task.Spec.JSON()
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(dir, SpecFile), data)
}
