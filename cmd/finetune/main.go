// Command finetune fine-tunes a pre-trained GPT-1 on labelled rows: section 3.2 of
// Radford et al. 2018.
//
//	go run ./cmd/finetune -task classification -train FILE -dev FILE
package main

import (
	"context"
	"io"
	"os"

	"github.com/pkg/errors"

	"gorgpt/finetune"
	"gorgpt/internal/cli"
	"gorgpt/pretrain"
	"gorgpt/train"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings as arguments. It returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	var s *finetune.Settings
	parse := func() (err error) {
		s, err = parse(args, stdout)
		return err
	}
	return cli.Run("finetune", stderr, parse, func(ctx context.Context) error {
		return tune(ctx, s, cli.Console(stdout, stderr))
	})
}

// tune does what the settings say.
func tune(ctx context.Context, s *finetune.Settings, con train.Console) error {
	d, err := s.ReadData()
	if err != nil {
		return err
	}
	if err := model(s); err != nil {
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
	return j.Run(ctx, con)
}

// model names a model when the command line does not.
func model(s *finetune.Settings) (err error) {
	if s.Model != "" || s.Preset != "" {
		return nil
	}
	if s.Model, err = pretrain.Newest("runs"); err != nil || s.Model != "" || s.Scratch {
		return err
	}
	return errors.New("no pre-trained model under runs/: run go run ./cmd/train first, name a model with -model, " +
		"or start from random weights with -scratch")
}
