package finetune

import (
	"context"
	"fmt"
	"io"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/optim"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Job is a run that can begin.
type Job struct {
	*Settings
	model *gpt1.Model
	tok   *tokenizer.Tokenizer
	sets  sets
	task  *Task
	test  *Outcome
}

// Prepare puts a run together and resolves the settings. The base stays as it is.
func Prepare(s *Settings, d *Data, b *Base, w io.Writer) (*Job, error) {
	s.Fit(d, b)
	spec := d.Spec
	var err error
	if spec.Specials, err = Specials(b.Tok); err != nil {
		return nil, err
	}
	data, err := d.encode(spec, b.Tok, b.Model.NCtx, w)
	if err != nil {
		return nil, err
	}
	m, err := b.attach(s, spec, w)
	if err != nil {
		return nil, err
	}
	head, err := heads.New(spec.Task, m, float32(s.HeadDrop))
	if err != nil {
		return nil, err
	}
	task := &Task{
		Tuner: &heads.Tuner{Model: m, Head: head, Lambda: float32(s.Lambda), Micro: s.Micro, Seed: s.Seed},
		Spec:  spec, Train: data.train, Dev: data.dev, Batch: s.Batch, Seed: uint64(s.Seed),
	}
	return &Job{Settings: s, model: m, tok: b.Tok, sets: data, task: task}, nil
}

// Train runs the updates.
func (j *Job) Train(ctx context.Context, observers ...train.Observer) error {
	schedule := optim.WarmupLinear{Peak: j.LR, Warmup: j.Warmup, Total: j.Steps}
	t, err := j.Trainer(j.task, j.model.Store, schedule, observers...)
	if err != nil {
		return err
	}
	return t.Run(ctx)
}

// Dev is the outcome of the last evaluation on the development set, or nil.
func (j *Job) Dev() *Outcome { return j.task.DevOutcome() }

// Test judges the model on the test set, once. Without one, the outcome is nil.
func (j *Job) Test(ctx context.Context) (*Outcome, error) {
	if j.sets.test == nil || j.test != nil {
		return j.test, nil
	}
	o, err := j.task.Judge(ctx, j.sets.test)
	switch {
	case ctx.Err() != nil:
		return nil, train.Interrupted{Step: j.Steps, Steps: j.Steps}
	case err != nil:
		return nil, err
	}
	j.test = o
	return o, nil
}

// Run trains, and leaves the model and its scores in a run folder; settings with no
// updates only build the graph. Everything that can be wrong with the input is found
// before the folder is made.
func (j *Job) Run(ctx context.Context, con train.Console) error {
	if err := j.export(ctx, con.Out); err != nil {
		return err
	}
	if j.BuildOnly() {
		fmt.Fprintf(con.Out, "%d parameters; %s, so nothing is trained\n", j.model.Store.Len(), j.WhyBuildOnly())
		return nil
	}
	dir, err := j.folder()
	if err != nil {
		return err
	}
	fmt.Fprintf(con.Out, "%d parameters, %d updates of %d examples (%d at a time), learning rate %g, run folder %s\n",
		j.model.Store.Len(), j.Steps, j.Batch, j.Micro, j.LR, dir)
	return j.runIn(ctx, dir, con)
}

// runIn trains, saves the model and reports its scores.
func (j *Job) runIn(ctx context.Context, dir string, con train.Console) (err error) {
	if err := j.writeInputs(dir); err != nil {
		return err
	}
	metrics, err := train.CreateMetrics(dir)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := metrics.Close(); err == nil {
			err = closeErr
		}
	}()
	runErr := j.Train(ctx, metrics, con.Progress(&j.Settings.Settings))
	if runErr != nil && !errors.As(runErr, new(train.Interrupted)) {
		return runErr
	}
	if err := checkpoint.WriteModel(dir, j.model); err != nil {
		return err
	}
	fmt.Fprintf(con.Out, "saved the model to %s\n", dir)
	if note := j.tok.Note(); note != "" {
		fmt.Fprintf(con.Out, "note: %s\n", note)
	}
	if runErr != nil {
		return runErr
	}
	return j.report(ctx, dir, metrics.Metrics, con.Out)
}
