package main

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/internal/cli"
	"gorgpt/internal/simd"
)

// settings are the resolved flags; run.json keeps them.
type settings struct {
	Preset    string   `json:"preset"`
	Data      []string `json:"data"`
	Tokenizer string   `json:"tokenizer,omitempty"`
	Vocab     int      `json:"vocab"`
	Ctx       int      `json:"ctx"`
	Steps     int      `json:"steps"`
	Epochs    int      `json:"epochs,omitempty"`
	Batch     int      `json:"batch"`
	Micro     int      `json:"micro"`
	LR        float64  `json:"lr"`
	Warmup    int      `json:"warmup"`
	L2        float64  `json:"l2"`
	Clip      float64  `json:"clip"`
	Dropout   float64  `json:"dropout"`
	Seed      int64    `json:"seed"`
	EvalEvery int      `json:"eval_every"`
	LogEvery  int      `json:"-"`
	Out       string   `json:"-"`
	Dot       string   `json:"-"`
	Force     bool     `json:"-"`

	given map[string]bool // flags that stood on the command line
}

// recipes are the defaults that depend on the preset. That of gpt1 is the paper's
// (section 4.1); the smaller ones are for smaller texts and shorter runs.
var recipes = map[string]settings{
	"gpt1": {Batch: 64, Micro: 4, Epochs: 100, LR: 2.5e-4, Warmup: 2000, EvalEvery: 500, LogEvery: 1},
	"mini": {Batch: 16, Micro: 8, Epochs: 20, LR: 6e-4, Warmup: 300, EvalEvery: 200, LogEvery: 10},
	"tiny": {Batch: 16, Micro: 16, Epochs: 20, LR: 1e-3, Warmup: 200, EvalEvery: 200, LogEvery: 20},
}

const usage = `usage: go run ./cmd/train [flags]

Pre-trains GPT-1 on books: next-token prediction over contiguous text.
Without -data the book is Newton's Opticks, which every Go toolchain carries.

The model
  -preset NAME     gpt1: 12 layers, 12 heads, width 768, context 512, V 40478
                   mini: 6 layers, 5 heads, width 320, context 256, V 8192
                   tiny: 4 layers, 4 heads, width 128, context 128, V 4096
                   (default tiny)
  -ctx N           context in tokens, in place of the preset's
  -dropout P       dropout probability (0.1)
  -seed N          fixes everything that is random (1)

The text
  -data PATH       a book, a folder of books or a glob (.txt, .txt.gz);
                   repeat it for more
  -tokenizer DIR   vocabulary to use: vocab.json + merges.txt, or OpenAI's pair
                   (without it, one is learned from the training text)
  -vocab N         size of the vocabulary to learn (the preset's V)

The recipe                                       gpt1     mini     tiny
  -batch N         windows an update             64       16       16
  -micro N         windows computed at a time    4        8        16
  -epochs N        passes over the text          100      20       20
  -steps N         updates, in place of -epochs; 0 builds the graph and stops
  -lr X            highest learning rate         2.5e-4   6e-4     1e-3
  -warmup N        updates of linear warm-up     2000     300      200
                   (by default at most a fifth of the run)
  -l2 X            decoupled weight decay (0.01)
  -clip X          largest gradient norm; 0: no clipping (0)

The run
  -out DIR         run folder (runs/<preset>, numbered when it exists)
  -force           write into a folder that is not empty
  -eval-every N    updates between evaluations   500      200      200
  -log-every N     updates between lines         1        10       20
  -dot FILE        write the step graph in Graphviz's language
`

// parse reads the command line over the preset's defaults.
func parse(args []string, help io.Writer) (*settings, error) {
	if err := simd.Err(); err != nil {
		return nil, err
	}
	preset, err := presetOf(args)
	if err != nil {
		return nil, err
	}
	s := recipes[preset]
	c, err := gpt1.Preset(preset)
	if err != nil {
		return nil, err
	}
	s.Vocab, s.Ctx, s.given = c.VocabSize, c.NCtx, map[string]bool{}
	fs := s.flags(preset)
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(help, usage)
		return nil, cli.ErrHelp
	case err != nil:
		return nil, err
	case fs.NArg() > 0:
		return nil, errors.Errorf("unexpected argument %q: books are named with -data", fs.Arg(0))
	}
	fs.Visit(func(f *flag.Flag) { s.given[f.Name] = true })
	return &s, s.check()
}

// flags declares the flags with the values in s as defaults.
func (s *settings) flags(preset string) *flag.FlagSet {
	fs := flag.NewFlagSet("train", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&s.Preset, "preset", preset, "")
	fs.Func("data", "", func(v string) error { s.Data = append(s.Data, v); return nil })
	fs.StringVar(&s.Tokenizer, "tokenizer", "", "")
	fs.IntVar(&s.Vocab, "vocab", s.Vocab, "")
	fs.IntVar(&s.Ctx, "ctx", s.Ctx, "")
	fs.IntVar(&s.Steps, "steps", 0, "")
	fs.IntVar(&s.Epochs, "epochs", s.Epochs, "")
	fs.IntVar(&s.Batch, "batch", s.Batch, "")
	fs.IntVar(&s.Micro, "micro", s.Micro, "")
	fs.Float64Var(&s.LR, "lr", s.LR, "")
	fs.IntVar(&s.Warmup, "warmup", s.Warmup, "")
	fs.Float64Var(&s.L2, "l2", 0.01, "")
	fs.Float64Var(&s.Clip, "clip", 0, "")
	fs.Float64Var(&s.Dropout, "dropout", 0.1, "")
	fs.Int64Var(&s.Seed, "seed", 1, "")
	fs.IntVar(&s.EvalEvery, "eval-every", s.EvalEvery, "")
	fs.IntVar(&s.LogEvery, "log-every", s.LogEvery, "")
	fs.StringVar(&s.Out, "out", "", "")
	fs.BoolVar(&s.Force, "force", false, "")
	fs.StringVar(&s.Dot, "dot", "", "")
	return fs
}

// presetOf finds the preset before the other flags are read, as it decides on
// their defaults.
func presetOf(args []string) (string, error) {
	preset := "tiny"
	for i, a := range args {
		name, value, joined := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(a, "-"), "-"), "=")
		if !strings.HasPrefix(a, "-") || name != "preset" {
			continue
		}
		if !joined {
			if i+1 == len(args) {
				return "", errors.Errorf("-preset needs a name: one of %s", strings.Join(gpt1.PresetNames(), ", "))
			}
			value = args[i+1]
		}
		preset = value
	}
	_, err := gpt1.Preset(preset)
	return preset, errors.WithMessage(err, "-preset")
}

// check refuses values that cannot work.
func (s *settings) check() error {
	s.Micro = min(s.Micro, max(s.Batch, 1))
	err := cli.CheckInts(s.given,
		cli.Int{Name: "vocab", Value: s.Vocab, Least: 2}, cli.Int{Name: "ctx", Value: s.Ctx, Least: 1},
		cli.Int{Name: "steps", Value: s.Steps, Least: 0}, cli.Int{Name: "epochs", Value: s.Epochs, Least: 1},
		cli.Int{Name: "batch", Value: s.Batch, Least: 1}, cli.Int{Name: "micro", Value: s.Micro, Least: 1},
		cli.Int{Name: "warmup", Value: s.Warmup, Least: 0}, cli.Int{Name: "eval-every", Value: s.EvalEvery, Least: 0},
		cli.Int{Name: "log-every", Value: s.LogEvery, Least: 1})
	if err == nil {
		err = cli.CheckNumbers(cli.Number{Name: "lr", Value: s.LR}, cli.Number{Name: "l2", Value: s.L2}, cli.Number{Name: "clip", Value: s.Clip})
	}
	if err == nil {
		err = cli.CheckShare(cli.Number{Name: "dropout", Value: s.Dropout})
	}
	if err != nil {
		return err
	}
	if s.given["steps"] && s.given["epochs"] {
		return errors.New("-steps and -epochs both set the length of the run: give one")
	}
	if s.given["tokenizer"] && s.given["vocab"] {
		return errors.New("-vocab is the size of a vocabulary to learn, but -tokenizer names one that exists: give one")
	}
	if s.given["steps"] && s.Steps > 0 {
		s.Epochs = 0
		return s.checkWarmup()
	}
	return nil
}

// checkWarmup compares the warm-up with the length of the run, once that is known.
func (s *settings) checkWarmup() error {
	if s.given["warmup"] && s.Warmup > s.Steps {
		return errors.Errorf("-warmup of %d updates is longer than the run of %d", s.Warmup, s.Steps)
	}
	if !s.given["warmup"] {
		s.Warmup = min(s.Warmup, max(s.Steps/5, 1))
	}
	return nil
}

// model returns a model of the shape that the settings ask for, with zeroed
// parameters.
func (s *settings) model() (*gpt1.Model, error) {
	c, err := gpt1.Preset(s.Preset)
	if err != nil {
		return nil, err
	}
	c.VocabSize, c.NCtx = s.Vocab, s.Ctx
	c.EmbdPDrop, c.AttnPDrop, c.ResidPDrop = float32(s.Dropout), float32(s.Dropout), float32(s.Dropout)
	return gpt1.New(c)
}
