package traincmd

import (
	"flag"
	"io"
	"maps"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/dist"
	"gorgpt/internal/outfile"
	"gorgpt/loaders/shards"
	"gorgpt/pretrain"
	"gorgpt/train"
)

const usage = `usage: go run ./cmd/train [flags]

Pre-trains GPT-1 on books: next-token prediction over contiguous text.
Without -data the books are stories of an embedded world, made on the spot.

The model
  -preset NAME     gpt1: 12 layers, 12 heads, width 768, context 512, V 40478
                   mini: 6 layers, 5 heads, width 320, context 256, V 8192
                   tiny: 4 layers, 4 heads, width 128, context 128, V 4096
                   (default tiny; for the embedded world its V is 2048)
  -arch NAME       transformer, or lstm: one layer of 2048 (gpt1), 1152 (mini)
                   or 384 units (tiny) in its place, as in the paper's
                   section 5 (transformer)
  -ctx N           context in tokens, in place of the preset's
  -dropout P       dropout probability (0.1; tiny on the embedded world: 0)
  -seed N          fixes everything that is random (1)

The text
  -data PATH       a book, a folder of books or a glob (.txt, .txt.gz);
                   repeat it for more. Or one folder that -prepare made.
                   (the embedded world's)
  -prepare DIR     tokenize the books into DIR and stop; the same command goes
                   on where it was stopped
  -cache DIR       where tokens of books are kept for later runs (runs/.tokens);
                   -cache '' keeps them in memory
  -tokenizer DIR   vocabulary to use: tokenizer.json, vocab.json + merges.txt,
                   or OpenAI's pair (by default one is learned from the text)
  -vocab N         size of the vocabulary to learn (the preset's V)
  -pipeline NAME   how text is cut into words: bert, as Hugging Face does, or
                   original, as in 2018 (that of -tokenizer, or bert)

The recipe                                       gpt1     mini     tiny
  -batch N         windows an update             64       16       8
  -micro N         windows computed at a time    4        8        8
  -epochs N        passes over the text          100      20       20
                   (tiny on the embedded world: 1)
  -steps N         updates, in place of -epochs; 0 builds the graph and stops
  -lr X            highest learning rate         2.5e-4   6e-4     3e-3
                   (tiny, -arch lstm: 1e-2)
  -warmup N        updates of linear warm-up     2000     300      200
                   (by default at most a fifth of the run)
  -l2 X            decoupled weight decay (0.01)
  -clip X          largest gradient norm; 0: no clipping (0)

The run
  -config FILE     settings as a JSON object, {"lr": 0.001, "eval_every": 100};
                   flags go before it, and it before the preset. The run.json
                   of a run folder repeats that run
  -dry-run         tell parameters, memory and time of the run, and stop
  -out DIR         run folder (runs/<preset>, for an LSTM runs/<preset>-lstm;
                   numbered when it exists)
  -force           write into a folder that is not empty: the files of a run
                   that is there are removed, all others stay
  -eval-every N    updates between evaluations   500      200      1500
  -log-every N     updates between lines         1        10       20
  -sample-every N  updates between samples of text in samples/; 0: only at the
                   end (0)
  -history N       keep the weights after 1/2, 1/4, 1/8, … of the updates, N
                   times, as model folders in history/, for gorgpt zeroshot (0)
` + cli.SettingsUsage

// commandLine is what the command line asks for.
type commandLine struct {
	pretrain.Options
	cli.Extras `json:"-"`
}

// parse reads the command line over the preset's defaults.
func parse(g *dist.Group, args []string, help io.Writer) (*commandLine, error) {
	settle := cli.Command[commandLine]{
		Group: g, Name: pretrain.Command, Usage: usage, Instead: "books are named with -data",
		Defaults: func(preset string) (*commandLine, error) {
			if preset == "" {
				preset = "tiny"
			}
			o, err := pretrain.Defaults(preset)
			return &commandLine{Options: o}, err
		},
		Flags:   flags,
		Options: func(c *commandLine) *train.Options { return &c.Options.Options },
	}
	c, given, err := settle.Settle(args, help)
	if err != nil {
		return nil, err
	}
	c.Group = g
	return c, c.check(given)
}

// flags declares the flags with the values at hand as defaults.
func flags(c *commandLine) *flag.FlagSet {
	fs := cli.NewFlags("train")
	fs.StringVar(&c.Preset, "preset", c.Preset, "")
	fs.StringVar(&c.Arch, "arch", c.Arch, "")
	fs.Var(&cli.List{Values: &c.Data}, "data", "")
	fs.StringVar(&c.Tokenizer, "tokenizer", c.Tokenizer, "")
	fs.IntVar(&c.Vocab, "vocab", c.Vocab, "")
	fs.IntVar(&c.Ctx, "ctx", c.Ctx, "")
	fs.StringVar(&c.Pipeline, "pipeline", c.Pipeline, "")
	fs.StringVar(&c.Prepare, "prepare", c.Prepare, "")
	fs.StringVar(&c.Cache, "cache", c.Cache, "")
	fs.IntVar(&c.SampleEvery, "sample-every", c.SampleEvery, "")
	fs.IntVar(&c.History, "history", c.History, "")
	fs.IntVar(&c.Warmup, "warmup", c.Warmup, "")
	cli.OptionFlags(fs, &c.Options.Options, &c.Extras)
	return fs
}

// check refuses values that cannot work, and resolves the options.
func (c *commandLine) check(given cli.Given) error {
	if c.Arch == "transformer" {
		c.Arch = ""
	}
	err := given.CheckInts(
		cli.Int{Name: "vocab", Value: c.Vocab, Least: 2}, cli.Int{Name: "ctx", Value: c.Ctx, Least: 1},
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
	case given.Flag("tokenizer") && given.Flag("vocab"):
		return errors.New("-vocab is the size of a vocabulary to learn, but -tokenizer names an existing one: give only one")
	case given.Any("prepare"):
		return c.checkPrepare(given)
	}
	return nil
}

// checkPrepare refuses flags that -prepare would ignore.
func (c *commandLine) checkPrepare(given cli.Given) error {
	if c.Prepare == "" {
		return errors.New("-prepare needs the name of a folder")
	}
	used := []string{"prepare", "data", "preset", "tokenizer", "vocab", "pipeline", "seed", "allow-unknown"}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(used, name) {
			return errors.Errorf("-prepare only tokenizes: it cannot be combined with -%s", name)
		}
	}
	return nil
}

// checkData refuses settings of text that is tokenized already.
func (c *commandLine) checkData(given cli.Given) error {
	for _, path := range c.Data {
		if shards.IsFolder(path) && (given.Flag("vocab") || given.Flag("pipeline")) {
			return errors.Errorf("-data %s is already tokenized: it cannot be combined with -vocab or -pipeline", path)
		}
	}
	return nil
}

// inputs are the files and folders that a run reads.
func (c *commandLine) inputs() []outfile.Name {
	all := []outfile.Name{{Flag: "-tokenizer", Path: c.Tokenizer}}
	for _, path := range c.Data {
		all = append(all, outfile.Name{Flag: "-data", Path: path})
	}
	return all
}
