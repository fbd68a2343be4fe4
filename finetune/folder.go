package finetune

import (
	"fmt"
	"os"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/train"
)

const predictionsFile = "predictions.tsv"

// folder makes the run folder, which is not the model's own.
func (j *Job) folder() (*train.Folder, error) {
	if j.Out != "" && j.Model != "" {
		out, err := os.Stat(j.Out)
		model, modelErr := os.Stat(j.Model)
		if err == nil && modelErr == nil && os.SameFile(out, model) {
			return nil, errors.Errorf("-out %s is the folder of the model that is fine-tuned: name another", j.Out)
		}
	}
	what := string(j.Task)
	if j.Dataset != "" {
		what = j.Dataset
	}
	return j.NewFolder(fmt.Sprintf("%s-%s", shapeName(j.model.Config), what))
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
