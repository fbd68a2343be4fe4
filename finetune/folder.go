package finetune

import (
	"fmt"
	"os"

	"gorgpt/gpt1"
	"gorgpt/train"
)

// PredictionsFile is the file of a run folder that holds the predictions for the held-out rows.
const PredictionsFile = "predictions.tsv"

// folder creates the run folder.
func (p *Plan) folder() (*train.Folder, error) {
	if err := p.o.CheckOut(); err != nil { // the model may not have been known before
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

// CheckOut returns an error for a run folder that cannot be used, such as the model's own. Call it
// before work that takes long.
func (o Options) CheckOut() error {
	if o.Out != "" && o.Model != "" {
		out, err := os.Stat(o.Out)
		model, modelErr := os.Stat(o.Folder(o.Model))
		if err == nil && modelErr == nil && os.SameFile(out, model) {
			return train.BadOption("{Out} %s is the folder of the model to fine-tune: name another folder", o.Out)
		}
	}
	return o.Options.CheckOut(o.place())
}

// place describes where the run folder goes.
func (o Options) place() train.Place {
	return train.Place{Command: Command, Dataset: o.Dataset, Inputs: []string{o.Model, o.Train, o.Dev, o.Test, o.Data, o.Config}}
}

// shapeName returns the preset with the shape of a model, or a name made of the model's width.
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
