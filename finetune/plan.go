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

// Plan is a run that can begin: its options are resolved, its rows are token sequences, and all that
// can be wrong with the input has been checked.
// A Plan must not be used by several goroutines at once.
type Plan struct {
	// Submit writes the predictions of test rows without labels for the server of a dataset; nil:
	// it is not done.
	Submit func(dataset, dir string, o *Outcome, to train.Listener) error

	o     Options
	model *gpt1.Model
	tok   *tokenizer.Tokenizer
	sets  sets
	task  *Task
	test  *Outcome
}

// Result is what a run made of the held-out rows.
// A Result is safe for concurrent use as long as nothing changes it.
type Result struct {
	Dir       string   // run folder; "": there is none
	Dev, Test *Outcome // nil without such rows
}

// NewPlan resolves the options and tokenizes the rows. The base stays as it is.
func NewPlan(o Options, d *Data, b *Base, to train.Listener) (*Plan, error) {
	if b.preset != "" {
		o.Preset = b.preset
	}
	o, err := o.Resolve(d, b)
	if err != nil {
		return nil, err
	}
	if err := o.CheckRanks(); err != nil {
		return nil, err
	}
	spec := d.Spec
	if spec.Specials, err = Specials(b.Tok); err != nil {
		return nil, err
	}
	if err := d.CheckVocabulary(o, b.Tok, to); err != nil {
		return nil, err
	}
	data, err := d.encode(spec, b.Tok, b.Model.NCtx, o.Tolerance(), to)
	if err != nil {
		return nil, err
	}
	m, err := b.attach(o, spec, to)
	if err != nil {
		return nil, err
	}
	head, err := heads.New(spec.Task, m, float32(o.HeadDrop))
	if err != nil {
		return nil, err
	}
	task := &Task{
		Tuner: &heads.Tuner{Model: m, Head: head, Lambda: float32(o.Lambda), Micro: o.Micro, Seed: o.Seed, Group: o.Group},
		Spec:  spec, Train: data.train, Dev: data.dev, Batch: o.Batch, Seed: uint64(o.Seed),
	}
	return &Plan{o: o, model: m, tok: b.Tok, sets: data, task: task}, nil
}

// Options are those of the run, resolved.
func (p *Plan) Options() Options { return p.o }

// Train runs the updates and judges the model, without a run folder.
func (p *Plan) Train(ctx context.Context, observers ...train.Observer) (Result, error) {
	t, err := p.trainer(observers...)
	if err != nil {
		return Result{}, err
	}
	if err := t.Run(ctx); err != nil {
		return Result{}, err
	}
	return p.result(ctx, "")
}

// result judges the model on the test set.
func (p *Plan) result(ctx context.Context, dir string) (Result, error) {
	test, err := p.judgeTest(ctx)
	return Result{Dir: dir, Dev: p.task.dev, Test: test}, err
}

func (p *Plan) trainer(observers ...train.Observer) (*train.Trainer, error) {
	schedule := optim.WarmupLinear{Peak: p.o.LR, Warmup: p.o.Warmup, Total: p.o.Steps}
	t, err := p.o.Trainer(p.task, p.model.Store, schedule, observers...)
	if err == nil {
		t.Highest = "dev_" + p.task.Spec.Primary()
	}
	return t, err
}

// dev is the outcome on the development set, or nil. A run that was stopped after its last
// evaluation has to compute it again.
func (p *Plan) dev(ctx context.Context) (*Outcome, error) {
	if p.task.dev != nil || p.task.Dev == nil {
		return p.task.dev, nil
	}
	_, err := p.task.Evaluate(ctx)
	if errors.Is(err, context.Canceled) {
		return nil, train.Interrupted{Step: p.o.Steps, Steps: p.o.Steps}
	}
	return p.task.dev, err
}

// judgeTest judges the model on the test set, once. Without one, the outcome is nil.
func (p *Plan) judgeTest(ctx context.Context) (*Outcome, error) {
	if p.sets.test == nil || p.test != nil {
		return p.test, nil
	}
	o, err := p.task.Judge(ctx, p.sets.test)
	switch {
	case errors.Is(err, context.Canceled):
		return nil, train.Interrupted{Step: p.o.Steps, Steps: p.o.Steps}
	case err != nil:
		return nil, err
	}
	p.test = o
	return o, nil
}

// Parameters is the number of parameters of the model.
func (p *Plan) Parameters() int { return p.model.Store.Len() }

// Run trains, and leaves the model and its scores in a run folder. All that can be wrong with the input is found
// before the folder is made. The folder is nil for a new run; otherwise, it is that of the
// earlier record, whose run is resumed.
func (p *Plan) Run(ctx context.Context, folder *train.Folder, earlier *train.Record, to train.Listener) (Result, error) {
	record, err := p.record()
	if err != nil {
		return Result{}, err
	}
	if err := record.Same(p.o.Group); err != nil {
		return Result{}, err
	}
	if err := record.Matches(earlier); err != nil {
		return Result{}, err
	}
	if folder == nil {
		if folder, err = p.folder(); err != nil {
			return Result{}, err
		}
		defer folder.Close()
	}
	to.Note("%d parameters, %d updates of %d examples (%d at a time), learning rate %g, run folder %s",
		p.model.Store.Len(), p.o.Steps, p.o.Batch, p.o.Micro, p.o.LR, folder.Dir)
	if err := p.runIn(ctx, folder, record, to); err != nil {
		return Result{}, err
	}
	return p.result(ctx, folder.Dir)
}

// runIn trains, saves the model and reports its scores.
func (p *Plan) runIn(ctx context.Context, folder *train.Folder, record *train.Record, to train.Listener) error {
	files, err := p.files()
	if err != nil {
		return err
	}
	t, err := p.trainer()
	if err != nil {
		return err
	}
	if note := p.tok.Note(); note != "" {
		to.Note("note: %s", note)
	}
	job := train.Job{
		Folder: folder, Record: record, Options: p.o.Options, Trainer: t, Model: p.model, Files: files, Listener: to,
		Restore: p.o.EvalEvery > 0,
		Finish: func(ctx context.Context, metrics *train.MetricsFile) error {
			p.forget(t.State().Best.Step)
			if err := p.fit(ctx, folder.Dir); err != nil {
				return err
			}
			return p.report(ctx, folder.Dir, metrics, to)
		},
		Assist: func(ctx context.Context) error {
			p.forget(t.State().Best.Step)
			if err := p.fit(ctx, ""); err != nil {
				return err
			}
			if _, err := p.dev(ctx); err != nil {
				return err
			}
			_, err := p.judgeTest(ctx)
			return err
		},
	}
	return job.Run(ctx)
}

// forget drops the outcome of the last weights if those of another update are kept.
func (p *Plan) forget(best int) {
	if p.o.EvalEvery > 0 && p.o.Keep > 0 && best != 0 && best != p.o.Steps {
		p.task.dev = nil
	}
}

// fit adjusts the predictions of tasks that have something to adjust to the development set. The
// first rank then replaces task.json in its folder.
func (p *Plan) fit(ctx context.Context, dir string) error {
	fitter, fits := p.task.Spec.Task.Task().(heads.Fitter)
	dev := p.task.Dev
	if !fits || dev == nil || dev.unlabelled {
		return nil
	}
	_, logits, err := p.task.Tuner.Evaluate(ctx, dev.Examples)
	switch {
	case errors.Is(err, context.Canceled):
		return train.Interrupted{Step: p.o.Steps, Steps: p.o.Steps}
	case err != nil:
		return err
	}
	p.task.Spec.Space = fitter.Fit(p.task.Spec.Space, dev.targets(), logits)
	p.task.dev = nil // its predictions have changed
	if !p.o.Group.First() {
		return nil
	}
	data, err := p.task.Spec.JSON()
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(dir, SpecFile), data)
}
