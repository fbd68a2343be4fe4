package cli

import (
	"flag"
	"fmt"
	"io"
	"slices"

	"github.com/pkg/errors"

	"gorgpt/graph/draw"
	"gorgpt/internal/outfile"
	"gorgpt/internal/simd"
	"gorgpt/train"
)

// SettingsFlags declares the flags that runs of all kinds have, with the values in s as
// defaults.
func SettingsFlags(fs *flag.FlagSet, s *train.Settings) {
	fs.IntVar(&s.Steps, "steps", s.Steps, "")
	fs.IntVar(&s.Epochs, "epochs", s.Epochs, "")
	fs.IntVar(&s.Batch, "batch", s.Batch, "")
	fs.IntVar(&s.Micro, "micro", s.Micro, "")
	fs.Float64Var(&s.LR, "lr", s.LR, "")
	fs.Float64Var(&s.L2, "l2", s.L2, "")
	fs.Float64Var(&s.Clip, "clip", s.Clip, "")
	fs.Float64Var(&s.Dropout, "dropout", s.Dropout, "")
	fs.Int64Var(&s.Seed, "seed", s.Seed, "")
	fs.BoolVar(&s.AllowUnknown, "allow-unknown", s.AllowUnknown, "")
	fs.IntVar(&s.EvalEvery, "eval-every", s.EvalEvery, "")
	fs.Var(&s.SaveEvery, "save-every", "")
	fs.IntVar(&s.Keep, "keep", s.Keep, "")
	fs.StringVar(&s.Resume, "resume", s.Resume, "")
	fs.StringVar(&s.Config, "config", s.Config, "")
	fs.BoolVar(&s.DryRun, "dry-run", s.DryRun, "")
	fs.StringVar(&s.Profile, "profile", s.Profile, "")
	fs.IntVar(&s.LogEvery, "log-every", s.LogEvery, "")
	fs.StringVar(&s.Out, "out", s.Out, "")
	fs.BoolVar(&s.Force, "force", s.Force, "")
	DrawFlags(fs, &s.Draw)
}

// DrawFlags declares the flags of what is wanted of graphs.
func DrawFlags(fs *flag.FlagSet, s *draw.Settings) {
	fs.StringVar(&s.DOT, "dot", "", "")
	fs.StringVar(&s.SVG, "svg", "", "")
	fs.StringVar(&s.Level, "dot-level", "", "")
	fs.StringVar(&s.Graph, "dot-graph", "", "")
	fs.IntVar(&s.Profile, "dot-profile", 0, "")
	fs.BoolVar(&s.Summary, "summary", false, "")
}

// CheckSettings refuses values that cannot work, and lets -steps decide on the length
// of the run if it is given.
func CheckSettings(given Given, s *train.Settings) error {
	err := given.CheckInts(
		Int{Name: "steps", Value: s.Steps, Least: 0}, Int{Name: "epochs", Value: s.Epochs, Least: 1}, Int{Name: "batch", Value: s.Batch, Least: 1}, Int{Name: "micro", Value: s.Micro, Least: 1},
		Int{Name: "eval-every", Value: s.EvalEvery, Least: 0}, Int{Name: "log-every", Value: s.LogEvery, Least: 1},
		Int{Name: "keep", Value: s.Keep, Least: 0})
	if err == nil {
		err = given.CheckNumbers(Number{"lr", s.LR}, Number{"l2", s.L2}, Number{"clip", s.Clip})
	}
	if err == nil {
		err = given.CheckShares(Number{"dropout", s.Dropout})
	}
	if err == nil {
		err = s.Draw.Check(given, train.Graphs...)
	}
	switch {
	case err != nil:
		return err
	case s.Draw.Profile > 0 && (given.Flag("epochs") || given.Flag("steps") && s.Steps > 0):
		return errors.New("-dot-profile measures and trains nothing: leave out -steps and -epochs")
	case given.Flag("steps") && given.Flag("epochs"):
		return errors.New("-steps and -epochs both set the length of the run: give one")
	case given.Flag("steps"), given.Any("steps") && !given.Any("epochs"):
		s.Epochs = 0
	case given.Flag("epochs"):
		s.Steps = 0
	}
	return nil
}

// CheckFiles refuses outputs that must not be written: those of all runs, and more.
func CheckFiles(s *train.Settings, more, inputs []outfile.Name) error {
	outputs := slices.Concat(s.Draw.Files(), ProfileFiles(s.Profile), more)
	return outfile.Check(outputs, append(inputs, outfile.Name{Flag: "-config", Path: s.Config}))
}

// NewFlags returns a set of flags that leaves it to [Parse] to tell what is wrong.
func NewFlags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return fs
}

// Parse reads a command line that has nothing but flags, and tells which were given.
// Asked for help it prints usage to w, and the error is [ErrHelp]. instead says where
// things go that are no flags.
func Parse(fs *flag.FlagSet, args []string, usage, instead string, w io.Writer) (Given, error) {
	if err := simd.Err(); err != nil {
		return nil, err
	}
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(w, usage)
		return nil, ErrHelp
	case err != nil:
		return nil, err
	case fs.NArg() > 0:
		return nil, errors.Errorf("unexpected argument %q: %s", fs.Arg(0), instead)
	}
	given := Given{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return given, nil
}
