// Command finetune fine-tunes a pre-trained GPT-1 on labelled rows: section 3.2 of
// Radford et al. 2018.
//
//	go run ./cmd/finetune -task classification -train FILE -dev FILE
package main

import (
	"context"
	"io"
	"os"

	"gorgpt/internal/cli"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings as arguments. It returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	var s *settings
	parse := func() (err error) {
		s, err = parse(args, stdout)
		return err
	}
	return cli.Run("finetune", stderr, parse, func(ctx context.Context) error {
		return tune(ctx, s, stdout, cli.IsTerminal(stderr), stderr)
	})
}
