// Package ablatecmd implements gorgpt ablate, which fine-tunes a model in several ways and compares
// the test scores: with and without pre-training, with and without the auxiliary language model,
// and with different numbers of labels.
//
//	go run ./cmd/gorgpt ablate
package ablatecmd

import (
	"context"
	"io"

	"gorgpt/cmd/internal/cli"
	"gorgpt/pretrain"
)

// Run runs the command with its arguments and standard streams. It returns the exit status.
func Run(args []string, _ io.Reader, out, stderr io.Writer) int {
	stdout := cli.NewOutput(out)
	var s *settings
	var first pretrain.Options
	parse := func() (err error) {
		if s, err = parse(args, stdout); err != nil {
			return err
		}
		first, err = pretrain.World()
		return err
	}
	return cli.Run("ablate", stdout, stderr, parse, func(ctx context.Context) error {
		return compare(ctx, s, first, cli.NewConsole(nil, stdout, stderr))
	})
}
