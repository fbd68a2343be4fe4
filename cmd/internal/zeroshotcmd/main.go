// Package zeroshotcmd implements gorgpt zeroshot, which measures how well a language model does
// tasks without fine-tuning, at several points of its pre-training: figure 2 (right) of Radford et
// al. 2018.
//
//	go run ./cmd/gorgpt zeroshot -model runs/tiny
package zeroshotcmd

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/experiment/zeroshot"
	"gorgpt/internal/atomicfile"
)

// Run runs the command with its arguments and standard streams. It returns the exit status.
func Run(args []string, _ io.Reader, out, stderr io.Writer) int {
	stdout := cli.NewOutput(out)
	var s *settings
	parse := func() (err error) {
		s, err = parse(args, stdout)
		return err
	}
	return cli.Run("zeroshot", stdout, stderr, parse, func(ctx context.Context) error {
		return s.measure(ctx, cli.NewConsole(nil, stdout, stderr))
	})
}

// measure does the work of the command.
func (s *settings) measure(ctx context.Context, con *cli.Console) error {
	e := &zeroshot.Experiment{AllowUnknown: s.data.AllowUnknown, Dtype: s.dtype}
	var err error
	if e.Runs, err = s.runs(); err != nil {
		return err
	}
	if e.Sets, err = s.sets(ctx, con); err != nil {
		return err
	}
	log, err := zeroshot.OpenLog(s.out)
	if err != nil {
		return err
	}
	curves, err := e.Measure(ctx, log, con.Listener())
	if errors.Is(err, context.Canceled) {
		return errors.WithMessage(err, "run the same command again to do the remaining measurements")
	}
	if err != nil {
		return err
	}
	table := zeroshot.Markdown(curves)
	fmt.Fprintf(con.Out, "\n%s\n", table)
	if err := s.write("table.md", func(w io.Writer) error { _, err := io.WriteString(w, table); return err }, con.Out); err != nil {
		return err
	}
	for _, format := range []string{"svg", "png"} {
		draw := func(w io.Writer) error { return zeroshot.Draw(curves, format, w) }
		if err := s.write("zeroshot."+format, draw, con.Out); err != nil {
			return err
		}
	}
	return nil
}

// write writes a file to the folder of the results.
func (s *settings) write(name string, write func(io.Writer) error, w io.Writer) error {
	path := filepath.Join(s.out, name)
	if err := atomicfile.Write(path, write); err != nil {
		return err
	}
	fmt.Fprintf(w, "wrote %s\n", path)
	return nil
}
