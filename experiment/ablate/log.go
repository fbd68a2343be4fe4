package ablate

import (
	"gorgpt/finetune"
	"gorgpt/internal/results"
	"gorgpt/train"
)

// ID is all that decides on the figures of a run.
type ID struct {
	Variant string           `json:"variant"`
	Model   string           `json:"model_digest"` // of shape, weights and vocabulary
	Data    string           `json:"data_digest"`  // of all rows
	Options finetune.Options `json:"settings"`
}

// key leaves out where files are, and what else does not change the figures.
func (id ID) key() ID {
	s := &id.Options
	s.Model, s.Data, s.Train, s.Dev, s.Test = "", "", "", "", ""
	s.Strict = false
	s.Out, s.Config, s.Force, s.Housekeeping = "", "", false, train.Housekeeping{}
	return id
}

// Result is a finished run.
type Result struct {
	ID
	Rows     int                       `json:"training_rows"`
	Score    results.Number            `json:"score"`    // accuracy on the test rows, or Pearson's correlation
	Baseline results.Number            `json:"baseline"` // that of the majority, or 0
	Dev      map[string]results.Number `json:"dev,omitempty"`
	Test     map[string]results.Number `json:"test"` // every measure
	Seconds  float64                   `json:"seconds"`
}

// Log is the file of finished runs.
type Log = results.Log[ID, Result]

// OpenLog makes the folder if it is not there, and checks that its log can be read.
func OpenLog(dir string) (*Log, error) {
	return results.Open(dir, func(r Result) ID { return r.key() })
}
