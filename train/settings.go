package train

import (
	"gorgpt/graph"
	"gorgpt/optim"
)

// Auto stands for a number that is chosen to fit model and data. No setting that may
// have it has a use for negative numbers.
const Auto = -1

// Settings are what runs of all kinds have.
type Settings struct {
	Steps     int     `json:"steps"`            // updates
	Epochs    int     `json:"epochs,omitempty"` // passes over the data, which decide on Steps; 0: Steps is given
	Batch     int     `json:"batch"`            // sequences or examples an update
	Micro     int     `json:"micro"`            // of them computed at a time
	LR        float64 `json:"lr"`               // the highest learning rate
	L2        float64 `json:"l2"`               // decoupled weight decay
	Clip      float64 `json:"clip"`             // the largest gradient norm; 0: no clipping
	Dropout   float64 `json:"dropout"`
	Seed      int64   `json:"seed"`
	EvalEvery int     `json:"eval_every"` // updates between evaluations; 0: only at the end
	LogEvery  int     `json:"-"`          // updates between lines of progress
	Out       string  `json:"-"`          // run folder; "": runs/<name>
	Force     bool    `json:"-"`          // write into a folder that is not empty
	Dot       string  `json:"-"`          // file for the step graph; "": none
}

// BuildOnly tells whether the graph is wanted, and no run.
func (s *Settings) BuildOnly() bool { return s.Steps == 0 && s.Epochs == 0 }

// Trainer is the loop over the updates of a task whose parameters are in a store.
func (s *Settings) Trainer(task Task, store *graph.Store, schedule optim.Schedule, observers ...Observer) (*Trainer, error) {
	adam := optim.Defaults()
	adam.L2, adam.Clip = s.L2, s.Clip
	opt, err := optim.New(store, adam)
	return &Trainer{
		Task: task, Optimizer: opt, Schedule: schedule, Steps: s.Steps, EvalEvery: s.EvalEvery, Observers: observers,
	}, err
}
