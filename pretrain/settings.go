package pretrain

import (
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/graph"
	"gorgpt/train"
)

// Settings are all that decides on a run; run.json keeps them.
type Settings struct {
	Preset    string   `json:"preset"`
	Data      []string `json:"data,omitempty"` // books; none: the embedded world's
	Tokenizer string   `json:"tokenizer,omitempty"`
	Pipeline  string   `json:"pipeline"` // "": that of the tokenizer, or bert
	Vocab     int      `json:"vocab"`
	Ctx       int      `json:"ctx"`
	Warmup    int      `json:"warmup"` // updates; [train.Auto]: the recipe's, or a fifth of a shorter run
	Prepare   string   `json:"-"`      // folder for [Prepare]
	Cache     string   `json:"-"`      // folder where tokens of books are kept; "": nowhere
	train.Settings

	v int // V, once the tokenizer is there; 0: Vocab
}

// recipe are the defaults that depend on the preset.
type recipe struct {
	batch, micro, epochs int
	lr                   float64
	warmup               int
	evalEvery, logEvery  int
}

// recipes has the one of each preset. That of gpt1 is the paper's (section 4.1); the
// smaller ones are for smaller texts and shorter runs.
var recipes = map[string]recipe{
	"gpt1": {batch: 64, micro: 4, epochs: 100, lr: 2.5e-4, warmup: 2000, evalEvery: 500, logEvery: 1},
	"mini": {batch: 16, micro: 8, epochs: 20, lr: 6e-4, warmup: 300, evalEvery: 200, logEvery: 10},
	"tiny": {batch: 8, micro: 8, epochs: 20, lr: 3e-3, warmup: 200, evalEvery: 1500, logEvery: 20},
}

// Defaults are the settings of a preset: its shape and its recipe.
func Defaults(preset string) (*Settings, error) {
	c, err := gpt1.Preset(preset)
	if err != nil {
		return nil, err
	}
	r := recipes[preset]
	return &Settings{
		Preset: preset, Vocab: c.VocabSize, Ctx: c.NCtx, Warmup: train.Auto,
		Cache: filepath.Join(train.Runs, ".tokens"),
		Settings: train.Settings{
			Epochs: r.epochs, Batch: r.batch, Micro: r.micro, LR: r.lr, L2: 0.01, Dropout: 0.1, Seed: 1,
			EvalEvery: r.evalEvery, Upkeep: train.DefaultUpkeep(r.logEvery),
		},
	}, nil
}

// worldVocab is the size of the vocabulary for the text of the embedded world: its words
// are tokens, but the names of its people are not, so that new people are spelled with
// tokens that are known.
const worldVocab = 2048

// FitWorld changes what tiny does by default when it is given no books: the text of the
// embedded world is as long as is wanted, so each sentence is read once, and nothing can
// be learned by heart that dropout would have to prevent. given are the names of flags
// that are not to be changed.
func (s *Settings) FitWorld(given map[string]bool) {
	if len(s.Data) > 0 || s.Preset != "tiny" {
		return
	}
	if !given["vocab"] {
		s.Vocab = worldVocab
	}
	if !given["dropout"] {
		s.Dropout = 0
	}
	if !given["epochs"] && s.Epochs > 0 {
		s.Epochs = 1
	}
}

// World are the settings of a pre-training run that nobody asked for: tiny, on the
// embedded world.
func World() (*Settings, error) {
	s, err := Defaults("tiny")
	if err == nil {
		s.FitWorld(nil)
	}
	return s, err
}

// FitWarmup shortens the warm-up of the recipe to a fifth of the run, once its length
// is known. One that was asked for and is longer than the run is an error.
func (s *Settings) FitWarmup() error {
	if s.Warmup > s.Steps {
		return errors.Errorf("-warmup of %d updates is longer than the run of %d", s.Warmup, s.Steps)
	}
	if s.Warmup == train.Auto {
		s.Warmup = min(recipes[s.Preset].warmup, max(s.Steps/5, 1))
	}
	return nil
}

// model returns a model of the shape that the settings ask for, with zeroed
// parameters.
func (s *Settings) model() (*gpt1.Model, error) { return s.shape(gpt1.New) }

// shape makes a model, or the sketch of one.
func (s *Settings) shape(make func(gpt1.Config, ...graph.Param) (*gpt1.Model, error)) (*gpt1.Model, error) {
	c, err := s.config()
	if err != nil {
		return nil, err
	}
	return make(c)
}

// config is the shape that the settings ask for.
func (s *Settings) config() (gpt1.Config, error) {
	c, err := gpt1.Preset(s.Preset)
	c.VocabSize, c.NCtx = s.Vocab, s.Ctx
	if s.v > 0 {
		c.VocabSize = s.v
	}
	c.EmbdPDrop, c.AttnPDrop, c.ResidPDrop = float32(s.Dropout), float32(s.Dropout), float32(s.Dropout)
	return c, err
}
