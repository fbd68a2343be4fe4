package finetune

import (
	"fmt"
	"os"

	"gorgpt/gpt1"
	"gorgpt/train"
)

const predictionsFile = "predictions.tsv"

// folder makes the run folder.
func (p *Plan) folder() (*train.Folder, error) {
	if err := p.o.CheckOut(); err != nil { // the model may be known only now
		return nil, err
	}
	place := p.o.place()
	what := string(p.o.Task)
	if p.o.Dataset != "" {
		what = p.o.Dataset
	}
	place.Name = fmt.Sprintf("%s-%s", shapeName(p.model.Config), what)
	return p.o.NewFolder(place)
}

// CheckOut refuses a run folder that cannot be used, among them that of the model itself. It is
// for saying so before work that takes long.
func (o Options) CheckOut() error {
	if o.Out != "" && o.Model != "" {
		out, err := os.Stat(o.Out)
		model, modelErr := os.Stat(o.Model)
		if err == nil && modelErr == nil && os.SameFile(out, model) {
			return train.BadOption("{Out} %s is the folder of the model that is fine-tuned: name another", o.Out)
		}
	}
	return o.Options.CheckOut(o.place())
}

// place is where the run is to be.
func (o Options) place() train.Place {
	return train.Place{Command: Command, Dataset: o.Dataset, Inputs: []string{o.Model, o.Train, o.Dev, o.Test, o.Data, o.Config}}
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
