package finetune

import "gorgpt/train"

// Command is what run.json calls these runs.
const Command = "finetune"

// record is all that is needed to repeat the run.
func (p *Plan) record() (*train.Record, error) {
	facts := p.sets.facts()
	facts.Start = p.model.Store.Digest()
	return train.NewRecord(Command, p.o, p.o.Housekeeping, facts, p.model.Store.Len())
}

// files are those of the model folder, beside shape and weights.
func (p *Plan) files() (map[string][]byte, error) {
	files, err := p.tok.Files()
	if err != nil {
		return nil, err
	}
	files[SpecFile], err = p.task.Spec.JSON()
	return files, err
}
