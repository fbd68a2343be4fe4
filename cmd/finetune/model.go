package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pkg/errors"

	"gorgpt/checkpoint"
	"gorgpt/finetune"
	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/loaders"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// base is what fine-tuning starts from.
type base struct {
	model *gpt1.Model
	tok   *tokenizer.Tokenizer // with the special tokens, which the model may lack
	old   finetune.Spec        // what the model's head is for; zero if it has none, or nothing tells
}

// openBase finds the model that the settings name, or makes one from scratch.
func openBase(s *settings, rows []loaders.Row, w io.Writer) (*base, error) {
	if s.Model == "" && s.Preset == "" {
		newest, err := newestRun("runs")
		if err != nil {
			return nil, err
		}
		s.Model = newest
	}
	switch {
	case s.Model != "":
		return readBase(s, w)
	case s.Scratch:
		return newBase(s, rows, w)
	}
	return nil, errors.New("no pre-trained model under runs/: run go run ./cmd/train first, name a model with -model, " +
		"or start from random weights with -scratch")
}

// readBase reads vocabulary and weights, with -scratch only the shape, from a folder.
func readBase(s *settings, w io.Writer) (*base, error) {
	if _, err := os.Stat(s.Model); err != nil {
		return nil, errors.Wrap(err, "-model")
	}
	tok, err := tokenizer.Load(s.Model)
	if err != nil {
		return nil, err
	}
	b, how := &base{}, "weights of"
	if s.Scratch {
		how = "random weights in the shape of"
		b.model, err = scratch(s.Model, s.Seed)
	} else {
		b.model, err = checkpoint.ReadModel(s.Model)
	}
	if err != nil {
		return nil, err
	}
	if tok.Size() != b.model.VocabSize {
		return nil, errors.Errorf("%s: the vocabulary has %d tokens, the model %d (vocab_size in %s): want the vocabulary that the model was trained with",
			s.Model, tok.Size(), b.model.VocabSize, checkpoint.ConfigFile)
	}
	if b.tok, err = tok.AddSpecials(); err != nil {
		return nil, errors.WithMessage(err, s.Model)
	}
	if b.model.Store.Param("head.weight") != nil {
		b.old, err = finetune.ReadSpec(s.Model)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	fmt.Fprintf(w, "%s %s\n", how, s.Model)
	return b, nil
}

// scratch makes a model with random weights in the shape of the one in a folder.
func scratch(dir string, seed int64) (*gpt1.Model, error) {
	data, err := os.ReadFile(filepath.Join(dir, checkpoint.ConfigFile))
	if err != nil {
		return nil, errors.Wrap(err, "reading the model's shape")
	}
	c, err := gpt1.ParseConfig(data)
	if err != nil {
		return nil, errors.Wrap(err, dir)
	}
	return random(c, seed)
}

func random(c gpt1.Config, seed int64) (*gpt1.Model, error) {
	m, err := gpt1.New(c)
	if err != nil {
		return nil, err
	}
	m.Init(uint64(seed))
	return m, nil
}

// newBase makes a model of the preset's shape, and learns its vocabulary from the rows.
func newBase(s *settings, rows []loaders.Row, w io.Writer) (*base, error) {
	if s.Preset == "" {
		s.Preset = "tiny"
	}
	c, err := gpt1.Preset(s.Preset)
	if err != nil {
		return nil, err
	}
	trainer := tokenizer.NewTrainer(tokenizer.TrainConfig{VocabSize: c.VocabSize})
	for _, row := range rows {
		for _, text := range slices.Concat(row.Texts, row.Answers) {
			trainer.Add(text)
		}
	}
	tok, err := trainer.Train()
	if err != nil {
		return nil, errors.WithMessagef(err, "the texts of %s", s.Train)
	}
	b := &base{}
	if b.tok, err = tok.AddSpecials(); err != nil {
		return nil, err
	}
	c.VocabSize = tok.Size()
	b.model, err = random(c, s.Seed)
	fmt.Fprintf(w, "random weights in the shape of preset %s, and a vocabulary of %d tokens learned from %s\n", s.Preset, tok.Size(), s.Train)
	return b, err
}

// attach gives the model the special rows and a head for the task.
func (b *base) attach(s *settings, spec finetune.Spec, w io.Writer) (*gpt1.Model, error) {
	pre := b.model
	if s.Dropout == train.Auto {
		s.Dropout = 0.1 // before the head; the model keeps its own
	} else { // graphs take it from the model
		pre.EmbdPDrop, pre.AttnPDrop, pre.ResidPDrop = float32(s.Dropout), float32(s.Dropout), float32(s.Dropout)
	}
	m, err := heads.Attach(pre, b.tok.Size(), spec.Outputs(), uint64(s.Seed))
	if err != nil {
		return nil, err
	}
	if n := b.tok.Size() - pre.VocabSize; n > 0 {
		fmt.Fprintf(w, "%d special tokens added: V is now %d\n", n, m.VocabSize)
	}
	if b.old.SameHead(spec) {
		fmt.Fprintf(w, "the head of %s is for the same task and labels, and kept\n", s.Model)
		return m, heads.KeepHead(m, pre)
	}
	return m, nil
}

// newestRun is the folder in runs whose pre-training was completed last, or "".
func newestRun(runs string) (string, error) {
	entries, err := os.ReadDir(runs)
	if err != nil && !os.IsNotExist(err) {
		return "", errors.Wrap(err, "looking for a pre-trained model")
	}
	newest, at := "", time.Time{}
	for _, entry := range entries {
		dir := filepath.Join(runs, entry.Name())
		weights, err := os.Stat(filepath.Join(dir, checkpoint.WeightsFile))
		if err == nil && isPretraining(dir) && weights.ModTime().After(at) {
			newest, at = dir, weights.ModTime()
		}
	}
	return newest, nil
}

// isPretraining tells whether a folder is of the train command. One whose run.json
// cannot be read is not.
func isPretraining(dir string) bool {
	data, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		return false
	}
	var run struct {
		Command string `json:"command"`
	}
	return json.Unmarshal(data, &run) == nil && run.Command == "train"
}
