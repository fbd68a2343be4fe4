package train

import (
	"time"

	"github.com/pkg/errors"

	"gorgpt/dist"
	"gorgpt/graph"
	"gorgpt/graph/draw"
	"gorgpt/optim"
)

// Auto stands for a number that is chosen to fit model and data. No setting that may
// have it has a use for negative numbers.
const Auto = -1

// Settings are what runs of all kinds have.
// Settings are safe for concurrent use as long as nothing changes them.
type Settings struct {
	Steps   int     `json:"steps"`            // updates
	Epochs  int     `json:"epochs,omitempty"` // passes over the data, which decide on Steps; 0: Steps is given
	Batch   int     `json:"batch"`            // sequences or examples an update
	Micro   int     `json:"micro"`            // of them computed at a time
	LR      float64 `json:"lr"`               // the highest learning rate
	L2      float64 `json:"l2"`               // decoupled weight decay
	Clip    float64 `json:"clip"`             // the largest gradient norm; 0: no clipping
	Dropout float64 `json:"dropout"`
	Seed    int64   `json:"seed"`

	// AllowUnknown trains on a text, and applies a model to one, of which the vocabulary cannot
	// spell half; see [Settings.CheckUnknown].
	AllowUnknown bool `json:"allow_unknown,omitempty"`

	EvalEvery int `json:"eval_every"` // updates between evaluations; 0: only at the end

	Upkeep  `json:"-"`
	Out     string `json:"-"` // run folder; "": runs/<name>
	Force   bool   `json:"-"` // write into a folder that is not empty
	Resume  string `json:"-"` // run folder to go on with; "": a new run
	Config  string `json:"-"` // file with settings
	DryRun  bool   `json:"-"` // only tell what the run needs
	Profile string `json:"-"` // folder for profiles; "": none

	Draw draw.Settings `json:"-"` // what is wanted of the graphs

	Group *dist.Group `json:"-"` // the ranks that do the run together; nil: this process alone
}

// CheckRanks refuses a batch that cannot be divided among all ranks.
func (s *Settings) CheckRanks() error {
	if n := s.Group.Size(); s.Batch < n {
		return errors.Errorf("-batch %d cannot be divided among %d ranks: want at least one for each", s.Batch, n)
	}
	return nil
}

// Share is how many of a batch the rank with the most computes, and ShareMicro how many of
// them at a time.
func (s *Settings) Share() int { n := s.Group.Size(); return (s.Batch + n - 1) / n }

// ShareMicro is described at [Settings.Share].
func (s *Settings) ShareMicro() int { return min(s.Micro, s.Share()) }

// Upkeep is how a run is looked after. It decides on nothing that is computed, and may be
// changed when a run is resumed.
// An Upkeep is safe for concurrent use as long as nothing changes it.
type Upkeep struct {
	LogEvery    int   `json:"log_every"`              // updates between lines of progress
	SaveEvery   Every `json:"save_every"`             // between checkpoints
	Keep        int   `json:"keep"`                   // checkpoints that are kept beside the best; 0: none is written
	SampleEvery int   `json:"sample_every,omitempty"` // updates between samples of text; 0: only at the end
	History     int   `json:"history,omitempty"`      // earlier states of the weights that are kept, at halves of the updates; see [Milestones]
}

// DefaultUpkeep has lines of progress after so many updates.
func DefaultUpkeep(logEvery int) Upkeep {
	return Upkeep{LogEvery: logEvery, SaveEvery: Every{Time: 10 * time.Minute}, Keep: 2}
}

// Graphs are the names of the graphs of a run: of one micro-batch forwards, the same with
// gradients, and the update.
var Graphs = []string{"step", "forward", "update"}

// BuildOnly tells whether a graph is wanted, and no run.
func (s *Settings) BuildOnly() bool { return s.Steps == 0 && s.Epochs == 0 || s.Draw.Profile > 0 }

// WhyBuildOnly names the flag that says so.
func (s *Settings) WhyBuildOnly() string {
	if s.Draw.Profile > 0 {
		return "-dot-profile"
	}
	return "-steps 0"
}

// Adam are the constants of the update.
func (s *Settings) Adam() optim.Config {
	adam := optim.Defaults()
	adam.L2, adam.Clip = s.L2, s.Clip
	return adam
}

// UpdateGraph is the graph of the update, for looking at it.
func (s *Settings) UpdateGraph(store *graph.Store) (*graph.Graph, error) {
	opt, err := optim.New(store, s.Adam())
	if err != nil {
		return nil, err
	}
	return opt.Graph(), nil
}

// Trainer is the loop over the updates of a task whose parameters are in a store.
func (s *Settings) Trainer(task Task, store *graph.Store, schedule optim.Schedule, observers ...Observer) (*Trainer, error) {
	opt, err := optim.New(store, s.Adam())
	return &Trainer{
		Task: task, Optimizer: opt, Schedule: schedule, Steps: s.Steps, EvalEvery: s.EvalEvery, Seed: s.Seed,
		SaveEvery: s.SaveEvery, Observers: observers, Group: s.Group,
	}, err
}
