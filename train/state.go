package train

import (
	"fmt"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/loaders"
	"gorgpt/optim"
)

// StateFormat is the format of state.json that this program writes. It reads that and all before.
const StateFormat = 1

// State is what a run needs to go on after an update, beside weights and moments.
// A State is safe for concurrent use as long as nothing changes it.
type State struct {
	Format    int              `json:"format"`          // see [StateFormat]; 0: from before there were numbers
	Step      int              `json:"step"`            // updates done
	Tokens    int64            `json:"tokens"`          // so far
	Seconds   float64          `json:"elapsed_s"`       // spent in updates and evaluations
	Smoothed  float64          `json:"smoothed_loss"`   // see [Update]
	Evaluated int              `json:"evaluated"`       // the update after which was evaluated last
	Best      Best             `json:"best_evaluation"` // of all
	Schedule  string           `json:"schedule"`
	Random    Random           `json:"random"`
	Data      loaders.Position `json:"data"` // what is drawn next
}

// Best is the evaluation with the lowest loss or, if the trainer says so, with the highest
// measure.
// A Best is safe for concurrent use as long as nothing changes it.
type Best struct {
	Step  int     `json:"step"` // 0: there was none yet
	Value float64 `json:"value"`
	Loss  float64 `json:"loss,omitempty"` // beside a measure
}

// Random is where the generators of random numbers stand. Those of dropout count in updates,
// those of the data in epochs and places, so there is no hidden state.
// A Random is safe for concurrent use as long as nothing changes it.
type Random struct {
	Generator string `json:"generator"`
	Seed      int64  `json:"seed"`
	Step      int    `json:"step"` // of the last masks
}

// generator is that of the dropout masks.
const generator = "philox4x32-10"

// describe writes down a schedule with its numbers.
func describe(s optim.Schedule) string { return fmt.Sprintf("%T%+v", s, s) }

// Resume sets the trainer to a state; weights and moments are those of this update already.
func (t *Trainer) Resume(s State) error {
	if err := checkpoint.CheckFormat("state.json", s.Format, StateFormat); err != nil {
		return err
	}
	want := Random{Generator: generator, Seed: t.Seed, Step: s.Step}
	switch {
	case s.Step < 0 || s.Step > t.Steps:
		return errors.Errorf("the checkpoint is of update %d, the run has %d", s.Step, t.Steps)
	case s.Schedule != describe(t.Schedule):
		return errors.Errorf("the checkpoint is of a run with the schedule %s, this one has %s", s.Schedule, describe(t.Schedule))
	case s.Random != want:
		return errors.Errorf("the checkpoint has the random numbers %+v, this run %+v", s.Random, want)
	}
	if err := t.Task.Seek(s.Step, s.Data); err != nil {
		return errors.WithMessage(err, "going on in the data")
	}
	t.Optimizer.T, t.state, t.saved = s.Step, s, s.Step
	return nil
}

// State is that of the last whole update.
func (t *Trainer) State() State {
	s := t.state
	s.Format = StateFormat
	s.Schedule = describe(t.Schedule)
	s.Random = Random{Generator: generator, Seed: t.Seed, Step: s.Step}
	return s
}
