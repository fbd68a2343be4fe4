package finetune

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/internal/atomicfile"
	"gorgpt/train"
)

const predictionsFile = "predictions.tsv"

// folder makes the run folder, which is not the model's own.
func (j *Job) folder() (string, error) {
	if j.Out != "" && j.Model != "" {
		out, err := os.Stat(j.Out)
		model, modelErr := os.Stat(j.Model)
		if err == nil && modelErr == nil && os.SameFile(out, model) {
			return "", errors.Errorf("-out %s is the folder of the model that is fine-tuned: name another", j.Out)
		}
	}
	return train.NewFolder(j.Out, fmt.Sprintf("%s-%s", shapeName(j.model.Config), j.Task), j.Force)
}

// shapeName is the preset that a model has the shape of, or its width.
func shapeName(c gpt1.Config) string {
	for _, name := range gpt1.PresetNames() {
		p, err := gpt1.Preset(name)
		if err == nil && p.NLayer == c.NLayer && p.NHead == c.NHead && p.NEmbd == c.NEmbd {
			return name
		}
	}
	return fmt.Sprintf("width%d", c.NEmbd)
}

// runFile is run.json: all that is needed to repeat the run.
type runFile struct {
	Command    string    `json:"command"`
	Settings   *Settings `json:"settings"`
	Data       facts     `json:"data"`
	Parameters int       `json:"parameters"`
}

// writeInputs writes what is known before the first update. With -force, weights and
// predictions of an earlier run go first, as they would not fit what is written here.
func (j *Job) writeInputs(dir string) error {
	for _, name := range []string{checkpoint.WeightsFile, predictionsFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			return errors.Wrap(err, "run folder")
		}
	}
	files, err := j.tok.Files()
	if err != nil {
		return err
	}
	config, err := j.model.JSON()
	if err != nil {
		return err
	}
	task, err := j.task.Spec.JSON()
	if err != nil {
		return err
	}
	run, err := json.MarshalIndent(runFile{"finetune", j.Settings, j.sets.facts(), j.model.Store.Len()}, "", "  ")
	if err != nil {
		return errors.Wrap(err, "run.json")
	}
	files[checkpoint.ConfigFile], files[SpecFile], files["run.json"] = config, task, append(run, '\n')
	for name, data := range files {
		if err := atomicfile.WriteFile(filepath.Join(dir, name), data); err != nil {
			return err
		}
	}
	return nil
}
