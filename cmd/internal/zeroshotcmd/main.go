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
		con, measure := cli.NewConsole(nil, stdout, stderr), s.measure
		if s.blimp != "" {
			measure = s.measurePairs
		}
		err := measure(ctx, con)
		if errors.Is(err, context.Canceled) {
			err = errors.WithMessage(err, "run the same command again to do the remaining measurements")
		}
		return err
	})
}

// measure does the work of the command.
func (s *settings) measure(ctx context.Context, con *cli.Console) error {
	e := &zeroshot.Experiment{AllowUnknown: s.data.AllowUnknown, Dtype: s.dtype}
	var err error
	if e.Runs, err = s.runs(ctx, con); err != nil {
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
	if err != nil {
		return err
	}
	if err := s.table(zeroshot.Markdown(curves), con); err != nil || !zeroshot.Known(e.Runs) {
		return err
	}
	return s.pictures(con, func(format string, w io.Writer) error { return zeroshot.Draw(curves, format, w) })
}

// measurePairs does the work of the command with -blimp. Only models with a history have a curve to draw.
func (s *settings) measurePairs(ctx context.Context, con *cli.Console) error {
	e := &zeroshot.Pairs{Before: s.before, AllowUnknown: s.data.AllowUnknown, Dtype: s.dtype}
	var err error
	if e.Runs, err = s.runs(ctx, con); err != nil {
		return err
	}
	if e.Paradigms, err = zeroshot.ReadBLiMP(s.blimp); err != nil {
		return errors.WithMessage(err, "-blimp")
	}
	log, err := zeroshot.OpenPairsLog(s.out)
	if err != nil {
		return err
	}
	states, err := e.Measure(ctx, log, con.Listener())
	if err != nil {
		return err
	}
	if err := s.table(zeroshot.PairsMarkdown(states), con); err != nil || len(states) == len(e.Runs) {
		return err
	}
	return s.pictures(con, func(format string, w io.Writer) error { return zeroshot.DrawPairs(states, format, w) })
}

// table prints a table and writes it to the folder of the results.
func (s *settings) table(text string, con *cli.Console) error {
	fmt.Fprintf(con.Out, "\n%s\n", text)
	return s.write("table.md", func(w io.Writer) error { _, err := io.WriteString(w, text); return err }, con.Out)
}

// pictures draws a picture in both formats.
func (s *settings) pictures(con *cli.Console, draw func(format string, w io.Writer) error) error {
	for _, format := range []string{"svg", "png"} {
		if err := s.write("zeroshot."+format, func(w io.Writer) error { return draw(format, w) }, con.Out); err != nil {
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
