package finetune

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/heads"
	"gorgpt/internal/plural"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Base is the model that fine-tuning starts from.
// A Base is safe for concurrent use as long as nothing changes it.
type Base struct {
	Model *gpt1.Model
	Tok   *tokenizer.Tokenizer // with the special tokens, which the model may lack

	name   string   // for reports
	preset string   // preset of a new model; "" if the model was read
	random bool     // the weights are random
	notes  []string // about how the model was read; only from ReadModel
	head   Spec     // task of the model's head; zero without a head or without task.json
}

// OpenBase reads the model that the options name. With Scratch it makes a model with random
// weights instead: in the shape of the named model and with its vocabulary or, if none is named,
// in the preset's shape with a vocabulary learned from the training rows.
func (o Options) OpenBase(d *Data, to train.Listener) (*Base, error) {
	if o.Model == "" {
		return newBase(o.preset(), d, o.Seed, to)
	}
	if o.Scratch {
		b, err := readBase(o.Folder(o.Model), newOfShape)
		if err != nil {
			return nil, err
		}
		b.name = o.Model
		return b.Random(o.Seed, to)
	}
	b, err := ReadBase(o.Folder(o.Model))
	if err != nil {
		return nil, err
	}
	b.name = o.Model
	to.Note("weights of %s", o.Model)
	for _, note := range checkpoint.Notes(o.Folder(o.Model)) {
		to.Note("note: %s", note)
	}
	return b, nil
}

// ReadBase reads vocabulary and weights from a folder, to train them. If the folder has a task.json, it must
// match them.
func ReadBase(dir string) (*Base, error) {
	return readWithSpec(dir, func(dir string) (*gpt1.Model, *tokenizer.Tokenizer, error) { return checkpoint.ReadFolder(dir, 0) })
}

// readWithSpec is readBase with the task.json, if there is one.
func readWithSpec(dir string, read func(dir string) (*gpt1.Model, *tokenizer.Tokenizer, error)) (*Base, error) {
	b, err := readBase(dir, read)
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

// readBase reads a folder with the given function and adds the special tokens.
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

// newOfShape makes a model in the shape of the one in a folder, with weights still to be
// initialised. The folder may lack weights.
func newOfShape(dir string) (*gpt1.Model, *tokenizer.Tokenizer, error) {
	c, tok, err := checkpoint.ReadShape(dir)
	if err != nil {
		return nil, nil, err
	}
	m, err := gpt1.New(c)
	return m, tok, err
}

// Random returns a base of the same shape and vocabulary with random weights.
func (b *Base) Random(seed int64, to train.Listener) (*Base, error) {
	m, err := gpt1.New(b.Model.Config)
	if err != nil {
		return nil, err
	}
	m.Init(uint64(seed))
	to.Note("random weights in the shape of %s", b.name)
	return &Base{Model: m, Tok: b.Tok, name: b.name, random: true}, nil
}

// newBase makes a model in the preset's shape and learns its vocabulary from the rows.
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
	b := &Base{name: preset, preset: preset, random: true}
	if b.Tok, err = tok.AddSpecials(); err != nil {
		return nil, err
	}
	c.VocabSize = tok.Size()
	if b.Model, err = gpt1.New(c); err != nil {
		return nil, err
	}
	b.Model.Init(uint64(seed))
	to.Note("random weights in the shape of preset %s, with a vocabulary of %d tokens learned from %s", preset, tok.Size(), d.Name)
	return b, nil
}

// attach copies the model and adds the embeddings of the special tokens and a head for the task.
func (b *Base) attach(o Options, spec Spec, to train.Listener) (*gpt1.Model, error) {
	if d := b.Model.Store.Dtype(); d != graph.Float32 {
		return nil, errors.Errorf("%s was read in %s: read it with ReadBase to train it", b.name, d)
	}
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
		to.Note("transferred blocks: %d of %d; the others start with random weights", blocks, pre.NLayer)
	}
	if n := b.Tok.Size() - b.Model.VocabSize; n > 0 {
		to.Note("added %s: V is now %d", plural.Of(n, "special token"), m.VocabSize)
	}
	if b.head.Task == "" && b.Model.Store.Param("head.weight") != nil {
		to.Note("%s has a head but no %s to describe it: a new head replaces it", b.name, SpecFile)
	}
	if blocks == pre.NLayer && b.head.SameHead(spec) {
		to.Note("kept the head of %s, which has the same task and labels", b.name)
		return m, heads.KeepHead(m, b.Model)
	}
	return m, nil
}
