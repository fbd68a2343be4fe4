package finetune

import (
	"gorgpt/heads"
	"gorgpt/train"
)

// Settings are all that decides on a run; run.json keeps them.
type Settings struct {
	Task       heads.Kind `json:"task"`
	Regression bool       `json:"regression,omitempty"` // similarity by score
	Model      string     `json:"model,omitempty"`      // folder to start from
	Preset     string     `json:"preset,omitempty"`     // shape, when there is no folder
	Scratch    bool       `json:"scratch,omitempty"`    // start from random weights
	Train      string     `json:"train"`
	Dev        string     `json:"dev,omitempty"`
	Test       string     `json:"test,omitempty"`
	Limit      int        `json:"limit,omitempty"` // training rows; 0: all
	Warmup     float64    `json:"warmup"`          // share of the updates
	Lambda     float64    `json:"lambda"`          // weight of L1 in L3
	train.Settings
}

// Defaults are the paper's recipe (section 4.1). What is [train.Auto] is chosen to fit
// model and data.
func Defaults() *Settings {
	return &Settings{
		Warmup: 0.002, Lambda: 0.5,
		Settings: train.Settings{
			Epochs: 3, Batch: 32, Micro: train.Auto, LR: train.Auto, L2: 0.01, Clip: 1, Dropout: train.Auto, Seed: 1,
			EvalEvery: train.Auto, LogEvery: 10,
		},
	}
}

// Kind is the task that Task and Regression ask for.
func (s *Settings) Kind() heads.Kind {
	if s.Regression {
		return heads.Regression
	}
	return s.Task
}

// fit chooses what is left to depend on model and data.
func (s *Settings) fit(task *Task) {
	// Small models need larger steps.
	lr, sequences := 6.25e-5, 4
	if task.Tuner.Model.NEmbd < 768 {
		lr, sequences = 5e-4, 16
	}
	if s.LR == train.Auto {
		s.LR = lr
	}
	if s.Micro == train.Auto {
		s.Micro = max(sequences/task.Spec.Sequences(), 1)
	}
	s.Micro = min(s.Micro, s.Batch)
	if s.Epochs > 0 {
		s.Steps = task.Steps(s.Epochs)
	}
	if s.EvalEvery == train.Auto {
		s.EvalEvery = task.Steps(1)
	}
}
