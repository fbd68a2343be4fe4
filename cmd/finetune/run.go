package main

import (
	"context"
	"fmt"
	"io"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/internal/atomicfile"
	"gorgpt/optim"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// job is all that a run needs.
type job struct {
	*settings
	model *gpt1.Model
	tok   *tokenizer.Tokenizer
	sets  sets
	task  *finetune.Task
}

// tune does what the settings say. Everything that can be wrong with the input is
// found before the run folder is made.
func tune(ctx context.Context, s *settings, stdout io.Writer, terminal bool, stderr io.Writer) error {
	j, err := prepare(s, stdout)
	if err != nil {
		return err
	}
	if err := j.writeDOT(stdout); err != nil {
		return err
	}
	if s.Steps == 0 {
		fmt.Fprintf(stdout, "%d parameters; -steps 0, so nothing is trained\n", j.model.Store.Len())
		return nil
	}
	dir, err := j.folder()
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d parameters, %d updates of %d examples (%d at a time), learning rate %g, run folder %s\n",
		j.model.Store.Len(), s.Steps, s.Batch, s.Micro, s.LR, dir)
	return j.run(ctx, dir, stdout, train.NewProgress(stderr, terminal, s.Steps, s.LogEvery))
}

// prepare reads data and model and puts the task together.
func prepare(s *settings, w io.Writer) (*job, error) {
	f, err := readFiles(s)
	if err != nil {
		return nil, err
	}
	spec, err := finetune.Learn(s.kind(), f.train)
	if err != nil {
		return nil, err
	}
	s.Regression = spec.Task == heads.Regression
	b, err := openBase(s, f.train, w)
	if err != nil {
		return nil, err
	}
	if spec.Specials, err = finetune.Specials(b.tok); err != nil {
		return nil, err
	}
	data, err := encode(spec, b.tok, b.model.NCtx, f, w)
	if err != nil {
		return nil, err
	}
	m, err := b.attach(s, spec, w)
	if err != nil {
		return nil, err
	}
	head, err := heads.New(spec.Task, m, float32(s.Dropout))
	if err != nil {
		return nil, err
	}
	task := &finetune.Task{
		Tuner: &heads.Tuner{Model: m, Head: head, Lambda: float32(s.Lambda), Seed: s.Seed},
		Spec:  spec, Train: data.train, Dev: data.dev, Batch: s.Batch, Seed: uint64(s.Seed),
	}
	s.fit(m.Config, task)
	task.Tuner.Micro = s.Micro
	return &job{settings: s, model: m, tok: b.tok, sets: data, task: task}, nil
}

// fit chooses what is left to depend on model and data.
func (s *settings) fit(c gpt1.Config, task *finetune.Task) {
	lr, sequences := 6.25e-5, 4
	if c.NEmbd < 768 {
		lr, sequences = 5e-4, 16
	}
	if s.LR == train.Auto {
		s.LR = lr
	}
	if s.Micro == train.Auto {
		s.Micro = max(sequences/task.Spec.Sequences(), 1)
	}
	s.Micro = min(s.Micro, s.Batch)
	if s.Epochs > 0 {
		s.Steps = task.Steps(s.Epochs)
	}
	if s.EvalEvery == train.Auto {
		s.EvalEvery = task.Steps(1)
	}
}

// writeDOT exports the step graph when -dot asks for it.
func (j *job) writeDOT(w io.Writer) error {
	if j.Dot == "" {
		return nil
	}
	g := j.task.Tuner.Declare(j.task.Spec.Sequences())
	if err := atomicfile.Write(j.Dot, g.WriteDOT); err != nil {
		return errors.WithMessage(err, "-dot")
	}
	fmt.Fprintf(w, "wrote the step graph to %s\n", j.Dot)
	return nil
}

// run trains, saves the model and reports its scores.
func (j *job) run(ctx context.Context, dir string, stdout io.Writer, progress *train.Progress) (err error) {
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
	schedule := optim.WarmupLinear{Peak: j.LR, Warmup: j.Warmup, Total: j.Steps}
	t, err := j.Trainer(j.task, j.model.Store, schedule, metrics, progress)
	if err != nil {
		return err
	}
	runErr := t.Run(ctx)
	if runErr != nil && !errors.As(runErr, new(train.Interrupted)) {
		return runErr
	}
	if err := checkpoint.WriteModel(dir, j.model); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "saved the model to %s\n", dir)
	if runErr != nil {
		return runErr
	}
	return j.report(ctx, dir, metrics.Metrics, stdout)
}
