package ablate

import (
	"gorgpt/finetune"
	"gorgpt/internal/results"
	"gorgpt/train"
)

// ID identifies a run by everything that determines its scores.
type ID struct {
	Variant string           `json:"variant"`
	Model   string           `json:"model_digest"` // digest of shape, weights and vocabulary
	Data    string           `json:"data_digest"`  // digest of all rows
	Options finetune.Options `json:"settings"`
	Fitted  bool             `json:"fitted,omitempty"` // predictions are fitted to the development rows; earlier versions did so only with Keep
}

// key omits paths of files and other options that do not affect the scores.
func (id ID) key() ID {
	s := &id.Options
	s.Model, s.Data, s.Train, s.Dev, s.Test, s.Local = "", "", "", "", "", nil
	s.Strict, s.Derived = false, ""
	s.Out, s.Config, s.Force, s.Housekeeping = "", "", false, train.Housekeeping{}
	return id
}

// Result is the result of a completed run.
type Result struct {
	ID
	Rows     int                       `json:"training_rows"`
	Score    results.Number            `json:"score"`    // accuracy on the test rows, or Pearson's correlation
	Baseline results.Number            `json:"baseline"` // score of the majority; 0 for a correlation
	Dev      map[string]results.Number `json:"dev,omitempty"`
	Test     map[string]results.Number `json:"test"`             // all measures
	Report   *finetune.Report          `json:"report,omitempty"` // of the test rows; nil for a fold and in lines of earlier versions
	Logits   [][]float32               `json:"logits,omitempty"` // of a fold's test rows; nil for a row that was left out
	Seconds  float64                   `json:"seconds"`
}

// Log is the file of completed runs.
type Log = results.Log[ID, Result]

// OpenLog creates the folder if it is missing and checks that its log can be read.
func OpenLog(dir string) (*Log, error) {
	return results.Open(dir, func(r Result) ID { return r.key() })
}
