package main

import (
	"flag"
	"fmt"
	"io"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/gpt1"
	"gorgpt/heads"
	"gorgpt/internal/cli"
	"gorgpt/internal/simd"
)

// settings are the resolved flags; run.json keeps them.
type settings struct {
	Task       heads.Kind `json:"task"`
	Regression bool       `json:"regression,omitempty"`
	Model      string     `json:"model,omitempty"`
	Preset     string     `json:"preset,omitempty"`
	Scratch    bool       `json:"scratch,omitempty"`
	Train      string     `json:"train"`
	Dev        string     `json:"dev,omitempty"`
	Test       string     `json:"test,omitempty"`
	Limit      int        `json:"limit,omitempty"`
	Steps      int        `json:"steps"`
	Epochs     int        `json:"epochs,omitempty"`
	Batch      int        `json:"batch"`
	Micro      int        `json:"micro"`
	LR         float64    `json:"lr"`
	Warmup     float64    `json:"warmup"`
	Lambda     float64    `json:"lambda"`
	L2         float64    `json:"l2"`
	Clip       float64    `json:"clip"`
	Dropout    float64    `json:"dropout"`
	Seed       int64      `json:"seed"`
	EvalEvery  int        `json:"eval_every"`
	LogEvery   int        `json:"-"`
	Out        string     `json:"-"`
	Dot        string     `json:"-"`
	Force      bool       `json:"-"`

	given map[string]bool // flags that stood on the command line
}

// parse reads the command line.
func parse(args []string, help io.Writer) (*settings, error) {
	if err := simd.Err(); err != nil {
		return nil, err
	}
	s := &settings{given: map[string]bool{}}
	fs := s.flags()
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(help, usage)
		return nil, cli.ErrHelp
	case err != nil:
		return nil, err
	case fs.NArg() > 0:
		return nil, errors.Errorf("unexpected argument %q: files are named with -train, -dev and -test", fs.Arg(0))
	}
	fs.Visit(func(f *flag.Flag) { s.given[f.Name] = true })
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	return s, s.checkNumbers()
}

// flags declares the flags with the paper's recipe (section 4.1) as defaults. Those of
// -lr, -micro and -eval-every depend on model and data; see fit.
func (s *settings) flags() *flag.FlagSet {
	fs := flag.NewFlagSet("finetune", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar((*string)(&s.Task), "task", "", "")
	fs.BoolVar(&s.Regression, "regression", false, "")
	fs.StringVar(&s.Model, "model", "", "")
	fs.BoolVar(&s.Scratch, "scratch", false, "")
	fs.StringVar(&s.Preset, "preset", "", "")
	fs.StringVar(&s.Train, "train", "", "")
	fs.StringVar(&s.Dev, "dev", "", "")
	fs.StringVar(&s.Test, "test", "", "")
	fs.IntVar(&s.Limit, "limit", 0, "")
	fs.IntVar(&s.Steps, "steps", 0, "")
	fs.IntVar(&s.Epochs, "epochs", 3, "")
	fs.IntVar(&s.Batch, "batch", 32, "")
	fs.IntVar(&s.Micro, "micro", 0, "")
	fs.Float64Var(&s.LR, "lr", 0, "")
	fs.Float64Var(&s.Warmup, "warmup", 0.002, "")
	fs.Float64Var(&s.Lambda, "lambda", 0.5, "")
	fs.Float64Var(&s.L2, "l2", 0.01, "")
	fs.Float64Var(&s.Clip, "clip", 1, "")
	fs.Float64Var(&s.Dropout, "dropout", 0.1, "")
	fs.Int64Var(&s.Seed, "seed", 1, "")
	fs.IntVar(&s.EvalEvery, "eval-every", 0, "")
	fs.IntVar(&s.LogEvery, "log-every", 10, "")
	fs.StringVar(&s.Out, "out", "", "")
	fs.BoolVar(&s.Force, "force", false, "")
	fs.StringVar(&s.Dot, "dot", "", "")
	return fs
}

// tasks are the values of -task.
var tasks = []heads.Kind{heads.Classification, heads.Entailment, heads.Similarity, heads.MultipleChoice}

// checkNames refuses tasks, files and models that cannot work.
func (s *settings) checkNames() error {
	const want = "want classification, entailment, similarity or qa"
	switch {
	case s.Task == "":
		return errors.New("-task is missing: " + want)
	case !slices.Contains(tasks, s.Task):
		return errors.Errorf("-task is %q: %s", s.Task, want)
	case s.Regression && s.Task != heads.Similarity:
		return errors.Errorf("-regression is for -task similarity, not %s", s.Task)
	case s.Train == "":
		return errors.New("-train is missing: name a JSONL file of labelled rows")
	case s.Preset != "" && !s.Scratch:
		return errors.New("-preset is the shape of a new model: add -scratch, or leave it out")
	case s.Preset != "" && s.Model != "":
		return errors.New("-preset and -model both set the shape: give one")
	case s.given["steps"] && s.given["epochs"]:
		return errors.New("-steps and -epochs both set the length of the run: give one")
	}
	if s.Preset != "" {
		_, err := gpt1.Preset(s.Preset)
		return errors.WithMessage(err, "-preset")
	}
	return nil
}

// kind is the task that -task and -regression ask for.
func (s *settings) kind() heads.Kind {
	if s.Regression {
		return heads.Regression
	}
	return s.Task
}

// checkNumbers refuses numbers that cannot work.
func (s *settings) checkNumbers() error {
	err := cli.CheckInts(s.given,
		cli.Int{Name: "limit", Value: s.Limit, Least: 1}, cli.Int{Name: "steps", Value: s.Steps, Least: 0},
		cli.Int{Name: "epochs", Value: s.Epochs, Least: 1}, cli.Int{Name: "batch", Value: s.Batch, Least: 1},
		cli.Int{Name: "micro", Value: s.Micro, Least: 1}, cli.Int{Name: "eval-every", Value: s.EvalEvery, Least: 0},
		cli.Int{Name: "log-every", Value: s.LogEvery, Least: 1})
	if err == nil {
		err = cli.CheckNumbers(cli.Number{Name: "lr", Value: s.LR}, cli.Number{Name: "lambda", Value: s.Lambda},
			cli.Number{Name: "l2", Value: s.L2}, cli.Number{Name: "clip", Value: s.Clip})
	}
	if err == nil {
		err = cli.CheckShare(cli.Number{Name: "dropout", Value: s.Dropout})
	}
	if err == nil {
		err = cli.CheckShare(cli.Number{Name: "warmup", Value: s.Warmup})
	}
	return err
}
