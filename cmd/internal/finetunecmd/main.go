// Command finetune fine-tunes a pre-trained GPT-1 on labelled rows: section 3.2 of
// Radford et al. 2018.
//
//	go run ./cmd/finetune -task classification -train FILE -dev FILE
package finetunecmd

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/dist"
	"gorgpt/finetune"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// Run is the command with its surroundings as arguments. It returns the exit status.
func Run(g *dist.Group, args []string, stdin io.Reader, out, stderr io.Writer) int {
	stdout := cli.NewOutput(out)
	con := cli.Console(g, stdout, stderr)
	var s *finetune.Settings
	var first *pretrain.Settings
	parse := func() (err error) {
		if s, err = parse(g, args, stdout); err != nil {
			return err
		}
		if first, err = pretrain.World(); err == nil {
			first.Group = g
		}
		return err
	}
	return cli.RunRank(g, "finetune", args, stdout, stderr, parse, func(ctx context.Context) error {
		if err := cli.Settled(g, s, con); err != nil {
			return err
		}
		return cli.Profiled(g, s.Profile, func() error { return tune(ctx, s, first, stdin, con) })
	})
}

// tune does what the settings say. first are those of pre-training, when it has to come
// first.
func tune(ctx context.Context, s *finetune.Settings, first *pretrain.Settings, stdin io.Reader, con train.Console) error {
	if s.Eval != "" || s.Predict != "" {
		return s.Apply(ctx, stdin, con.Out, con.Err)
	}
	folder, earlier, err := s.Reopen(con.Out)
	if err != nil || earlier != nil && earlier.Completed {
		return err
	}
	defer folder.Close()
	if folder == nil {
		if err := checkOut(s); err != nil {
			return err
		}
	}
	d, err := s.ReadData()
	if err != nil {
		return err
	}
	d.Report(con.Out)
	if s.Controls {
		if !s.Group.First() {
			return nil
		}
		return measure(ctx, d, con.Out)
	}
	if s.Model, err = model(ctx, s, first, con); err != nil {
		return err
	}
	if done, err := s.Forecast(d, con.Out); done || err != nil {
		return err
	}
	if s.Seeds > 1 {
		return repeat(ctx, s, d, con)
	}
	j, err := prepare(s, d, con)
	if err != nil {
		return err
	}
	return j.Run(ctx, folder, earlier, con)
}

func prepare(s *finetune.Settings, d *finetune.Data, con train.Console) (*finetune.Job, error) {
	b, err := s.OpenBase(d, con.Out)
	if err != nil {
		return nil, err
	}
	return finetune.Prepare(s, d, b, con.Out)
}

// checkOut refuses folders that cannot be used, before anything is done.
func checkOut(s *finetune.Settings) error {
	if s.Seeds == 1 || s.Out == "" {
		return s.CheckOut()
	}
	if err := train.CheckFolder(s.Out, s.Force); err != nil {
		return err
	}
	for i := range int64(s.Seeds) {
		one := *s
		one.Seed += i
		one.Out = seedFolder(s.Out, one.Seed)
		if err := one.CheckOut(); err != nil {
			return err
		}
	}
	return nil
}

// seedFolder is the run folder of a seed.
func seedFolder(out string, seed int64) string {
	return filepath.Join(out, fmt.Sprintf("seed-%d", seed))
}

// repeat does a run for each seed, in a folder of its own, and tells how the scores spread.
func repeat(ctx context.Context, s *finetune.Settings, d *finetune.Data, con train.Console) error {
	var scores finetune.Repeats
	for i := range int64(s.Seeds) {
		one := *s
		one.Seed += i
		if s.Out != "" {
			one.Out = seedFolder(s.Out, one.Seed)
		}
		j, err := prepare(&one, d, con)
		if err == nil {
			err = j.Run(ctx, nil, nil, con)
		}
		if err != nil {
			return errors.WithMessagef(err, "seed %d", one.Seed)
		}
		scores.Add(j)
	}
	scores.Print(con.Out)
	return nil
}

// model finds the model to start from when the command line does not name it. From
// scratch, and for looking at the graph, none will do.
func model(ctx context.Context, s *finetune.Settings, first *pretrain.Settings, con train.Console) (string, error) {
	switch {
	case s.Model != "" || s.Preset != "":
		return s.Model, nil
	case s.Scratch || s.BuildOnly():
		dir, err := s.Group.Once(func() ([]byte, error) {
			dir, err := pretrain.Newest("")
			return []byte(dir), err
		})
		s.Scratch = s.Scratch || len(dir) == 0
		return string(dir), err
	}
	return pretrain.NewestOrNew(ctx, first, con)
}
