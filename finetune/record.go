package finetune

import "gorgpt/train"

// Command names fine-tuning runs in run.json.
const Command = "finetune"

// record returns everything that is needed to repeat the run.
func (p *Plan) record() (*train.Record, error) {
	facts := p.sets.facts()
	facts.Start = p.model.Store.Digest()
	return train.NewRecord(Command, p.o, p.o.Housekeeping, facts, p.model.Store.Len())
}

// files returns the files of the model folder other than shape and weights.
func (p *Plan) files() (map[string][]byte, error) {
	files, err := p.tok.Files()
	if err != nil {
		return nil, err
	}
	files[SpecFile], err = p.task.Spec.JSON()
	return files, err
}
