package finetune

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Base is what fine-tuning starts from.
// A Base is safe for concurrent use as long as nothing changes it.
type Base struct {
	Model *gpt1.Model
	Tok   *tokenizer.Tokenizer // with the special tokens, which the model may lack

	name   string // for reports
	preset string // that of a new model; "": it was read
	head   Spec   // what the model's head is for; zero if it has none, or there is no task.json
}

// OpenBase reads the model that the settings name or, from scratch, makes one with
// random weights: in the shape of that model and with its vocabulary, or without a
// model in the preset's shape, with a vocabulary learned from the training rows.
func (o Options) OpenBase(d *Data, to train.Listener) (*Base, error) {
	if o.Model == "" {
		return newBase(o.preset(), d, o.Seed, to)
	}
	if o.Scratch {
		b, err := readBase(o.Model, newOfShape)
		if err != nil {
			return nil, err
		}
		return b.Random(o.Seed, to)
	}
	b, err := ReadBase(o.Model)
	if err != nil {
		return nil, err
	}
	to.Note("weights of %s", o.Model)
	for _, note := range checkpoint.Notes(o.Model) {
		to.Note("note: %s", note)
	}
	return b, nil
}

// ReadBase reads vocabulary and weights from a folder. If it has a task.json, that must fit
// them.
func ReadBase(dir string) (*Base, error) {
	b, err := readBase(dir, func(dir string) (*gpt1.Model, *tokenizer.Tokenizer, error) { return checkpoint.ReadFolder(dir, 0) })
	if err != nil {
		return nil, err
	}
	switch b.head, err = ReadSpec(dir); {
	case errors.Is(err, os.ErrNotExist):
		return b, nil
	case err != nil:
		return nil, err
	}
	return b, errors.WithMessage(b.head.fits(b.Tok, b.Model), filepath.Join(dir, SpecFile))
}

// readBase reads the model in its own way.
func readBase(dir string, read func(dir string) (*gpt1.Model, *tokenizer.Tokenizer, error)) (*Base, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, train.InOption("Model", err)
	}
	m, tok, err := read(dir)
	if err != nil {
		return nil, err
	}
	b := &Base{Model: m, name: dir}
	if b.Tok, err = tok.AddSpecials(); err != nil {
		return nil, errors.WithMessage(err, dir)
	}
	return b, nil
}

// newOfShape makes a model, not filled in yet, in the shape of the one in a folder, which need
// have no weights.
func newOfShape(dir string) (*gpt1.Model, *tokenizer.Tokenizer, error) {
	c, tok, err := checkpoint.ReadShape(dir)
	if err != nil {
		return nil, nil, err
	}
	m, err := gpt1.New(c)
	return m, tok, err
}

// Random is a base of the same shape and vocabulary with random weights.
func (b *Base) Random(seed int64, to train.Listener) (*Base, error) {
	m, err := gpt1.New(b.Model.Config)
	if err != nil {
		return nil, err
	}
	m.Init(uint64(seed))
	to.Note("random weights in the shape of %s", b.name)
	return &Base{Model: m, Tok: b.Tok, name: b.name}, nil
}

// newBase makes a model of the preset's shape, and learns its vocabulary from the rows.
func newBase(preset string, d *Data, seed int64, to train.Listener) (*Base, error) {
	c, err := gpt1.Preset(preset)
	if err != nil {
		return nil, err
	}
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: c.VocabSize})
	for _, row := range d.Train {
		for _, text := range slices.Concat(row.Texts, row.Answers) {
			trainer.Add(text)
		}
	}
	tok, err := trainer.Train()
	if err != nil {
		return nil, errors.WithMessagef(err, "the texts of %s", d.Name)
	}
	b := &Base{name: preset, preset: preset}
	if b.Tok, err = tok.AddSpecials(); err != nil {
		return nil, err
	}
	c.VocabSize = tok.Size()
	if b.Model, err = gpt1.New(c); err != nil {
		return nil, err
	}
	b.Model.Init(uint64(seed))
	to.Note("random weights in the shape of preset %s, and a vocabulary of %d tokens learned from %s", preset, tok.Size(), d.Name)
	return b, nil
}

// attach copies the model, with the special rows and a head for the task.
func (b *Base) attach(o Options, spec Spec, to train.Listener) (*gpt1.Model, error) {
	pre := *b.Model
	pre.EmbdPDrop, pre.AttnPDrop, pre.ResidPDrop = float32(o.Dropout), float32(o.Dropout), float32(o.Dropout)
	blocks, err := o.Transfer.of(pre.Config)
	if err != nil {
		return nil, err
	}
	m, err := heads.Attach(&pre, heads.AttachOptions{Rows: b.Tok.Size(), Outputs: spec.Outputs(), Blocks: blocks, Seed: uint64(o.Seed)})
	if err != nil {
		return nil, err
	}
	if blocks < pre.NLayer {
		to.Note("of the blocks, the first %d are transferred, the other %d are random", blocks, pre.NLayer-blocks)
	}
	if n := b.Tok.Size() - b.Model.VocabSize; n > 0 {
		to.Note("%d special tokens added: V is now %d", n, m.VocabSize)
	}
	if b.head.Task == "" && b.Model.Store.Param("head.weight") != nil {
		to.Note("%s has a head but no %s, which would say what for: the head is replaced by a new one", b.name, SpecFile)
	}
	if blocks == pre.NLayer && b.head.SameHead(spec) {
		to.Note("the head of %s is for the same task and labels, and kept", b.name)
		return m, heads.KeepHead(m, b.Model)
	}
	return m, nil
}
