package pretrain

import (
	"path/filepath"

	"gorgpt/gpt1"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Options are all that decides on a run; run.json keeps them. Numbers that are [train.Auto]
// come from the preset's recipe.
// Options are safe for concurrent use as long as nothing changes them.
type Options struct {
	Preset    string   `json:"preset"`
	Arch      string   `json:"arch,omitempty"` // [LSTM], in place of the Transformer; "": the Transformer
	Data      []string `json:"data,omitempty"` // books; none: those of the embedded world
	Tokenizer string   `json:"tokenizer,omitempty"`
	Pipeline  string   `json:"pipeline"` // "": that of the tokenizer, or bert
	Vocab     int      `json:"vocab"`    // tokens to learn
	Ctx       int      `json:"ctx"`
	Warmup    int      `json:"warmup"` // updates
	Prepare   string   `json:"-"`      // folder for [Prepare]
	Cache     string   `json:"-"`      // folder where tokens of books are kept; "": nowhere
	train.Options
}

// LSTM is the architecture that the paper compares the Transformer with (section 5).
const LSTM = "lstm"

// Name is what the run folder is called by default.
func (o Options) Name() string {
	if o.Arch == "" {
		return o.Preset
	}
	return o.Preset + "-" + o.Arch
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

// Defaults are the options of a preset: its shape and its recipe, which depends on the text and
// the architecture and is filled in by [Options.Resolve].
func Defaults(preset string) (Options, error) {
	c, err := gpt1.Preset(preset)
	if err != nil {
		return Options{}, train.InOption("Preset", err)
	}
	r := recipes[preset]
	return Options{
		Preset: preset, Vocab: train.Auto, Ctx: c.NCtx, Warmup: train.Auto,
		Cache: filepath.Join(train.Runs, ".tokens"),
		Options: train.Options{
			Epochs: train.Auto, Batch: r.batch, Micro: r.micro, LR: train.Auto, L2: 0.01, Dropout: train.Auto, Seed: 1,
			EvalEvery: r.evalEvery, Housekeeping: train.DefaultHousekeeping(r.logEvery),
		},
	}, nil
}

// World are the options of a pre-training run that nobody asked for: tiny, on the embedded world.
func World() (Options, error) { return Defaults("tiny") }

// worldVocab is the size of the vocabulary for the text of the embedded world. Its words
// are tokens, but the names of its people are not, so that new people are spelled with
// known tokens.
const worldVocab = 2048

// Resolve fills in what is left to the recipe. The warm-up stays open until the number of
// updates is known.
//
// Without books, tiny reads each sentence of the embedded world once, because the text is as
// long as is needed. Nothing can be learned by heart, so dropout has nothing to prevent.
func (o Options) Resolve() (Options, error) {
	c, err := gpt1.Preset(o.Preset)
	if err != nil {
		return o, train.InOption("Preset", err)
	}
	r := recipes[o.Preset]
	vocab, epochs, dropout := c.VocabSize, r.epochs, 0.1
	if len(o.Data) == 0 && o.Preset == "tiny" {
		vocab, epochs, dropout = worldVocab, 1, 0
	}
	if o.Arch == LSTM && o.Preset == "tiny" {
		r.lr = 1e-2 // it learns faster with larger steps than the Transformer
	}
	for _, x := range []struct {
		value *int
		auto  int
	}{{&o.Vocab, vocab}, {&o.Epochs, epochs}} {
		if *x.value == train.Auto {
			*x.value = x.auto
		}
	}
	if o.LR == train.Auto {
		o.LR = r.lr
	}
	if o.Dropout == train.Auto {
		o.Dropout = dropout
	}
	o.Micro = min(o.Micro, max(o.Batch, 1))
	return o, o.Check()
}

// Check refuses values that cannot work.
func (o Options) Check() error {
	for _, x := range []struct {
		field        string
		value, least int
	}{{"Vocab", o.Vocab, 2}, {"Ctx", o.Ctx, 1}, {"Warmup", o.Warmup, 0}} {
		if x.value != train.Auto && x.value < x.least {
			return train.BadOption("{"+x.field+"} must be at least %d, not %d", x.least, x.value)
		}
	}
	switch _, err := tokenizer.ParsePipeline(o.Pipeline); {
	case o.Epochs == 0 && o.Steps > 0 && o.Warmup > o.Steps:
		return tooLongWarmup(o)
	case o.Arch != "" && o.Arch != LSTM:
		return train.BadOption("{Arch} must be transformer or %s, not %q", LSTM, o.Arch)
	case o.Arch == LSTM && o.SampleEvery > 0:
		return train.BadOption("{SampleEvery} is for Transformers: an LSTM writes no samples")
	case o.Pipeline != "" && err != nil:
		return train.BadOption("{Pipeline} must be %s or %s, not %q", tokenizer.Bert, tokenizer.Original, o.Pipeline)
	}
	return o.Options.Check()
}

// warmedUp shortens the warm-up of the recipe to a fifth of the run, once its length is known.
// A warm-up that was asked for and is longer than the run is an error.
func (o Options) warmedUp() (Options, error) {
	if o.Warmup > o.Steps {
		return o, tooLongWarmup(o)
	}
	if o.Warmup == train.Auto {
		o.Warmup = min(recipes[o.Preset].warmup, max(o.Steps/5, 1))
	}
	return o, nil
}

// config is the shape of the model, for a vocabulary of v tokens.
func (o Options) config(v int) (gpt1.Config, error) {
	preset := gpt1.Preset
	if o.Arch == LSTM {
		preset = gpt1.LSTMPreset
	}
	c, err := preset(o.Preset)
	c.VocabSize, c.NCtx = v, o.Ctx
	c.EmbdPDrop, c.AttnPDrop, c.ResidPDrop = float32(o.Dropout), float32(o.Dropout), float32(o.Dropout)
	return c, train.InOption("Preset", err)
}

func tooLongWarmup(o Options) error {
	return train.BadOption("{Warmup} of %d updates is longer than the run of %d", o.Warmup, o.Steps)
}
