package finetune

import (
	"context"

	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/train"
)

// Judge lets a fine-tuned model predict rows, whose name is for reports. With Eval, they must
// have labels.
func (o Options) Judge(ctx context.Context, b *Base, rows []loaders.Row, accounts []ledger.Account, name string, to train.Listener) (*Outcome, error) {
	if err := o.CheckUnknown(name, unknowns(b.Tok, rows), to); err != nil {
		return nil, err
	}
	spec := b.head
	set, err := Encode(spec, b.Tok, b.Model.NCtx, rows, accounts, o.Tolerance())
	if err != nil {
		return nil, err
	}
	reportAll(accounts, to)
	if o.Eval != "" && set.unlabelled {
		return nil, train.BadOption("{Eval}: the rows of %s have no labels: add them, or use {Predict}", name)
	}
	head, err := heads.New(spec.Task, b.Model, 0)
	if err != nil {
		return nil, err
	}
	task := &Task{Tuner: &heads.Tuner{Model: b.Model, Head: head, Micro: microOf(b.Model.NEmbd, spec), Group: o.Group}, Spec: spec}
	return task.Judge(ctx, set)
}

// ReadTuned reads a fine-tuned model. It is an error if it has no head, or no task.json.
func ReadTuned(dir string) (*Base, error) {
	b, err := ReadBase(dir)
	if err != nil {
		return nil, err
	}
	return b, b.checkTuned()
}

// Spec is what the model decides; zero if it was not fine-tuned.
func (b *Base) Spec() Spec { return b.head }

// checkTuned refuses a base that was not fine-tuned.
func (b *Base) checkTuned() error {
	switch {
	case b.head.Task != "":
		return nil
	case b.Model.Store.Param("head.weight") != nil:
		return train.BadOption("{Model}: %s has a head but no %s, which says what its outputs are: want a whole run folder of this command", b.name, SpecFile)
	}
	return train.BadOption("{Model}: %s is no fine-tuned model: want a run folder of this command, with %s", b.name, SpecFile)
}
