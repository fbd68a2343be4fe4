package ablate

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/internal/atomicfile"
	"gorgpt/train"
)

// LogFile is the file of a run folder that a [Log] is kept in.
const LogFile = "results.jsonl"

// ID is all that decides on the figures of a run.
type ID struct {
	Variant  string            `json:"variant"`
	Model    string            `json:"model_digest"` // of shape, weights and vocabulary
	Data     string            `json:"data_digest"`  // of all rows
	Settings finetune.Settings `json:"settings"`
}

// key leaves out where files are, and what else does not change the figures.
func (id ID) key() ID {
	s := &id.Settings
	s.Model, s.Data, s.Train, s.Dev, s.Test = "", "", "", "", ""
	s.Strict, s.Seeds = false, 0
	s.Out, s.Dot, s.Force, s.Upkeep = "", "", false, train.Upkeep{}
	return id
}

// Result is a finished run.
type Result struct {
	ID
	Rows     int                `json:"training_rows"`
	Score    float64            `json:"score"`    // accuracy on the test rows, or Pearson's correlation
	Baseline float64            `json:"baseline"` // that of the majority, or 0
	Dev      map[string]float64 `json:"dev,omitempty"`
	Test     map[string]float64 `json:"test"` // every measure
	Seconds  float64            `json:"seconds"`
}

// Log is the file of finished runs, a line each. Runs of other grids may be in it, too.
type Log struct{ path string }

// OpenLog makes the folder if it is not there, and checks that its log can be read.
func OpenLog(dir string) (*Log, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, errors.Wrap(err, "-out")
	}
	l := &Log{filepath.Join(dir, LogFile)}
	_, err := l.results()
	return l, err
}

// results reads the finished runs. Where two lines are of the same run, the first counts.
func (l *Log) results() (map[ID]Result, error) {
	data, err := os.ReadFile(l.path)
	if err != nil && !os.IsNotExist(err) {
		return nil, errors.Wrap(err, "reading earlier results")
	}
	all := map[ID]Result{}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var r Result
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, errors.Wrapf(err, "%s:%d: this is no finished run: remove the line, or name another folder with -out", l.path, i+1)
		}
		if _, found := all[r.key()]; !found {
			all[r.key()] = r
		}
	}
	return all, nil
}

// add appends a run. The file is read anew, as another process may use it.
func (l *Log) add(r Result) error {
	line, err := json.Marshal(r)
	if err != nil {
		return errors.Wrap(err, LogFile)
	}
	data, err := os.ReadFile(l.path)
	if err != nil && !os.IsNotExist(err) {
		return errors.Wrap(err, LogFile)
	}
	return atomicfile.WriteFile(l.path, append(append(data, line...), '\n'))
}
