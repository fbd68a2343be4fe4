// Command train pre-trains GPT-1 on books: section 3.1 of Radford et al. 2018.
//
//	go run ./cmd/train -data BOOKS
package traincmd

import (
	"context"
	"io"

	"gorgpt/cmd/internal/cli"
	"gorgpt/dist"
	"gorgpt/pretrain"
)

// Run is the command with its surroundings as arguments. It returns the exit status.
func Run(g *dist.Group, args []string, _ io.Reader, out, stderr io.Writer) int {
	stdout := cli.NewOutput(out)
	var s *pretrain.Settings
	parse := func() (err error) {
		s, err = parse(g, args, stdout)
		return err
	}
	return cli.RunRank(g, "train", args, stdout, stderr, parse, func(ctx context.Context) error {
		con := cli.Console(g, stdout, stderr)
		if err := cli.Settled(g, s, con); err != nil {
			return err
		}
		if s.Prepare != "" {
			return pretrain.Prepare(ctx, s, con)
		}
		return cli.Profiled(g, s.Profile, func() error {
			_, err := pretrain.Run(ctx, s, con)
			return err
		})
	})
}
