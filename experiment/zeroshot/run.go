package zeroshot

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Run is a pre-training run with the kept states of its model.
type Run struct {
	Name   string // name in tables and pictures
	States []State
}

// State is a model folder.
type State struct {
	Step int // number of updates done; 0: not known
	Dir  string
}

// Known reports whether any state of the runs is after a known number of updates.
func Known(runs []Run) bool {
	return slices.ContainsFunc(runs, func(r Run) bool {
		return slices.ContainsFunc(r.States, func(s State) bool { return s.Step > 0 })
	})
}

// read reads the model of a state with its tokenizer and a digest of both.
func (s State) read(d graph.Dtype) (*gpt1.Model, *tokenizer.Tokenizer, string, error) {
	m, tok, _, err := checkpoint.ReadFolderAs(s.Dir, 0, d)
	if err != nil {
		return nil, nil, "", err
	}
	digest, err := (&finetune.Base{Model: m, Tok: tok}).Digest()
	return m, tok, digest, err
}

// Find lists the states of the run in a folder in order: those of its history and that of the folder, which
// is the last one unless the run kept the weights of an earlier evaluation. Any other folder of a model is one
// state.
func Find(dir string) (Run, error) {
	r := Run{Name: filepath.Base(filepath.Clean(dir))}
	if _, err := os.Stat(filepath.Join(dir, train.RecordFile)); errors.Is(err, fs.ErrNotExist) {
		r.States = []State{{Dir: dir}}
		return r, nil
	}
	record, err := train.ReadRecord(dir)
	if err != nil {
		return r, train.InOption("Model", err)
	}
	var settings struct{ Steps int }
	if err := json.Unmarshal(record.Settings, &settings); err != nil {
		return r, errors.Wrap(err, filepath.Join(dir, train.RecordFile))
	}
	if !record.Completed {
		return r, train.BadOption("{Model} %s is a run that is not completed: complete it first with {Resume}", dir)
	}
	history := filepath.Join(dir, train.HistoryFolder)
	steps, err := checkpoint.StepsIn(history)
	if err != nil {
		return r, err
	}
	for _, step := range steps {
		r.States = append(r.States, State{step, filepath.Join(history, checkpoint.StepName(step))})
	}
	last := cmp.Or(record.Kept, settings.Steps)
	r.States = slices.DeleteFunc(r.States, func(s State) bool { return s.Step == last })
	r.States = append(r.States, State{last, dir})
	slices.SortStableFunc(r.States, func(a, b State) int { return a.Step - b.Step })
	return r, nil
}
