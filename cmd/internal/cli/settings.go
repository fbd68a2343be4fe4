package cli

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/internal/outfile"
	"gorgpt/internal/simd"
	"gorgpt/train"
)

// Extras are the settings of a command that trains which do not affect the run.
type Extras struct {
	DryRun  bool   // only print the forecast
	Profile string // folder for profiles; "": none
	Draw    Draw
}

// BuildOnly reports whether the command only builds a graph and does not train.
func (x Extras) BuildOnly(o train.Options) bool { return o.BuildOnly() || x.Draw.Profile > 0 }

// WhyBuildOnly returns the flag because of which BuildOnly is true.
func (x Extras) WhyBuildOnly() string {
	if x.Draw.Profile > 0 {
		return "-dot-profile"
	}
	return "-steps 0"
}

// OptionFlags declares the flags of all kinds of runs. Their defaults are the current values.
func OptionFlags(fs *flag.FlagSet, o *train.Options, x *Extras) {
	fs.IntVar(&o.Steps, "steps", o.Steps, "")
	fs.IntVar(&o.Epochs, "epochs", o.Epochs, "")
	fs.IntVar(&o.Batch, "batch", o.Batch, "")
	fs.IntVar(&o.Micro, "micro", o.Micro, "")
	fs.Float64Var(&o.LR, "lr", o.LR, "")
	fs.Float64Var(&o.L2, "l2", o.L2, "")
	fs.Float64Var(&o.Clip, "clip", o.Clip, "")
	fs.Float64Var(&o.Dropout, "dropout", o.Dropout, "")
	fs.Int64Var(&o.Seed, "seed", o.Seed, "")
	fs.BoolVar(&o.AllowUnknown, "allow-unknown", o.AllowUnknown, "")
	fs.IntVar(&o.EvalEvery, "eval-every", o.EvalEvery, "")
	fs.IntVar(&o.Patience, "patience", o.Patience, "")
	fs.Var(&o.SaveEvery, "save-every", "")
	fs.Var(&o.Checkpoints, "checkpoints", "")
	fs.StringVar(&o.Resume, "resume", o.Resume, "")
	fs.IntVar(&o.LogEvery, "log-every", o.LogEvery, "")
	fs.StringVar(&o.Out, "out", o.Out, "")
	fs.BoolVar(&o.Force, "force", o.Force, "")
	fs.StringVar(&o.Config, "config", o.Config, "")
	fs.BoolVar(&x.DryRun, "dry-run", x.DryRun, "")
	fs.StringVar(&x.Profile, "profile", x.Profile, "")
	x.Draw.Flags(fs)
	fs.StringVar(&x.Draw.HTML, "html", x.Draw.HTML, "")
}

// CheckOptions returns an error if a value is invalid. If -steps or -epochs is given, it sets the
// length of the run, and the other is 0.
func CheckOptions(given Given, o *train.Options, x *Extras) error {
	err := given.CheckInts(
		Int{Name: "steps", Value: o.Steps, Least: 0}, Int{Name: "epochs", Value: o.Epochs, Least: 1}, Int{Name: "batch", Value: o.Batch, Least: 1}, Int{Name: "micro", Value: o.Micro, Least: 1},
		Int{Name: "eval-every", Value: o.EvalEvery, Least: 0}, Int{Name: "patience", Value: o.Patience, Least: 0}, Int{Name: "log-every", Value: o.LogEvery, Least: 1})
	if err == nil {
		err = given.CheckNumbers(Number{"lr", o.LR}, Number{"l2", o.L2}, Number{"clip", o.Clip})
	}
	if err == nil {
		err = given.CheckShares(Number{"dropout", o.Dropout})
	}
	if err == nil {
		err = x.Draw.Check(given, train.Graphs...)
	}
	switch {
	case err != nil:
		return err
	case given.Any("html") && x.Draw.HTML == "":
		return errors.New("-html needs the name of a file")
	case x.Draw.Profile > 0 && (given.Flag("epochs") || given.Flag("steps") && o.Steps > 0):
		return errors.New("-dot-profile measures without training: omit -steps and -epochs")
	case given.Flag("steps") && given.Flag("epochs"):
		return errors.New("-steps and -epochs both set the length of the run: set only one of them")
	case given.Flag("steps"), given.Any("steps") && !given.Any("epochs"):
		o.Epochs = 0
	case given.Flag("epochs"):
		o.Steps = 0
	}
	return nil
}

// CheckFiles returns an error if an output file must not be written. more are outputs in addition
// to those of all runs.
func CheckFiles(o *train.Options, x *Extras, more, inputs []outfile.Name) error {
	outputs := slices.Concat(x.Draw.Files(), ProfileFiles(x.Profile), more)
	return outfile.Check(outputs, append(inputs, outfile.Name{Flag: "-config", Path: o.Config}))
}

// NewFlags returns a flag set that prints no errors; [Parse] returns them.
func NewFlags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return fs
}

// Parse parses a command line that consists only of flags, and returns those that were given. If
// it asks for help, Parse prints usage to w and returns [ErrHelp]. instead is advice for the error
// about an argument that is not a flag.
func Parse(fs *flag.FlagSet, args []string, usage, instead string, w io.Writer) (Given, error) {
	if err := simd.Err(); err != nil {
		return nil, err
	}
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(w, usage)
		return nil, ErrHelp
	case err != nil:
		return nil, mistyped(err, fs)
	case fs.NArg() > 0:
		return nil, errors.Errorf("unexpected argument %q: %s", fs.Arg(0), instead)
	}
	given := Given{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return given, nil
}

// mistyped returns an error of package flag, for an unknown flag with the one that was probably meant.
func mistyped(err error, fs *flag.FlagSet) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return err
	}
	if near := suggestion(name, fs); near != "" {
		return errors.Errorf("unknown flag -%s: did you mean -%s?", name, near)
	}
	return errors.Errorf("unknown flag -%s", name)
}
