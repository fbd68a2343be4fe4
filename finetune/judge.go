package finetune

import (
	"context"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Judge predicts rows with a fine-tuned model. name stands for the rows in reports. With Eval, the
// rows must have labels.
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
	tuner, err := b.tuner()
	if err != nil {
		return nil, err
	}
	tuner.Group = o.Group
	task := &Task{Tuner: tuner, Spec: spec}
	return task.Judge(ctx, set)
}

// tuner returns a tuner that predicts with the base's head.
func (b *Base) tuner() (*heads.Tuner, error) {
	head, err := heads.New(b.head.Task, b.Model, 0)
	if err != nil {
		return nil, err
	}
	return &heads.Tuner{Model: b.Model, Head: head, Micro: microOf(b.head), Wide: b.Model.Wide()}, nil
}

// ReadModel reads a model that is not to be trained, as [checkpoint.ReadFolderAs] does, with the task
// of its head if it was fine-tuned.
func ReadModel(dir string, d graph.Dtype) (*Base, error) {
	var notes []string
	b, err := readWithSpec(dir, func(dir string) (m *gpt1.Model, tok *tokenizer.Tokenizer, err error) {
		m, tok, notes, err = checkpoint.ReadFolderAs(dir, 0, d)
		return m, tok, err
	})
	if err != nil {
		return nil, err
	}
	b.notes = notes
	return b, nil
}

// ReadTuned is [ReadModel] for a fine-tuned model. It is an error if the model has no head or no
// task.json.
func ReadTuned(dir string, d graph.Dtype) (*Base, error) {
	b, err := ReadModel(dir, d)
	if err != nil {
		return nil, err
	}
	return b, b.checkTuned()
}

// Notes says what a user should know about how [ReadModel] read the model.
func (b *Base) Notes() []string { return b.notes }

// Spec returns the task and label space of the model; it is zero if the model was not fine-tuned.
func (b *Base) Spec() Spec { return b.head }

// checkTuned returns an error if the base was not fine-tuned.
func (b *Base) checkTuned() error {
	switch {
	case b.head.Task != "":
		return nil
	case b.Model.Store.Param("head.weight") != nil:
		return train.BadOption("{Model} %s has a head but no %s to describe its outputs: name a complete run folder of fine-tuning", b.name, SpecFile)
	}
	return train.BadOption("{Model} %s is not a fine-tuned model: name a run folder of fine-tuning, which has a %s", b.name, SpecFile)
}
