package finetune

import "gorgpt/train"

// Command is what run.json calls these runs.
const Command = "finetune"

// record is all that is needed to repeat the run.
func (j *Job) record() (*train.Record, error) {
	facts := j.sets.facts()
	facts.Start = j.model.Store.Digest()
	return train.NewRecord(Command, j.Settings, j.Housekeeping, facts, j.model.Store.Len())
}

// files are those of the model folder, beside shape and weights.
func (j *Job) files() (map[string][]byte, error) {
	files, err := j.tok.Files()
	if err != nil {
		return nil, err
	}
	files[SpecFile], err = j.task.Spec.JSON()
	return files, err
}
