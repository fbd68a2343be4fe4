package finetunecmd

import (
	"flag"
	"io"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/dist"
	"gorgpt/finetune"
	"gorgpt/finetune/files"
	"gorgpt/internal/outfile"
	"gorgpt/train"
)

// commandLine holds the settings on the command line.
type commandLine struct {
	finetune.Options
	cli.Extras `json:"-"`
	seeds      int  // number of runs; their seeds are Seed, Seed+1, and so on
	controls   bool // measure cheap controls instead of training
	colours    bool // standard output shows colours
}

// training are the flags without effect on a model that is applied. The file of -config may have
// them, because it may be the run.json of that model.
var training = []string{
	"epochs", "steps", "batch", "micro", "lr", "warmup", "lambda", "l2", "clip", "dropout", "head-dropout", "seeds",
	"controls", "dry-run", "eval-every", "patience", "log-every", "save-every", "checkpoints",
	"dot", "svg", "html", "dot-level", "dot-graph", "dot-profile", "summary",
}

// parse reads the command line.
func parse(g *dist.Group, args []string, help io.Writer) (*commandLine, error) {
	c := cli.Command[commandLine]{
		Group: g, Name: finetune.Command, Usage: usage, Instead: "files are named with -train, -dev and -test",
		Defaults: func(string) (*commandLine, error) { return &commandLine{Options: finetune.Defaults(), seeds: 1}, nil },
		Flags:    flags,
		Options:  func(s *commandLine) *train.Options { return &s.Options.Options },
	}
	s, given, err := c.Settle(args, help)
	if err != nil {
		return nil, err
	}
	s.Group = g
	for _, x := range []struct{ name, value, needs string }{
		{"eval", s.Eval, "a file"}, {"predict", s.Predict, "a file"}, {"explain", s.Explain, "a file or a text"},
	} {
		if given.Any(x.name) && x.value == "" {
			return nil, errors.Errorf("-%s is empty: it needs %s", x.name, x.needs)
		}
	}
	if s.Options, err = files.Resolve(s.Options); err != nil {
		return nil, err
	}
	if s.Applies() {
		for _, name := range training {
			if given.Flag(name) {
				return nil, errors.Errorf("-%s is for training: omit it with -eval, -predict and -explain", name)
			}
		}
	}
	if err := checkNumbers(s, given); err != nil {
		return nil, err
	}
	err = cli.CheckFiles(&s.Options.Options, &s.Extras, s.outputs(), append(cli.RowFiles(s.Train, s.Dev, s.Test, s.Data), outfile.Name{Flag: "-eval", Path: s.Eval}, outfile.Name{Flag: "-predict", Path: s.Predict}, outfile.Name{Flag: "-explain", Path: s.Explain}))
	if err == nil && s.Eval != "" {
		err = train.CheckFolder(s.Out, s.Force)
	}
	return s, err
}

// outputs returns the files that are written instead of a run folder.
func (s *commandLine) outputs() (all []outfile.Name) {
	switch {
	case s.Out == "", s.Out == finetune.Stdin:
	case s.Predict != "", s.Explain != "":
		all = []outfile.Name{{Flag: "-out", Path: s.Out}}
	case s.Eval != "":
		for _, name := range files.EvalFiles() {
			all = append(all, outfile.Name{Flag: "-out", Path: filepath.Join(s.Out, name)})
		}
	}
	return all
}

// flags declares the flags with the values in s as defaults.
func flags(s *commandLine) *flag.FlagSet {
	fs := cli.NewFlags("finetune")
	fs.StringVar((*string)(&s.Task), "task", string(s.Task), "")
	fs.BoolVar(&s.Regression, "regression", s.Regression, "")
	fs.StringVar(&s.Model, "model", s.Model, "")
	fs.BoolVar(&s.Scratch, "scratch", s.Scratch, "")
	fs.Var(&s.Transfer, "transfer", "")
	fs.StringVar(&s.Preset, "preset", s.Preset, "")
	fs.StringVar(&s.Train, "train", s.Train, "")
	fs.StringVar(&s.Dev, "dev", s.Dev, "")
	fs.StringVar(&s.Test, "test", s.Test, "")
	fs.StringVar(&s.Dataset, "dataset", s.Dataset, "")
	fs.StringVar(&s.Data, "data", s.Data, "")
	fs.StringVar(&s.Fields, "fields", s.Fields, "")
	fs.StringVar(&s.Labels, "labels", s.Labels, "")
	fs.StringVar(&s.Join, "join", s.Join, "")
	fs.StringVar(&s.Table, "table", s.Table, "")
	fs.StringVar(&s.KeepColumns, "keep", s.KeepColumns, "")
	fs.StringVar(&s.Split, "split", s.Split, "")
	fs.StringVar(&s.MaxBroken, "max-broken", s.MaxBroken, "")
	fs.BoolVar(&s.Strict, "strict", s.Strict, "")
	fs.IntVar(&s.Limit, "limit", s.Limit, "")
	fs.IntVar(&s.seeds, "seeds", s.seeds, "")
	fs.StringVar(&s.Eval, "eval", s.Eval, "")
	fs.StringVar(&s.Predict, "predict", s.Predict, "")
	fs.StringVar(&s.Explain, "explain", s.Explain, "")
	fs.Var(&s.Dtype, "dtype", "")
	fs.BoolVar(&s.Calibrate, "calibrate", s.Calibrate, "")
	fs.BoolVar(&s.controls, "controls", s.controls, "")
	fs.StringVar((*string)(&s.Long), "long", string(s.Long), "")
	fs.StringVar((*string)(&s.ClassWeights), "class-weights", string(s.ClassWeights), "")
	fs.Float64Var(&s.Warmup, "warmup", s.Warmup, "")
	fs.Float64Var(&s.Lambda, "lambda", s.Lambda, "")
	fs.Float64Var(&s.HeadDrop, "head-dropout", s.HeadDrop, "")
	cli.OptionFlags(fs, &s.Options.Options, &s.Extras)
	return fs
}

// checkNumbers returns an error if a number is out of its range.
func checkNumbers(s *commandLine, given cli.Given) error {
	err := given.CheckInts(cli.Int{Name: "limit", Value: s.Limit, Least: 1}, cli.Int{Name: "seeds", Value: s.seeds, Least: 1, Most: 10_000})
	if err == nil {
		err = given.CheckNumbers(cli.Number{Name: "lambda", Value: s.Lambda})
	}
	if err == nil {
		err = given.CheckShares(cli.Number{Name: "warmup", Value: s.Warmup}, cli.Number{Name: "head-dropout", Value: s.HeadDrop})
	}
	if err == nil {
		err = cli.CheckOptions(given, &s.Options.Options, &s.Extras)
	}
	return err
}
