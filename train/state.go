package train

import (
	"fmt"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/loaders"
	"gorgpt/optim"
)

// StateFormat is the format of state.json that this program writes. It also reads all earlier ones.
const StateFormat = 1

// State is what a run needs to resume after an update, in addition to weights and moments.
// A State is safe for concurrent use as long as nothing changes it.
type State struct {
	Format    int              `json:"format"`          // see [StateFormat]; 0: older than format numbers
	Step      int              `json:"step"`            // updates done
	Tokens    int64            `json:"tokens"`          // so far
	Seconds   float64          `json:"elapsed_s"`       // spent in updates and evaluations
	Smoothed  float64          `json:"smoothed_loss"`   // see [Update]
	Evaluated int              `json:"evaluated"`       // the update before the last evaluation
	Best      Best             `json:"best_evaluation"` // so far
	Schedule  string           `json:"schedule"`
	Random    Random           `json:"random"`
	Data      loaders.Position `json:"data"` // the next data
}

// Best is the evaluation with the lowest loss or, if Trainer.Highest names a measure, with the
// highest value of it.
// A Best is safe for concurrent use as long as nothing changes it.
type Best struct {
	Step  int     `json:"step"` // 0: no evaluation yet
	Value float64 `json:"value"`
	Loss  float64 `json:"loss,omitempty"` // only if Value is not the loss
}

// Random is the state of the random number generators. Dropout masks depend on the update, the
// order of the data on epoch and position, so there is no hidden state.
// A Random is safe for concurrent use as long as nothing changes it.
type Random struct {
	Generator string `json:"generator"`
	Seed      int64  `json:"seed"`
	Step      int    `json:"step"` // update of the last masks
}

// generator is the random number generator of the dropout masks.
const generator = "philox4x32-10"

// describe returns the type of a schedule and its numbers.
func describe(s optim.Schedule) string { return fmt.Sprintf("%T%+v", s, s) }

// began reports whether the schedule is that of the state, or an extension of it that has not changed any
// rate so far.
func began(s State, schedule optim.Schedule) bool {
	if x, extended := schedule.(optim.Extended); extended && s.Step <= x.From && began(s, x.First) {
		return true
	}
	return s.Schedule == describe(schedule)
}

// Resume sets the trainer to a state. The weights and moments must already be those after its
// update.
func (t *Trainer) Resume(s State) error {
	if err := checkpoint.CheckFormat("state.json", s.Format, StateFormat); err != nil {
		return err
	}
	want := Random{Generator: generator, Seed: t.Seed, Step: s.Step}
	switch {
	case s.Step < 0 || s.Step > t.Steps:
		return errors.Errorf("the checkpoint was saved after update %d, but the run has only %d", s.Step, t.Steps)
	case !began(s, t.Schedule):
		return errors.Errorf("the checkpoint has the schedule %s, but this run has %s", s.Schedule, describe(t.Schedule))
	case s.Random != want:
		return errors.Errorf("the checkpoint has the random state %+v, but this run has %+v", s.Random, want)
	}
	if err := t.Task.Seek(s.Step, s.Data); err != nil {
		return errors.WithMessage(err, "resuming the data")
	}
	t.Optimizer.T, t.state, t.saved = s.Step, s, s.Step
	return nil
}

// State returns the state after the last complete update.
func (t *Trainer) State() State {
	s := t.state
	s.Format = StateFormat
	s.Schedule = describe(t.Schedule)
	s.Random = Random{Generator: generator, Seed: t.Seed, Step: s.Step}
	return s
}
