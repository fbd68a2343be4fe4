package finetune

import (
	"context"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/internal/atomicfile"
	"gorgpt/internal/plural"
	"gorgpt/optim"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Plan is a run that is ready to start: its options are resolved, its rows are tokenized, and its
// input is checked.
// A Plan must not be used by several goroutines at once.
type Plan struct {
	// Submit writes the predictions for unlabelled test rows in the form of the dataset's server.
	// If it is nil, no submission is written.
	Submit func(dataset, dir string, o *Outcome, to train.Listener) error

	// Draw writes the pictures of a report to the run folder. If it is nil, the folder has no pictures.
	Draw func(dir string, r *Report) error

	o      Options
	random bool // the run starts from random weights
	model  *gpt1.Model
	tok    *tokenizer.Tokenizer
	sets   sets
	held   Held
	task   *Task
	test   *Outcome
}

// Result is the result of a run on the held-out rows.
// A Result is safe for concurrent use as long as nothing changes it.
type Result struct {
	Dir       string   // run folder; "" without one
	Dev, Test *Outcome // nil if there are no such rows
}

// NewPlan resolves the options and tokenizes the rows. It does not change the base.
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
	spec.Long = o.Long
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
	spec.Baseline, _ = spec.Task.Task().Judge(spec.Space, data.train.targets()).Blind()
	if err := o.checkCalibrate(spec, data); err != nil {
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
	if head.ClassWeights, err = o.ClassWeights.of(spec, data.train); err != nil {
		return nil, err
	}
	memory, err := o.need(m.Config, spec, o.ShareMicro())
	if err != nil {
		return nil, err
	}
	memory.Base, memory.Parameters = 0, 0 // they exist
	if memory, err = memory.Fit(o.Options, func(micro int) (train.Memory, error) { return o.need(m.Config, spec, micro) }); err != nil {
		return nil, err
	}
	task := &Task{
		Tuner: &heads.Tuner{Model: m, Head: head, Lambda: float32(o.Lambda), Micro: o.Micro, Seed: o.Seed, Group: o.Group, Wide: m.Wide(), Lanes: memory.Lanes},
		Spec:  spec, Train: data.train, Dev: data.dev, Batch: o.Batch, Seed: uint64(o.Seed),
	}
	return &Plan{o: o, random: b.random, model: m, tok: b.Tok, sets: data, held: d.Held, task: task}, nil
}

// checkCalibrate returns an error if no temperature can be fitted.
func (o Options) checkCalibrate(spec Spec, data sets) error {
	_, calibrates := spec.Task.Task().(heads.Calibrator)
	switch {
	case !o.Calibrate:
		return nil
	case !calibrates:
		return train.BadOption("{Calibrate} adjusts probabilities, but the scores of %s have none: omit it", spec.Task)
	case data.dev == nil || data.dev.unlabelled:
		return train.BadOption("{Calibrate} needs labelled development rows: name a file with {Dev}")
	}
	return nil
}

// Spec returns the task of the run.
func (p *Plan) Spec() Spec { return p.task.Spec }

// Config returns the shape of the model.
func (p *Plan) Config() gpt1.Config { return p.model.Config }

// Options returns the resolved options of the run.
func (p *Plan) Options() Options { return p.o }

// Train runs the updates, fits the predictions to the development set as Run does, and evaluates the model,
// without a run folder.
func (p *Plan) Train(ctx context.Context, observers ...train.Observer) (Result, error) {
	t, err := p.trainer(observers...)
	if err != nil {
		return Result{}, err
	}
	if err := t.Run(ctx); err != nil {
		return Result{}, err
	}
	return p.judge(ctx)
}

// judge fits the predictions to the development set and evaluates the model, without a run folder.
func (p *Plan) judge(ctx context.Context) (Result, error) {
	if err := p.fit(ctx, "", train.Listener{}); err != nil {
		return Result{}, err
	}
	dev, err := p.dev(ctx)
	if err != nil {
		return Result{}, err
	}
	test, err := p.judgeTest(ctx)
	return Result{Dev: dev, Test: test}, err
}

func (p *Plan) trainer(observers ...train.Observer) (*train.Trainer, error) {
	schedule := optim.WarmupLinear{Peak: p.o.LR, Warmup: p.o.Warmup, Total: p.o.Steps}
	t, err := p.o.Trainer(p.task, p.model.Store, schedule, observers...)
	if err == nil {
		t.Highest = "dev_" + p.task.Spec.Primary()
	}
	return t, err
}

// dev returns the outcome on the development set, or nil if there is no such set. A run that was
// interrupted after its last evaluation has to compute it again.
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

// judgeTest evaluates the model on the test set, once. The outcome is nil if there is no test set.
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

// Parameters returns the number of parameters of the model.
func (p *Plan) Parameters() int { return p.model.Store.Len() }

// Run trains, and writes the model and its scores to a run folder. Errors in the input are found
// before the folder is created. For a new run, folder is nil. Otherwise Run resumes the run in the
// folder, which the earlier record describes.
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
	to.Note("%d parameters, %s of %s (%d at a time), learning rate %g, run folder %s",
		p.model.Store.Len(), plural.Of(p.o.Steps, "update"), plural.Of(p.o.Batch, "example"), p.o.Micro, p.o.LR, folder.Dir)
	if p.o.Resume == "" {
		if err := p.familiarity(ctx, to); err != nil {
			return Result{}, err
		}
	}
	if p.held != nil && p.o.Resume == "" && p.o.Group.First() {
		if err := atomicfile.WriteFile(filepath.Join(folder.Dir, SplitFile), p.held.TSV()); err != nil {
			return Result{}, err
		}
	}
	if err := p.runIn(ctx, folder, record, to); err != nil {
		return Result{}, err
	}
	test, err := p.judgeTest(ctx)
	return Result{Dir: folder.Dir, Dev: p.task.dev, Test: test}, err
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
			p.forget(t.State())
			if err := p.fit(ctx, folder.Dir, to); err != nil {
				return err
			}
			return p.report(ctx, folder.Dir, t.State().Step, metrics, to)
		},
		Assist: func(ctx context.Context) error {
			p.forget(t.State())
			_, err := p.judge(ctx)
			return err
		},
	}
	return job.Run(ctx)
}

// forget drops the outcome of the last weights if the run keeps the weights of another update.
func (p *Plan) forget(s train.State) {
	if p.o.EvalEvery > 0 && p.o.Checkpoints != 0 && s.Best.Step != 0 && s.Best.Step != s.Step {
		p.task.dev = nil
	}
}

// fit adjusts the predictions to the development set: the temperature, if the options ask for it,
// then those of a [heads.Fitter]. It replaces task.json in the run folder, unless dir is "".
func (p *Plan) fit(ctx context.Context, dir string, to train.Listener) error {
	task, dev := p.task.Spec.Task.Task(), p.task.Dev
	fitter, fits := task.(heads.Fitter)
	if !fits && !p.o.Calibrate || dev == nil || dev.unlabelled {
		return nil
	}
	_, logits, err := p.task.Tuner.Evaluate(ctx, dev.Examples)
	switch {
	case errors.Is(err, context.Canceled):
		return train.Interrupted{Step: p.o.Steps, Steps: p.o.Steps}
	case err != nil:
		return err
	}
	logits = dev.merged(logits)
	space, gold := &p.task.Spec.Space, dev.targets()
	if p.o.Calibrate {
		before := task.Judge(*space, nil).Details(gold, logits).Calibration
		*space = task.(heads.Calibrator).Calibrate(*space, gold, logits)
		after := task.Judge(*space, nil).Details(gold, logits).Calibration
		to.Note("calibrated on %s: temperature %.3f, expected calibration error %.4f (%.4f without)",
			plural.Of(len(gold), "development row"), space.Temperature, after.Error, before.Error)
	}
	if fits {
		*space = fitter.Fit(*space, gold, logits)
	}
	p.task.dev = nil // its predictions have changed
	if dir == "" {
		return nil
	}
	data, err := p.task.Spec.JSON()
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(dir, SpecFile), data)
}
