package train

import (
	"time"

	"gorgpt/dist"
	"gorgpt/graph"
	"gorgpt/optim"
)

// Auto stands for a number that is chosen to fit model and data. No option that may
// have it has a use for negative numbers.
const Auto = -1

// Options are what runs of all kinds have. A run never changes them.
// Options are safe for concurrent use as long as nothing changes them.
type Options struct {
	Steps   int     `json:"steps"`            // updates
	Epochs  int     `json:"epochs,omitempty"` // passes over the data, which decide on Steps; 0: Steps is given
	Batch   int     `json:"batch"`            // sequences or examples an update
	Micro   int     `json:"micro"`            // of them computed at a time
	LR      float64 `json:"lr"`               // highest learning rate
	L2      float64 `json:"l2"`               // decoupled weight decay
	Clip    float64 `json:"clip"`             // largest gradient norm; 0: no clipping
	Dropout float64 `json:"dropout"`
	Seed    int64   `json:"seed"`

	// AllowUnknown accepts a text of which the vocabulary cannot spell half; see
	// [Options.CheckUnknown].
	AllowUnknown bool `json:"allow_unknown,omitempty"`

	EvalEvery int `json:"eval_every"` // updates between evaluations; 0: only at the end

	Housekeeping `json:"-"`
	Out          string `json:"-"` // run folder; "": runs/<name>
	Force        bool   `json:"-"` // write into a folder that is not empty
	Resume       string `json:"-"` // run folder to resume; "": a new run
	Config       string `json:"-"` // file that the options came from, which the run must not remove; "": none

	Group *dist.Group `json:"-"` // ranks that do the run together; nil: this process alone
}

// Housekeeping says when a run reports and what it keeps. It does not change what is
// computed, and may differ when a run is resumed.
// A Housekeeping is safe for concurrent use as long as nothing changes it.
type Housekeeping struct {
	LogEvery    int   `json:"log_every"`              // updates between lines of progress
	SaveEvery   Every `json:"save_every"`             // between checkpoints
	Keep        int   `json:"keep"`                   // newest checkpoints that are kept, in addition to the best; 0: none is written
	SampleEvery int   `json:"sample_every,omitempty"` // updates between samples of text; 0: only at the end
	History     int   `json:"history,omitempty"`      // earlier states of the weights that are kept, at halves of the updates; see [Milestones]
}

// DefaultHousekeeping logs after every so many updates.
func DefaultHousekeeping(logEvery int) Housekeeping {
	return Housekeeping{LogEvery: logEvery, SaveEvery: Every{Time: 10 * time.Minute}, Keep: 2}
}

// Check refuses values that cannot work.
func (o Options) Check() error {
	for _, x := range []struct {
		field        string
		value, least int
	}{
		{"Steps", o.Steps, 0}, {"Epochs", o.Epochs, Auto}, {"Batch", o.Batch, 1}, {"Micro", o.Micro, 1},
		{"EvalEvery", o.EvalEvery, 0}, {"LogEvery", o.LogEvery, 0}, {"Keep", o.Keep, 0}, {"SampleEvery", o.SampleEvery, 0}, {"History", o.History, 0},
	} {
		if x.value != Auto && x.value < x.least {
			return BadOption("{"+x.field+"} must be at least %d, not %d", x.least, x.value)
		}
	}
	for _, x := range []struct {
		field string
		value float64
	}{{"LR", o.LR}, {"L2", o.L2}, {"Clip", o.Clip}} {
		if x.value != Auto && !(x.value >= 0 && x.value < 1e6) {
			return BadOption("{"+x.field+"} must be between 0 and 1e6, not %v", x.value)
		}
	}
	if o.Dropout != Auto && !(o.Dropout >= 0 && o.Dropout < 1) {
		return BadOption("{Dropout} must be at least 0 and less than 1, not %v", o.Dropout)
	}
	return nil
}

// CheckRanks refuses a batch that cannot be divided among all ranks.
func (o Options) CheckRanks() error {
	if n := o.Group.Size(); o.Batch < n {
		return BadOption("{Batch} %d cannot be divided among %d ranks: it must be at least %d", o.Batch, n, n)
	}
	return nil
}

// Share is how many sequences or examples of a batch the rank with the most computes, and
// ShareMicro how many of them at a time.
func (o Options) Share() int { n := o.Group.Size(); return (o.Batch + n - 1) / n }

// ShareMicro is described at [Options.Share].
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

// UpdateGraph is the graph of the update, for looking at it.
func (o Options) UpdateGraph(store *graph.Store) (*graph.Graph, error) {
	opt, err := optim.New(store, o.Adam())
	if err != nil {
		return nil, err
	}
	return opt.Graph(), nil
}

// Trainer is the loop over the updates of a task whose parameters are in a store.
func (o Options) Trainer(task Task, store *graph.Store, schedule optim.Schedule, observers ...Observer) (*Trainer, error) {
	opt, err := optim.New(store, o.Adam())
	return &Trainer{
		Task: task, Optimizer: opt, Schedule: schedule, Steps: o.Steps, EvalEvery: o.EvalEvery, Seed: o.Seed,
		SaveEvery: o.SaveEvery, Observers: observers, Group: o.Group,
	}, err
}
