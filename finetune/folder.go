package finetune

import (
	"fmt"
	"os"

	"gorgpt/gpt1"
	"gorgpt/train"
)

const predictionsFile = "predictions.tsv"

// folder makes the run folder.
func (j *Job) folder() (*train.Folder, error) {
	if err := j.CheckOut(); err != nil { // the model may be known only now
		return nil, err
	}
	p := j.place()
	what := string(j.Task)
	if j.Dataset != "" {
		what = j.Dataset
	}
	p.Name = fmt.Sprintf("%s-%s", shapeName(j.model.Config), what)
	return j.NewFolder(p)
}

// CheckOut refuses a run folder that cannot be used, among them that of the model itself. It is
// for saying so before work that takes long.
func (s *Settings) CheckOut() error {
	if s.Out != "" && s.Model != "" {
		out, err := os.Stat(s.Out)
		model, modelErr := os.Stat(s.Model)
		if err == nil && modelErr == nil && os.SameFile(out, model) {
			return train.BadOption("{Out} %s is the folder of the model that is fine-tuned: name another", s.Out)
		}
	}
	return s.Options.CheckOut(s.place())
}

// place is where the run is to be.
func (s *Settings) place() train.Place {
	return train.Place{Command: Command, Dataset: s.Dataset, Inputs: []string{s.Model, s.Train, s.Dev, s.Test, s.Data, s.Config}}
}

// shapeName is the preset that a model has the shape of, or its width.
func shapeName(c gpt1.Config) string {
	if c.IsLSTM() {
		return fmt.Sprintf("lstm%d", c.NUnits)
	}
	for _, name := range gpt1.PresetNames() {
		p, err := gpt1.Preset(name)
		if err == nil && p.NLayer == c.NLayer && p.NHead == c.NHead && p.NEmbd == c.NEmbd {
			return name
		}
	}
	return fmt.Sprintf("width%d", c.NEmbd)
}
