package train

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/loaders"
	"gorgpt/optim"
)

// Task is what is trained.
// A Task must not be used by several goroutines at once.
type Task interface {
	// Accumulate adds the gradients of update n = 1, 2, … to the store: of this rank's share
	// of the batch. Before the last micro-batch it calls last, and from then on no longer heeds
	// ctx; an error of last ends it.
	Accumulate(ctx context.Context, n int, last func() error) (Result, error)
	// Evaluate measures the model on held-out data; nil if there is none. The first measure
	// is a loss. Each rank does its share, and all get the same.
	Evaluate(ctx context.Context) ([]Metric, error)
	// Position is where the data stands after the last Accumulate that was whole.
	Position() loaders.Position
	// Seek makes update n+1 the next one, at the position that update n left.
	Seek(n int, at loaders.Position) error
	// Diagnose computes the gradients of update n, the last one, once more, for this rank's
	// share. The error names the first value that is not finite, and is nil if there is none.
	Diagnose(n int) (batch string, err error)
}

// Result is what a rank's share of a batch gave.
// A Result is safe for concurrent use as long as nothing changes it.
type Result struct {
	Loss   float64  // its part of the cost, which is the mean over the batch
	Tokens int      // of the whole batch, padding not counted
	More   []Metric // further values for the metrics file, each a part of a sum like the cost
}

// values are those that are summed over ranks.
func (r *Result) values() []*float64 {
	all := []*float64{&r.Loss}
	for i := range r.More {
		all = append(all, &r.More[i].Value)
	}
	return all
}

// Metric is one named value.
// A Metric is safe for concurrent use as long as nothing changes it.
type Metric struct {
	Name  string
	Value float64
}

// Update is what happened in one update.
// An Update is safe for concurrent use as long as nothing changes it.
type Update struct {
	Step     int // from 1
	Loss, LR float64
	Smoothed float64 // loss, averaged over about the last 50 updates
	GradNorm float64 // before clipping
	Tokens   int64   // so far
	TokS     float64 // tokens a second in this update
	Elapsed  time.Duration
	More     []Metric
}

// Observer is told about the progress of a run.
// An Observer must not be used by several goroutines at once.
type Observer interface {
	Updated(Update) error
	Evaluated(step int, m []Metric) error
}

// Trainer runs updates.
// A Trainer must not be used by several goroutines at once.
type Trainer struct {
	Task      Task
	Optimizer *optim.Optimizer
	Schedule  optim.Schedule
	Steps     int   // updates in all
	EvalEvery int   // 0: only at the end
	Seed      int64 // of the dropout masks
	Observers []Observer
	Highest   string            // the measure that is highest at the best evaluation; "": that with the lowest loss is
	Save      func(State) error // stores a checkpoint; nil: there are none
	SaveEvery Every             // between checkpoints, apart from those that are due anyway
	Group     *dist.Group       // all ranks, each with a trainer that differs in observers and Save only

	state    State
	saved    int // update of the newest checkpoint
	lastSave time.Time
	better   bool // the last evaluation was the best
	overlap  overlap
}

// Interrupted tells that a run was asked to stop. The parameters are those after
// the last whole update, which is saved.
// An Interrupted is safe for concurrent use as long as nothing changes it.
type Interrupted struct{ Step, Steps int }

func (e Interrupted) Error() string {
	return fmt.Sprintf("stopped after update %d of %d", e.Step, e.Steps)
}

// Is makes an interruption a cancellation.
func (e Interrupted) Is(target error) bool { return target == e || target == context.Canceled }

// collectEvery is the number of updates after which garbage is collected. Go would wait until
// there is as much of it as there are tensors, and the memory be twice what was foretold.
const collectEvery = 100

// Run trains from the state at hand to Steps. When ctx ends, the update at hand is
// dropped, the state of the last one saved, and the error is Interrupted.
//
// A checkpoint is saved when SaveEvery says so, after an evaluation that was the best so
// far, at the end, and when ctx ends. What had to be done after an update but was not, as
// the run was stopped before, is done first. If the ctx of one rank ends, all are stopped.
func (t *Trainer) Run(ctx context.Context) error {
	t.lastSave = time.Now()
	debug.FreeOSMemory() // what preparing the data has left
	for {
		n := t.Optimizer.T
		if n%collectEvery == 0 {
			runtime.GC()
		}
		if err := t.after(ctx, n); err != nil {
			return t.stopped(err)
		}
		if n == t.Steps {
			return nil
		}
		if err := t.update(ctx, n+1); err != nil {
			return t.stopped(errors.WithMessagef(err, "update %d", n+1))
		}
	}
}

// stopped saves the last whole update if the run was asked to stop.
func (t *Trainer) stopped(err error) error {
	if !errors.Is(err, context.Canceled) {
		return err
	}
	if t.saved < t.Optimizer.T {
		if err := t.save(); err != nil {
			return err
		}
	}
	return Interrupted{t.Optimizer.T, t.Steps}
}

// after does what is due after update n.
func (t *Trainer) after(ctx context.Context, n int) error {
	if n == 0 {
		return nil
	}
	if t.state.Evaluated < n && (n == t.Steps || t.EvalEvery > 0 && n%t.EvalEvery == 0) {
		if err := t.evaluate(ctx, n); err != nil {
			return errors.WithMessagef(err, "evaluation after update %d", n)
		}
	}
	if t.saved < n && (n == t.Steps || t.better || t.SaveEvery.due(n, t.lastSave)) {
		return t.save()
	}
	return nil
}

// save stores a checkpoint.
func (t *Trainer) save() error {
	t.better = false
	if t.Save == nil {
		return nil
	}
	if err := t.Save(t.State()); err != nil {
		return err
	}
	t.saved, t.lastSave = t.Optimizer.T, time.Now()
	return nil
}

func (t *Trainer) update(ctx context.Context, n int) error {
	start := time.Now()
	sums := exchange{group: t.Group, store: t.Optimizer.Store, overlap: t.overlap.next(t.Group)}
	res, err := t.Task.Accumulate(ctx, n, sums.last)
	if err := sums.end(err, res.values()...); err != nil {
		return err
	}
	lr := t.Schedule.Rate(n)
	if !finite(res.Loss) {
		return t.notFinite(n, errors.Errorf("the loss is %v", res.Loss))
	}
	if err := t.Optimizer.Step(lr); err != nil {
		if !finite(t.Optimizer.Norm()) {
			err = t.notFinite(n, errors.Errorf("the norm of the gradients is %v", t.Optimizer.Norm()))
		}
		return err
	}
	took := time.Since(start)
	if err := t.overlap.took(t.Group, took.Seconds()); err != nil {
		return err
	}
	t.updated(n, res, took)
	u := Update{
		Step: n, Loss: res.Loss, LR: lr, Smoothed: t.state.Smoothed, GradNorm: t.Optimizer.Norm(), Tokens: t.state.Tokens,
		TokS: float64(res.Tokens) / took.Seconds(), Elapsed: t.elapsed(), More: res.More,
	}
	for _, o := range t.Observers {
		if err := o.Updated(u); err != nil {
			return err
		}
	}
	return nil
}

// smoothing is about the number of updates that a smoothed loss is of.
const smoothing = 50

// updated brings the state to update n.
func (t *Trainer) updated(n int, res Result, took time.Duration) {
	share := max(1/float64(n), 1./smoothing)
	t.state.Step = n
	t.state.Tokens += int64(res.Tokens)
	t.state.Seconds += took.Seconds()
	t.state.Smoothed += share * (res.Loss - t.state.Smoothed)
	t.state.Data = t.Task.Position()
}

func (t *Trainer) elapsed() time.Duration {
	return time.Duration(t.state.Seconds * float64(time.Second))
}

func (t *Trainer) evaluate(ctx context.Context, n int) error {
	start := time.Now()
	if err := t.sameWeights(); err != nil {
		return err
	}
	metrics, err := t.Task.Evaluate(ctx)
	if err != nil {
		return err
	}
	t.state.Seconds += time.Since(start).Seconds()
	t.state.Evaluated = n
	t.saved = min(t.saved, n-1) // a checkpoint from before the evaluation does not have it
	if len(metrics) == 0 {
		return nil
	}
	if b := t.rate(n, metrics); finite(b.Value) && b.better(t.state.Best, t.Highest != "") {
		t.state.Best, t.better = b, true
	}
	for _, o := range t.Observers {
		if err := o.Evaluated(n, metrics); err != nil {
			return err
		}
	}
	return nil
}

// sameWeights makes sure that the ranks still have one model.
func (t *Trainer) sameWeights() error {
	if t.Group.Size() == 1 {
		return nil
	}
	return t.Group.Same("weights", t.Optimizer.Store.Digest())
}

// rate is the evaluation after update n.
func (t *Trainer) rate(n int, metrics []Metric) Best {
	b := Best{Step: n, Value: metrics[0].Value}
	for _, m := range metrics {
		if t.Highest != "" && m.Name == t.Highest {
			b.Value, b.Loss = m.Value, metrics[0].Value
		}
	}
	return b
}

// better compares with the best evaluation so far. Of equal measures the lower loss decides.
func (b Best) better(other Best, highest bool) bool {
	switch {
	case other.Step == 0:
		return true
	case highest:
		return b.Value > other.Value || b.Value == other.Value && b.Loss < other.Loss
	}
	return b.Value < other.Value
}
