package pretrain

import (
	"context"
	"fmt"
	"slices"

	"gorgpt/gpt1"
	"gorgpt/internal/plural"
	"gorgpt/train"
)

// Result is the result of a run.
type Result struct {
	Dir   string      // run folder
	State train.State // state after the last update; zero if the run was already complete
}

// Run pre-trains a model and saves it in a run folder. All ranks must call it. If o.Resume is set,
// Run resumes the run in that folder; if that run is complete, Run does nothing.
func Run(ctx context.Context, o Options, to train.Listener) (r Result, err error) {
	p, err := NewPlan(ctx, o, to)
	if err != nil {
		return r, err
	}
	defer func() {
		if closeErr := p.Close(); err == nil {
			err = closeErr
		}
	}()
	return p.Run(ctx)
}

// Run trains the model and saves it in the run folder. It reports errors in the input before it
// creates the folder.
func (p *Plan) Run(ctx context.Context) (Result, error) {
	if p.Completed() {
		return Result{Dir: p.o.Resume}, nil
	}
	f, err := p.Forecast()
	if err != nil {
		return Result{}, err
	}
	p.lanes = f.Memory.Lanes
	m, err := p.Model()
	if err != nil {
		return Result{}, err
	}
	record, err := train.NewRecord(Command, p.o, p.o.Housekeeping, p.corpus.facts, m.Store.Len())
	if err != nil {
		return Result{}, err
	}
	if err := record.Same(p.o.Group); err != nil {
		return Result{}, err
	}
	if err := record.Matches(p.earlier); err != nil {
		return Result{}, err
	}
	if p.folder == nil {
		if p.folder, err = p.o.NewFolder(p.o.place()); err != nil {
			return Result{}, err
		}
	}
	p.to.Note("%s: %d parameters, %s of %s (%d at a time), run folder %s",
		p.o.Name(), m.Store.Len(), plural.Of(p.o.Steps, "update"), plural.Of(p.o.Batch, "window"), p.o.Micro, p.folder.Dir)
	state, err := p.train(ctx, m, record)
	return Result{Dir: p.folder.Dir, State: state}, err
}

// place describes the run to [train.NewFolder].
func (o Options) place() train.Place {
	return train.Place{Command: Command, Name: o.Name(), Inputs: slices.Concat([]string{o.Init, o.Tokenizer, o.Config, o.Cache}, o.Data, o.Valid)}
}

// train runs the updates in the run folder.
func (p *Plan) train(ctx context.Context, m *gpt1.Model, r *train.Record) (train.State, error) {
	o, tok := p.o, p.corpus.tok
	files, err := tok.Files()
	if err != nil {
		return train.State{}, err
	}
	task := &Task{
		Model: m, Windows: p.corpus.windows, Valid: p.corpus.valid, EndsWord: tok.EndsWord, Bytes: p.corpus.bytes,
		Ctx: o.Ctx, Batch: o.Batch, Micro: o.Micro, Seed: o.Seed, Group: o.Group,
		Wide: m.Wide(), Lanes: p.lanes,
	}
	defer task.Close()
	writer := &sampler{o: o, c: p.corpus, m: m, dir: p.folder.Dir, to: p.to}
	schedule, err := o.schedule()
	if err != nil {
		return train.State{}, err
	}
	history := &train.Historian{Dir: p.folder.Dir, Model: m, Tok: tok, Steps: o.Steps, Count: o.History}
	t, err := o.Trainer(task, m.Store, schedule, writer, history)
	if err != nil {
		return train.State{}, err
	}
	if t.Begins, err = o.begins(); err != nil {
		return train.State{}, err
	}
	if note := tok.Note(); note != "" {
		p.to.Note("note: %s", note)
	}
	if o.Init != "" && o.Resume == "" {
		before, err := task.Evaluate(ctx)
		if err != nil {
			return train.State{}, err
		}
		line := "before the first update:"
		for _, m := range before {
			line += fmt.Sprintf("  %s %.4f", m.Name, m.Value)
		}
		p.to.Note("%s", line)
	}
	job := train.Job{
		Folder: p.folder, Record: r, Options: o.Options, Trainer: t, Model: m, Files: files, Listener: p.to,
		Restore: o.Patience > 0, Resumed: history.Keep,
		Finish: func(ctx context.Context, _ *train.MetricsFile) error { return writer.last(ctx) },
	}
	err = job.Run(ctx)
	return t.State(), err
}
