package main

import (
	"flag"
	"io"

	"gorgpt/finetune"
	"gorgpt/internal/cli"
)

// parse reads the command line.
func parse(args []string, help io.Writer) (*finetune.Settings, error) {
	s := finetune.Defaults()
	given, err := cli.Parse(flags(s), args, usage, "files are named with -train, -dev and -test", help)
	if err != nil {
		return nil, err
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	return s, checkNumbers(s, given)
}

// flags declares the flags with the values in s as defaults.
func flags(s *finetune.Settings) *flag.FlagSet {
	fs := cli.NewFlags("finetune")
	fs.StringVar((*string)(&s.Task), "task", "", "")
	fs.BoolVar(&s.Regression, "regression", false, "")
	fs.StringVar(&s.Model, "model", "", "")
	fs.BoolVar(&s.Scratch, "scratch", false, "")
	fs.StringVar(&s.Preset, "preset", "", "")
	fs.StringVar(&s.Train, "train", "", "")
	fs.StringVar(&s.Dev, "dev", "", "")
	fs.StringVar(&s.Test, "test", "", "")
	fs.IntVar(&s.Limit, "limit", 0, "")
	fs.BoolVar(&s.Controls, "controls", false, "")
	fs.Float64Var(&s.Warmup, "warmup", s.Warmup, "")
	fs.Float64Var(&s.Lambda, "lambda", s.Lambda, "")
	cli.SettingsFlags(fs, &s.Settings)
	return fs
}

// checkNumbers refuses numbers that cannot work.
func checkNumbers(s *finetune.Settings, given cli.Given) error {
	err := given.CheckInts(cli.Int{Name: "limit", Value: s.Limit, Least: 1})
	if err == nil {
		err = given.CheckNumbers(cli.Number{Name: "lambda", Value: s.Lambda})
	}
	if err == nil {
		err = given.CheckShares(cli.Number{Name: "warmup", Value: s.Warmup})
	}
	if err == nil {
		err = cli.CheckSettings(given, &s.Settings)
	}
	return err
}
