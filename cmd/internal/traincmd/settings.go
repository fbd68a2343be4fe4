package traincmd

import (
	"flag"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/dist"
	"gorgpt/internal/outfile"
	"gorgpt/loaders/shards"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// commandLine holds the settings on the command line.
type commandLine struct {
	pretrain.Options
	cli.Extras `json:"-"`
}

// parse reads the command line over the preset's defaults. fetch downloads a model of the hub.
func parse(g *dist.Group, args []string, help io.Writer, fetch func(name string) (dir string, err error)) (*commandLine, error) {
	defaults := func(preset string) (*commandLine, error) {
		if preset == "" {
			preset = "tiny"
		}
		o, err := pretrain.Defaults(preset)
		return &commandLine{Options: o}, err
	}
	settle := cli.Command[commandLine]{
		Group: g, Name: pretrain.Command, Usage: usage, Instead: "books are named with -data",
		Defaults: defaults,
		From: func(c *commandLine) (*commandLine, error) {
			if c.Init == "" {
				return defaults("")
			}
			dir, err := folder(c.Init, fetch)
			if err != nil {
				return nil, err
			}
			o, err := pretrain.From(dir)
			return &commandLine{Options: o}, err
		},
		Flags:   flags,
		Options: func(c *commandLine) *train.Options { return &c.Options.Options },
		Extend:  extend,
	}
	c, given, err := settle.Settle(args, help)
	if err != nil {
		return nil, err
	}
	c.Group = g
	if c.Init, err = folder(c.Init, fetch); err != nil {
		return nil, err
	}
	if c.Init != "" && c.Resume == "" && !given.Any("ctx") { // -preset is the recipe, not the shape
		o, err := pretrain.From(c.Init)
		if err != nil {
			return nil, err
		}
		c.Ctx = o.Ctx
	}
	return c, c.check(given)
}

// extend returns the settings that continue a completed run. The schedule and its peak are those of the
// run unless flags set them; the warm-up is none.
func extend(done, more *commandLine, given cli.Given) (*commandLine, error) {
	if given.Flag("stages") {
		return nil, errors.New("-resume: the run records its own -stages: omit the flag")
	}
	o := more.Options
	if !given.Flag("steps") {
		o.Steps = 0
	}
	if !given.Flag("epochs") {
		o.Epochs = 0
	}
	if !given.Flag("warmup") {
		o.Warmup = 0
	}
	o, err := done.Extended(o)
	o.Housekeeping = more.Housekeeping
	more.Options = o
	return more, err
}

// folder returns the folder of a model, which is downloaded if its name is of the hub.
func folder(name string, fetch func(name string) (dir string, err error)) (string, error) {
	if !strings.HasPrefix(name, HubScheme) {
		return name, nil
	}
	dir, err := fetch(name)
	return dir, errors.WithMessage(err, "-init")
}

// flags declares the flags with the values in c as defaults.
func flags(c *commandLine) *flag.FlagSet {
	fs := cli.NewFlags("train")
	fs.StringVar(&c.Preset, "preset", c.Preset, "")
	fs.StringVar(&c.Arch, "arch", c.Arch, "")
	fs.Var(&cli.List{Values: &c.Data}, "data", "")
	fs.Var(&cli.List{Values: &c.Valid}, "valid", "")
	fs.StringVar(&c.Init, "init", c.Init, "")
	fs.StringVar(&c.Tokenizer, "tokenizer", c.Tokenizer, "")
	fs.IntVar(&c.Vocab, "vocab", c.Vocab, "")
	fs.IntVar(&c.Ctx, "ctx", c.Ctx, "")
	fs.IntVar(&c.Layers, "layers", c.Layers, "")
	fs.IntVar(&c.Heads, "heads", c.Heads, "")
	fs.IntVar(&c.Width, "width", c.Width, "")
	fs.StringVar(&c.Pipeline, "pipeline", c.Pipeline, "")
	fs.StringVar(&c.Prepare, "prepare", c.Prepare, "")
	fs.StringVar(&c.Cache, "cache", c.Cache, "")
	fs.IntVar(&c.SampleEvery, "sample-every", c.SampleEvery, "")
	fs.IntVar(&c.History, "history", c.History, "")
	fs.IntVar(&c.Warmup, "warmup", c.Warmup, "")
	fs.StringVar(&c.Schedule, "schedule", c.Schedule, "")
	fs.Var(&cli.List{Values: &c.Stages}, "stages", "")
	cli.OptionFlags(fs, &c.Options.Options, &c.Extras)
	return fs
}

// check returns an error if a value is invalid, and resolves the options.
func (c *commandLine) check(given cli.Given) error {
	if c.Arch == "transformer" {
		c.Arch = ""
	}
	err := given.CheckInts(
		cli.Int{Name: "vocab", Value: c.Vocab, Least: 2}, cli.Int{Name: "ctx", Value: c.Ctx, Least: 1},
		cli.Int{Name: "layers", Value: c.Layers, Least: 1}, cli.Int{Name: "heads", Value: c.Heads, Least: 1},
		cli.Int{Name: "width", Value: c.Width, Least: 1},
		cli.Int{Name: "warmup", Value: c.Warmup, Least: 0}, cli.Int{Name: "sample-every", Value: c.SampleEvery, Least: 0},
		cli.Int{Name: "history", Value: c.History, Least: 0})
	if err == nil {
		err = cli.CheckOptions(given, &c.Options.Options, &c.Extras)
	}
	if err == nil {
		err = c.checkData(given)
	}
	if err == nil {
		err = cli.CheckFiles(&c.Options.Options, &c.Extras, nil, c.inputs())
	}
	if err == nil {
		c.Options, err = c.Resolve()
	}
	switch {
	case err != nil:
		return err
	case given.Any("init") && c.Init == "":
		return errors.New("-init needs the folder of a model")
	case c.Init != "" && (given.Flag("vocab") || given.Flag("pipeline")):
		return errors.New("-init keeps the vocabulary of the model: it cannot be combined with -vocab or -pipeline")
	case given.Flag("tokenizer") && given.Flag("vocab"):
		return errors.New("-vocab is the size of a vocabulary to learn, but -tokenizer names an existing one: set only one of them")
	case given.Any("prepare"):
		return c.checkPrepare(given)
	}
	return nil
}

// checkPrepare returns an error for flags that -prepare would ignore.
func (c *commandLine) checkPrepare(given cli.Given) error {
	if c.Prepare == "" {
		return errors.New("-prepare needs the name of a folder")
	}
	used := []string{"prepare", "data", "valid", "preset", "tokenizer", "vocab", "pipeline", "seed", "allow-unknown"}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(used, name) {
			return errors.Errorf("-prepare only tokenizes: it cannot be combined with -%s", name)
		}
	}
	return nil
}

// checkData returns an error for flags that do not apply to tokenized text.
func (c *commandLine) checkData(given cli.Given) error {
	for _, path := range c.Data {
		if shards.IsFolder(path) && (given.Flag("vocab") || given.Flag("pipeline")) {
			return errors.Errorf("-data %s is already tokenized: it cannot be combined with -vocab or -pipeline", path)
		}
	}
	return nil
}

// inputs returns the files and folders that a run reads.
func (c *commandLine) inputs() []outfile.Name {
	all := []outfile.Name{{Flag: "-init", Path: c.Init}, {Flag: "-tokenizer", Path: c.Tokenizer}}
	for _, path := range c.Data {
		all = append(all, outfile.Name{Flag: "-data", Path: path})
	}
	for _, path := range c.Valid {
		all = append(all, outfile.Name{Flag: "-valid", Path: path})
	}
	return all
}
