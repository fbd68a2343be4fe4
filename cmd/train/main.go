// Command train pre-trains GPT-1 on books: section 3.1 of Radford et al. 2018.
//
//	go run ./cmd/train -data BOOKS
package main

import (
	"context"
	"io"
	"os"

	"gorgpt/internal/cli"
	"gorgpt/pretrain"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings as arguments. It returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	var s *pretrain.Settings
	parse := func() (err error) {
		s, err = parse(args, stdout)
		return err
	}
	return cli.Run("train", stderr, parse, func(ctx context.Context) error {
		con := cli.Console(stdout, stderr)
		if s.Prepare != "" {
			return pretrain.Prepare(ctx, s, con)
		}
		return cli.Profiled(s.Profile, func() error {
			_, err := pretrain.Run(ctx, s, con)
			return err
		})
	})
}
