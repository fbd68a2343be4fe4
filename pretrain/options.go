package pretrain

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"gorgpt/gpt1"
	"gorgpt/internal/plural"
	"gorgpt/tokenizer"
	"gorgpt/train"
)

// Options determine a run completely; run.json stores them. Numbers that are [train.Auto] come
// from the preset's recipe.
// Options are safe for concurrent use as long as nothing changes them.
type Options struct {
	Preset    string   `json:"preset"`
	Arch      string   `json:"arch,omitempty"`  // [LSTM], or "" for the Transformer
	Data      []string `json:"data,omitempty"`  // books; empty: the embedded world
	Valid     []string `json:"valid,omitempty"` // books for validation; empty: some of Data are held out
	Init      string   `json:"init,omitempty"`  // model to train further, with its vocabulary; "": random weights
	Tokenizer string   `json:"tokenizer,omitempty"`
	Pipeline  string   `json:"pipeline"` // "": the pipeline of the tokenizer, or bert
	Vocab     int      `json:"vocab"`    // tokens to learn
	Ctx       int      `json:"ctx"`
	Layers    int      `json:"layers,omitempty"` // decoder blocks; 0: as many as the preset has
	Heads     int      `json:"heads,omitempty"`  // 0: as many as the preset has
	Width     int      `json:"width,omitempty"`  // C; 0: that of the preset
	Warmup    int      `json:"warmup"`           // updates
	Schedule  string   `json:"schedule"`         // of the learning rate: [Cosine], [Constant] or [WSD]
	Stages    []string `json:"stages,omitempty"` // of a run that was extended: what came before; see [Options.Extended]
	Prepare   string   `json:"-"`                // output folder of [Prepare]
	Cache     string   `json:"-"`                // folder that caches the tokens of books; "": no cache
	train.Options
}

// LSTM is the architecture with which the paper compares the Transformer (section 5).
const LSTM = "lstm"

// Name returns the default name of the run folder.
func (o Options) Name() string {
	if o.Arch == "" {
		return o.Preset
	}
	return o.Preset + "-" + o.Arch
}

// recipe holds the defaults that depend on the preset.
type recipe struct {
	batch, micro, epochs int
	lr                   float64
	warmup               int
	evalEvery, logEvery  int
}

// recipes has the recipe of each preset. The recipe of gpt1 is the paper's (section 4.1); the
// others are for smaller texts and shorter runs.
var recipes = map[string]recipe{
	"gpt1": {batch: 64, micro: 4, epochs: 100, lr: 2.5e-4, warmup: 2000, evalEvery: 500, logEvery: 1},
	"mini": {batch: 16, micro: 2, epochs: 20, lr: 6e-4, warmup: 300, evalEvery: 200, logEvery: 10},
	"tiny": {batch: 8, micro: 2, epochs: 20, lr: 3e-3, warmup: 200, evalEvery: 1500, logEvery: 20},
}

// Defaults returns the options of a preset: its shape and its recipe. [Options.Resolve] fills in
// the part of the recipe that depends on the text and the architecture.
func Defaults(preset string) (Options, error) {
	c, err := gpt1.Preset(preset)
	if err != nil {
		return Options{}, train.InOption("Preset", err)
	}
	r := recipes[preset]
	return Options{
		Preset: preset, Vocab: train.Auto, Ctx: c.NCtx, Warmup: train.Auto, Schedule: Cosine,
		Cache: filepath.Join(train.Runs, ".tokens"),
		Options: train.Options{
			Epochs: train.Auto, Batch: r.batch, Micro: r.micro, LR: train.Auto, L2: 0.01, Dropout: train.Auto, Seed: 1,
			EvalEvery: r.evalEvery, Housekeeping: train.DefaultHousekeeping(r.logEvery),
		},
	}, nil
}

// World returns the options of the pre-training that runs if another command needs a model and
// there is none: preset tiny on the embedded world.
func World() (Options, error) { return Defaults("tiny") }

// worldVocab is the vocabulary size for the text of the embedded world. The words of the text
// become tokens, but the names of its people do not, so that known tokens spell new names.
const worldVocab = 2048

// Resolve replaces [train.Auto] by the values of the recipe. The warm-up stays open until the
// number of updates is known.
//
// Without books, tiny reads each sentence of the embedded world only once, because the text is
// generated at any length. The model cannot memorize it, so dropout is off.
func (o Options) Resolve() (Options, error) {
	before := o
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
	if o.Schedule == "" {
		o.Schedule = Cosine
	}
	if o.LR == train.Auto {
		o.LR = r.lr
	}
	if o.Dropout == train.Auto {
		o.Dropout = dropout
	}
	o.Micro = min(o.Micro, max(o.Batch, 1))
	if o.Derived, err = train.Derive(o.Derived, before, o); err != nil {
		return o, err
	}
	return o, o.Check()
}

// Check returns an error if a value is invalid.
func (o Options) Check() error {
	for _, x := range []struct {
		field        string
		value, least int
	}{{"Vocab", o.Vocab, 2}, {"Ctx", o.Ctx, 1}, {"Warmup", o.Warmup, 0}} {
		if x.value != train.Auto && x.value < x.least {
			return train.BadOption("{"+x.field+"} must be at least %d, not %d", x.least, x.value)
		}
	}
	if err := o.checkShape(); err != nil {
		return err
	}
	if _, err := o.earlier(); err != nil {
		return err
	}
	switch _, err := tokenizer.ParsePipeline(o.Pipeline); {
	case o.Epochs == 0 && o.Steps > 0 && o.Warmup > o.Steps:
		return tooLongWarmup(o.Warmup, o.Steps)
	case !slices.Contains(schedules, o.Schedule):
		return train.BadOption("{Schedule} must be %s or %s, not %q", strings.Join(schedules[:len(schedules)-1], ", "), schedules[len(schedules)-1], o.Schedule)
	case o.Arch != "" && o.Arch != LSTM:
		return train.BadOption("{Arch} must be transformer or %s, not %q", LSTM, o.Arch)
	case o.Init != "" && o.Tokenizer != "":
		return train.BadOption("{Init} keeps the vocabulary of the model: it cannot be combined with {Tokenizer}")
	case o.Arch == LSTM && o.SampleEvery > 0:
		return train.BadOption("{SampleEvery} cannot be combined with {Arch} lstm: an LSTM writes no samples")
	case o.Pipeline != "" && err != nil:
		return train.BadOption("{Pipeline} must be %s or %s, not %q", tokenizer.Bert, tokenizer.Original, o.Pipeline)
	}
	return o.Options.Check()
}

// warmedUp limits the warm-up of the recipe to a fifth of the run, whose length is known by now.
// It returns an error if an explicit warm-up is longer than the run.
func (o Options) warmedUp() (Options, error) {
	begins, err := o.begins()
	if err != nil {
		return o, err
	}
	updates := o.Steps - begins // of an extension, its own
	if o.Warmup > updates {
		return o, tooLongWarmup(o.Warmup, updates)
	}
	if o.Warmup == train.Auto {
		o.Warmup = min(recipes[o.Preset].warmup, max(updates/5, 1))
	}
	return o, nil
}

// config returns the shape of the model for a vocabulary of v tokens.
func (o Options) config(v int) (c gpt1.Config, err error) {
	switch {
	case o.Init != "":
		c, err = o.initShape()
	case o.Arch == LSTM:
		c, err = gpt1.LSTMPreset(o.Preset)
	default:
		c, err = gpt1.Preset(o.Preset)
	}
	if o.Init == "" {
		c.VocabSize, c.NCtx = v, o.Ctx
		c, err = o.reshape(c), train.InOption("Preset", err)
	}
	c.EmbdPDrop, c.AttnPDrop, c.ResidPDrop = float32(o.Dropout), float32(o.Dropout), float32(o.Dropout)
	return c, err
}

// reshape returns the shape of a preset with the sizes that the options set.
func (o Options) reshape(c gpt1.Config) gpt1.Config {
	c.NLayer, c.NHead, c.NEmbd = cmp.Or(o.Layers, c.NLayer), cmp.Or(o.Heads, c.NHead), cmp.Or(o.Width, c.NEmbd)
	return c
}

// The paper has 12 layers and a width of 768. These are the most that a run accepts.
const (
	maxLayers = 100
	maxWidth  = 1 << 16
)

// checkShape returns an error if a model cannot have the sizes that the options set.
func (o Options) checkShape() error {
	for _, x := range []struct {
		field       string
		value, most int
	}{{"Layers", o.Layers, maxLayers}, {"Heads", o.Heads, maxWidth}, {"Width", o.Width, maxWidth}} {
		if x.value < 0 || x.value > x.most {
			return train.BadOption("{"+x.field+"} must be at most %d, or 0 for the preset's, not %d", x.most, x.value)
		}
	}
	c, err := gpt1.Preset(o.Preset)
	if err != nil {
		return train.InOption("Preset", err)
	}
	c = o.reshape(c)
	switch {
	case o.Init != "" && o.Layers+o.Heads+o.Width > 0:
		return train.BadOption("{Init} keeps the shape of the model: it cannot be combined with {Layers}, {Heads} or {Width}")
	case o.Arch == LSTM && o.Layers+o.Heads > 0:
		return train.BadOption("{Layers} and {Heads} are those of a Transformer: they cannot be combined with {Arch} lstm")
	case o.Arch == "" && c.NEmbd%c.NHead != 0:
		return train.BadOption("a width of %d cannot be split among %s: set {Heads} or {Width}", c.NEmbd, plural.Of(c.NHead, "head"))
	}
	return nil
}

func tooLongWarmup(warmup, updates int) error {
	return train.BadOption("{Warmup} of %s is longer than the run of %d", plural.Of(warmup, "update"), updates)
}
