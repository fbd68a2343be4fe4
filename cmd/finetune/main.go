// Command finetune fine-tunes a pre-trained GPT-1 on labelled rows: section 3.2 of
// Radford et al. 2018.
//
//	go run ./cmd/finetune -task classification -train FILE -dev FILE
package main

import (
	"context"
	"io"
	"os"

	"gorgpt/finetune"
	"gorgpt/internal/cli"
	"gorgpt/pretrain"
	"gorgpt/train"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings as arguments. It returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	con := cli.Console(stdout, stderr)
	var s *finetune.Settings
	var first *pretrain.Settings
	parse := func() (err error) {
		if s, err = parse(args, stdout); err != nil {
			return err
		}
		first, err = pretrain.World()
		return err
	}
	return cli.Run("finetune", stderr, parse, func(ctx context.Context) error {
		return cli.Profiled(s.Profile, func() error { return tune(ctx, s, first, con) })
	})
}

// tune does what the settings say. first are those of pre-training, when it has to come
// first.
func tune(ctx context.Context, s *finetune.Settings, first *pretrain.Settings, con train.Console) error {
	folder, earlier, err := train.Reopen(s.Resume, con.Out)
	if err != nil || earlier != nil && earlier.Completed {
		return err
	}
	defer folder.Close()
	if folder == nil {
		if err := train.CheckFolder(s.Out, s.Force); err != nil {
			return err
		}
	}
	d, err := s.ReadData()
	if err != nil {
		return err
	}
	d.Report(con.Out)
	if s.Controls {
		return measure(ctx, d, con.Out)
	}
	if s.Model, err = model(ctx, s, first, con); err != nil {
		return err
	}
	if done, err := s.Forecast(d, con.Out); done || err != nil {
		return err
	}
	b, err := s.OpenBase(d, con.Out)
	if err != nil {
		return err
	}
	j, err := finetune.Prepare(s, d, b, con.Out)
	if err != nil {
		return err
	}
	return j.Run(ctx, folder, earlier, con)
}

// model finds the model to start from when the command line does not name it. From
// scratch, and for looking at the graph, none will do.
func model(ctx context.Context, s *finetune.Settings, first *pretrain.Settings, con train.Console) (string, error) {
	switch {
	case s.Model != "" || s.Preset != "":
		return s.Model, nil
	case s.Scratch || s.BuildOnly():
		dir, err := pretrain.Newest()
		s.Scratch = s.Scratch || dir == ""
		return dir, err
	}
	return pretrain.NewestOrNew(ctx, first, con)
}
