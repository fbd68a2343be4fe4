package train

import (
	"time"

	"gorgpt/dist"
	"gorgpt/graph"
	"gorgpt/optim"
)

// Auto stands for a number that the run chooses to fit the model and the data. Options that
// accept it have no valid negative values.
const Auto = -1

// Options are the options that all kinds of runs share. A run never changes them.
// Options are safe for concurrent use as long as nothing changes them.
type Options struct {
	Steps   int     `json:"steps"`            // updates
	Epochs  int     `json:"epochs,omitempty"` // passes over the data, which determine Steps; 0: Steps is given
	Batch   int     `json:"batch"`            // sequences or examples per update
	Micro   int     `json:"micro"`            // sequences or examples computed at a time
	LR      float64 `json:"lr"`               // highest learning rate
	L2      float64 `json:"l2"`               // decoupled weight decay
	Clip    float64 `json:"clip"`             // largest gradient norm; 0: no clipping
	Dropout float64 `json:"dropout"`
	Seed    int64   `json:"seed"`

	// AllowUnknown accepts a text even if the vocabulary cannot spell half of it; see
	// [Options.CheckUnknown].
	AllowUnknown bool `json:"allow_unknown,omitempty"`

	EvalEvery int `json:"eval_every"`         // updates between evaluations; 0: only at the end
	Patience  int `json:"patience,omitempty"` // evaluations since the best one after which the run ends early; 0: it does not

	// Derived names the settings that the run chose by itself; see [Derive].
	Derived string `json:"derived,omitempty"`

	Housekeeping `json:"-"`
	Out          string `json:"-"` // run folder; "": runs/<name>
	Force        bool   `json:"-"` // write into a folder that is not empty
	Resume       string `json:"-"` // run folder to resume; "": a new run
	Extend       bool   `json:"-"` // Resume names a completed run, which these options continue
	Config       string `json:"-"` // file with the options, which the run must not remove; "": none

	Group *dist.Group `json:"-"` // ranks of the run; nil: only this process
}

// Housekeeping says when a run reports and which files it keeps. It does not affect the result,
// and may change when a run is resumed.
// A Housekeeping is safe for concurrent use as long as nothing changes it.
type Housekeeping struct {
	LogEvery    int   `json:"log_every"`              // updates between progress lines
	SaveEvery   Every `json:"save_every"`             // interval between checkpoints
	Checkpoints Keep  `json:"keep"`                   // those to keep; 0: write none
	SampleEvery int   `json:"sample_every,omitempty"` // updates between samples of text; 0: only at the end
	History     int   `json:"history,omitempty"`      // earlier states of the weights to keep; see [Milestones]
}

// DefaultHousekeeping returns the default housekeeping, with a progress line every logEvery
// updates.
func DefaultHousekeeping(logEvery int) Housekeeping {
	return Housekeeping{LogEvery: logEvery, SaveEvery: Every{Time: 10 * time.Minute}, Checkpoints: 2}
}

// Check returns an error if a value is out of its range.
func (o Options) Check() error {
	for _, x := range []struct {
		field        string
		value, least int
		auto         bool // it may be Auto
	}{
		{"Steps", o.Steps, 0, false},
		{"Epochs", o.Epochs, 0, true},
		{"Batch", o.Batch, 1, true},
		{"Micro", o.Micro, 1, true},
		{"EvalEvery", o.EvalEvery, 0, true},
		{"Patience", o.Patience, 0, true},
		{"LogEvery", o.LogEvery, 0, false},
		{"SampleEvery", o.SampleEvery, 0, false},
		{"History", o.History, 0, false},
	} {
		if x.value < x.least && !(x.auto && x.value == Auto) {
			return BadOption("{"+x.field+"} must be at least %d, not %d", x.least, x.value)
		}
	}
	for _, x := range []struct {
		field string
		value float64
		auto  bool
	}{{"LR", o.LR, true}, {"L2", o.L2, false}, {"Clip", o.Clip, false}} {
		if !(x.value >= 0 && x.value < 1e6) && !(x.auto && x.value == Auto) {
			return BadOption("{"+x.field+"} must be between 0 and 1e6, not %v", x.value)
		}
	}
	if err := o.CheckPatience(); err != nil {
		return err
	}
	if o.Dropout != Auto && !(o.Dropout >= 0 && o.Dropout < 1) {
		return BadOption("{Dropout} must be at least 0 and less than 1, not %v", o.Dropout)
	}
	return nil
}

// CheckPatience returns an error if the run can never end early although it should.
func (o Options) CheckPatience() error {
	if o.Patience > 0 && o.EvalEvery == 0 {
		return BadOption("{Patience} counts evaluations, but {EvalEvery} is 0: set it to the updates between evaluations")
	}
	if o.Patience > 0 && o.Checkpoints == 0 {
		return BadOption("{Patience} keeps the weights of the best evaluation, but {Checkpoints} is 0: set it to 1 or more")
	}
	return nil
}

// CheckRanks returns an error if the batch is smaller than the number of ranks.
func (o Options) CheckRanks() error {
	if n := o.Group.Size(); o.Batch < n {
		return BadOption("{Batch} %d cannot be divided among %d ranks: it must be at least %d", o.Batch, n, n)
	}
	return nil
}

// Share returns the number of sequences or examples of a batch that the busiest rank computes.
func (o Options) Share() int { n := o.Group.Size(); return (o.Batch + n - 1) / n }

// ShareMicro returns how many sequences or examples of its share a rank computes at a time.
func (o Options) ShareMicro() int { return min(o.Micro, o.Share()) }

// Graphs are the names of the graphs of a run: of one micro-batch forwards, the same with
// gradients, and the update.
var Graphs = []string{"step", "forward", "update"}

// BuildOnly says that a graph is wanted and no run: there are no updates.
func (o Options) BuildOnly() bool { return o.Steps == 0 && o.Epochs == 0 }

// Adam are the constants of the update.
func (o Options) Adam() optim.Config {
	adam := optim.Defaults()
	adam.L2, adam.Clip = o.L2, o.Clip
	return adam
}

// UpdateGraph returns the graph of the update of a store, which may be a sketch, for inspection.
func (o Options) UpdateGraph(store *graph.Store) (*graph.Graph, error) {
	g := optim.Declare(store, o.Adam())
	return g, g.Err()
}

// Trainer returns a trainer for a task whose parameters are in the store.
func (o Options) Trainer(task Task, store *graph.Store, schedule optim.Schedule, observers ...Observer) (*Trainer, error) {
	opt, err := optim.New(store, o.Adam())
	return &Trainer{
		Task: task, Optimizer: opt, Schedule: schedule, Steps: o.Steps, EvalEvery: o.EvalEvery, Patience: o.Patience, Seed: o.Seed,
		SaveEvery: o.SaveEvery, Observers: observers, Group: o.Group,
	}, err
}
