package train

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/loaders"
	"gorgpt/optim"
)

// Task is what a [Trainer] trains: a model with its data.
// A Task must not be used by several goroutines at once.
type Task interface {
	// Accumulate adds the gradients of this rank's share of the batch of update n = 1, 2, … to
	// the store. Before the last micro-batch it calls last, returns if that fails, and then no
	// longer checks ctx.
	Accumulate(ctx context.Context, n int, last func() error) (Result, error)
	// Evaluate measures the model on held-out data. It returns nil if there is no such data. The
	// first measure is a loss. Each rank does its share, and all return the same.
	Evaluate(ctx context.Context) ([]Metric, error)
	// Position returns the position in the data after the last complete Accumulate.
	Position() loaders.Position
	// Seek makes update n+1 the next one, at the position that update n left.
	Seek(n int, at loaders.Position) error
	// Diagnose computes the gradients of this rank's share of update n, the last one, again. It
	// returns a description of the batch, and an error that names the first value that is not
	// finite, or nil.
	Diagnose(n int) (batch string, err error)
}

// Result is the result of a rank's share of a batch.
// A Result is safe for concurrent use as long as nothing changes it.
type Result struct {
	Loss   float64  // the share's part of the loss, which is the mean over the batch
	Tokens int      // tokens of the whole batch, without padding
	More   []Metric // further values for the metrics file; ranks add them up like the loss
}

// values returns the values to sum over ranks.
func (r *Result) values() []*float64 {
	all := []*float64{&r.Loss}
	for i := range r.More {
		all = append(all, &r.More[i].Value)
	}
	return all
}

// Metric is a named value.
// A Metric is safe for concurrent use as long as nothing changes it.
type Metric struct {
	Name  string
	Value float64
}

// Update describes one update.
// An Update is safe for concurrent use as long as nothing changes it.
type Update struct {
	Step     int // from 1
	Loss, LR float64
	Smoothed float64 // loss, averaged over about the last 10 updates
	GradNorm float64 // before clipping
	Tokens   int64   // so far
	TokS     float64 // tokens per second in this update
	Elapsed  time.Duration
	More     []Metric
}

// Observer receives the updates and evaluations of a run.
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
	Steps     int   // updates in total
	EvalEvery int   // 0: only at the end
	Patience  int   // evaluations since the best one after which the run ends early; 0: it does not
	Begins    int   // updates before the last part of an extended run: patience does not count evaluations before
	Seed      int64 // of the dropout masks
	Observers []Observer
	Highest   string            // the best evaluation has the highest value of this measure; "": the lowest loss
	Save      func(State) error // stores a checkpoint; nil: none are stored
	SaveEvery Every             // interval between checkpoints, in addition to those described at Run
	Group     *dist.Group       // all ranks; their trainers may differ only in Observers and Save

	state    State
	saved    int // update of the newest checkpoint
	lastSave time.Time
	better   bool // the last evaluation was the best
	overlap  overlap
}

// Interrupted is the error of a run that was asked to stop. The parameters are those after the
// last complete update, which has been saved.
// An Interrupted is safe for concurrent use as long as nothing changes it.
type Interrupted struct{ Step, Steps int }

func (e Interrupted) Error() string {
	return fmt.Sprintf("stopped after update %d of %d", e.Step, e.Steps)
}

// Is reports that an interruption is also a [context.Canceled].
func (e Interrupted) Is(target error) bool { return target == e || target == context.Canceled }

// collectEvery is the number of updates between garbage collections. Without them, Go would wait
// until the garbage is as large as the tensors, and a run would need twice its forecast memory.
const collectEvery = 100

// Run trains from the current state up to Steps, or until Patience ends the run. When ctx ends, Run drops the current update,
// saves the state after the last complete one, and returns Interrupted. If the ctx of one rank
// ends, all ranks stop.
//
// Run saves a checkpoint at the intervals of SaveEvery, after the best evaluation so far, at the
// end, and when ctx ends. After Resume, it first does the evaluation or checkpoint that was due
// when the run stopped.
func (t *Trainer) Run(ctx context.Context) error {
	t.lastSave = time.Now()
	debug.FreeOSMemory() // return the memory used to prepare the data
	for {
		n := t.Optimizer.T
		if n%collectEvery == 0 {
			runtime.GC()
		}
		if err := t.after(ctx, n); err != nil {
			return t.stopped(err)
		}
		if t.ended(n) {
			return nil
		}
		if err := t.update(ctx, n+1); err != nil {
			return t.stopped(errors.WithMessagef(err, "update %d", n+1))
		}
	}
}

// ended reports whether update n is the last one. It depends only on the state, so that a resumed run
// ends where the run would have ended.
func (t *Trainer) ended(n int) bool {
	evaluated := n > 0 && t.state.Evaluated == n && t.state.Best.Step > 0
	return n == t.Steps || evaluated && t.Patience > 0 && n-max(t.state.Best.Step, t.Begins) >= t.Patience*t.EvalEvery
}

// stopped saves the last complete update if the run was asked to stop.
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

// after does the evaluation and the checkpoint that are due after update n.
func (t *Trainer) after(ctx context.Context, n int) error {
	if n == 0 {
		return nil
	}
	if t.state.Evaluated < n && (n == t.Steps || t.EvalEvery > 0 && n%t.EvalEvery == 0) {
		if err := t.evaluate(ctx, n); err != nil {
			return errors.WithMessagef(err, "evaluation after update %d", n)
		}
	}
	if t.saved < n && (t.ended(n) || t.better || t.SaveEvery.due(n, t.lastSave)) {
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

// Smooth returns the smoothed loss after update n = 1, 2, …, given that after the update before. It is
// the mean of all losses so far with weights that fall by a tenth with each update of age. That is
// Adam's moving average with its correction of the bias.
func Smooth(n int, before, loss float64) float64 {
	const fall = 1. / 10
	share := fall / (1 - math.Pow(1-fall, float64(n)))
	return before + share*(loss-before)
}

// updated advances the state to update n.
func (t *Trainer) updated(n int, res Result, took time.Duration) {
	t.state.Step = n
	t.state.Tokens += int64(res.Tokens)
	t.state.Seconds += took.Seconds()
	t.state.Smoothed = Smooth(n, t.state.Smoothed, res.Loss)
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
	t.saved = min(t.saved, n-1) // a checkpoint saved before the evaluation does not include it
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

// sameWeights returns an error unless all ranks have the same weights.
func (t *Trainer) sameWeights() error {
	if t.Group.Size() == 1 {
		return nil
	}
	return t.Group.Same("weights", t.Optimizer.Store.Digest())
}

// rate returns the loss and the main measure of the evaluation after update n.
func (t *Trainer) rate(n int, metrics []Metric) Best {
	b := Best{Step: n, Value: metrics[0].Value}
	for _, m := range metrics {
		if t.Highest != "" && m.Name == t.Highest {
			b.Value, b.Loss = m.Value, metrics[0].Value
		}
	}
	return b
}

// better reports whether b is better than other, the best evaluation so far. If the measures are
// equal, the lower loss decides.
func (b Best) better(other Best, highest bool) bool {
	switch {
	case other.Step == 0:
		return true
	case highest:
		return b.Value > other.Value || b.Value == other.Value && b.Loss < other.Loss
	}
	return b.Value < other.Value
}
