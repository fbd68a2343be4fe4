package train

import (
	"context"
	"fmt"
	"time"

	"github.com/pkg/errors"

	"gorgpt/optim"
)

// Task is what is trained.
type Task interface {
	// Accumulate adds the gradients of update n = 1, 2, … to the store.
	Accumulate(ctx context.Context, n int) (Result, error)
	// Evaluate measures the model on held-out data; nil if there is none.
	Evaluate(ctx context.Context) ([]Metric, error)
}

// Result is what one batch gave.
type Result struct {
	Loss   float64  // the cost, mean over the batch
	Tokens int      // computed, padding not counted
	More   []Metric // further values for the metrics file
}

// Metric is one named value.
type Metric struct {
	Name  string
	Value float64
}

// Update is what happened in one update.
type Update struct {
	Step     int // from 1
	Loss, LR float64
	GradNorm float64 // before clipping
	Tokens   int64   // so far
	TokS     float64 // tokens a second in this update
	Elapsed  time.Duration
	More     []Metric
}

// Observer is told about the progress of a run.
type Observer interface {
	Updated(Update) error
	Evaluated(step int, m []Metric) error
}

// Trainer runs updates.
type Trainer struct {
	Task      Task
	Optimizer *optim.Optimizer
	Schedule  optim.Schedule
	Steps     int // updates in all
	EvalEvery int // 0: only at the end
	Observers []Observer

	tokens  int64
	elapsed time.Duration // spent in updates and evaluations
}

// Interrupted tells that a run was asked to stop. The parameters are those after
// the last whole update.
type Interrupted struct{ Step, Steps int }

func (e Interrupted) Error() string {
	return fmt.Sprintf("stopped after update %d of %d", e.Step, e.Steps)
}

// Is makes an interruption a cancellation.
func (e Interrupted) Is(target error) bool { return target == e || target == context.Canceled }

// Run trains from the optimizer's update count to Steps. When ctx ends, the
// update at hand is dropped and the error is Interrupted.
func (t *Trainer) Run(ctx context.Context) error {
	for n := t.Optimizer.T + 1; n <= t.Steps; n++ {
		err := t.update(ctx, n)
		if err == nil && (n == t.Steps || t.EvalEvery > 0 && n%t.EvalEvery == 0) {
			err = t.evaluate(ctx, n)
		}
		if err != nil {
			if ctx.Err() != nil {
				return Interrupted{t.Optimizer.T, t.Steps}
			}
			return errors.WithMessagef(err, "update %d", n)
		}
	}
	return nil
}

func (t *Trainer) update(ctx context.Context, n int) error {
	start := time.Now()
	res, err := t.Task.Accumulate(ctx, n)
	if err != nil {
		return err
	}
	lr := t.Schedule.Rate(n)
	if err := t.Optimizer.Step(lr); err != nil {
		return err
	}
	took := time.Since(start)
	t.tokens += int64(res.Tokens)
	t.elapsed += took
	u := Update{
		Step: n, Loss: res.Loss, LR: lr, GradNorm: t.Optimizer.Norm(), Tokens: t.tokens,
		TokS: float64(res.Tokens) / took.Seconds(), Elapsed: t.elapsed, More: res.More,
	}
	for _, o := range t.Observers {
		if err := o.Updated(u); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trainer) evaluate(ctx context.Context, n int) error {
	start := time.Now()
	metrics, err := t.Task.Evaluate(ctx)
	t.elapsed += time.Since(start)
	if err != nil || len(metrics) == 0 {
		return err
	}
	for _, o := range t.Observers {
		if err := o.Evaluated(n, metrics); err != nil {
			return err
		}
	}
	return nil
}
