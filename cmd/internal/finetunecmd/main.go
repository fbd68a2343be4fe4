// Package finetunecmd implements gorgpt finetune, which fine-tunes a pre-trained GPT-1 on labelled
// rows: section 3.2 of Radford et al. 2018.
//
//	go run ./cmd/finetune -task classification -train FILE -dev FILE
package finetunecmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/cmd/internal/hubcli"
	"gorgpt/dist"
	"gorgpt/finetune"
	"gorgpt/finetune/files"
	"gorgpt/graph/draw"
	"gorgpt/heads"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// Run runs the command on one rank, with its arguments and standard streams. It returns the exit
// status.
func Run(g *dist.Group, args []string, stdin io.Reader, out, stderr io.Writer) int {
	stdout := cli.NewOutput(out)
	con := cli.NewConsole(g, stdout, stderr)
	var s *commandLine
	var first pretrain.Options
	parse := func() (err error) {
		if s, err = parse(g, args, stdout); err != nil {
			return err
		}
		s.colours = cli.IsTerminal(out) && os.Getenv("NO_COLOR") == ""
		if first, err = pretrain.World(); err == nil {
			first.Group = g
		}
		return err
	}
	return cli.RunRank(g, "finetune", args, stdout, stderr, parse, func(ctx context.Context) error {
		if err := cli.Settled(g, s, con); err != nil {
			return err
		}
		return con.Err(cli.Profiled(g, s.Profile, func() error { return tune(ctx, s, first, stdin, con) }))
	})
}

// tune does the work of the command. first are the options of pre-training, which runs first if
// there is no model.
func tune(ctx context.Context, s *commandLine, first pretrain.Options, stdin io.Reader, con *cli.Console) error {
	if s.Applies() {
		if err := hubcli.Options(ctx, &s.Options, con.Listener()); err != nil {
			return err
		}
	}
	if s.Explain != "" {
		return explain(ctx, s, stdin, con)
	}
	if s.Applies() {
		return files.Apply(ctx, s.Options, stdin, con.Out, con.Progress())
	}
	folder, earlier, err := s.Reopen(con.Listener())
	if err != nil || earlier != nil && earlier.Completed {
		return err
	}
	defer folder.Close()
	if folder == nil {
		if err := checkOut(s); err != nil {
			return err
		}
	}
	if err := hubcli.Options(ctx, &s.Options, con.Listener()); err != nil {
		return err
	}
	d, err := files.ReadFrom(ctx, s.Options, stdin)
	if err != nil {
		return err
	}
	d.Report(con.Listener())
	if s.controls {
		if !s.Group.First() {
			return nil
		}
		return measure(ctx, d, con.Out)
	}
	if s.Model, err = model(ctx, s, first, con); err != nil {
		return err
	}
	if !s.BuildOnly(s.Options.Options) {
		f, err := s.Forecast(d)
		if s.DryRun && f.Parameters > 0 {
			cli.PrintForecast(con.Out, f)
		}
		if s.DryRun || err != nil {
			return err
		}
	}
	if s.seeds > 1 {
		return repeat(ctx, s, d, con)
	}
	p, err := prepare(s.Options, d, con)
	if err != nil {
		return err
	}
	if done, err := s.look(ctx, p, con); done || err != nil {
		return err
	}
	control, err := s.compete(ctx, d, con)
	if err != nil {
		return err
	}
	result, err := p.Run(ctx, folder, earlier, con.Listener())
	if err != nil {
		return err
	}
	return control.judge(result, con.Out)
}

// look draws a graph of the run if the command line asks for it. done reports that the command is
// not to train.
func (s *commandLine) look(ctx context.Context, p *finetune.Plan, con *cli.Console) (done bool, err error) {
	if s.Draw.Wanted() && s.Group.First() {
		title, g, fill, err := p.Declare(s.Draw.Graph)
		if err != nil {
			return false, err
		}
		if err := s.Draw.Export(ctx, draw.Subject{Title: title, Graph: g, Fill: fill, Paper: paper(p)}, con.Out); err != nil {
			return false, err
		}
	}
	done = s.BuildOnly(s.Options.Options)
	if done {
		fmt.Fprintf(con.Out, "%d parameters; %s, so nothing is trained\n", p.Parameters(), s.WhyBuildOnly())
	}
	return done, nil
}

// formats are the parts of figure 1 of the paper that show the input of a task.
var formats = map[heads.Kind]string{
	heads.Classification: draw.Classification, heads.MultiLabel: draw.Classification, heads.Entailment: draw.Entailment,
	heads.Similarity: draw.Similarity, heads.Regression: draw.Similarity, heads.MultipleChoice: draw.MultipleChoice,
}

// paper returns figure 1 of the paper with the sizes of a run; nil for an LSTM.
func paper(p *finetune.Plan) *draw.Paper {
	spec, model, micro := p.Spec(), p.Config(), p.Options().Micro
	fig := cli.Paper(fmt.Sprintf("%s on B = %d examples of up to T = %d tokens", spec.Task, micro, model.NCtx), model, micro)
	if fig != nil {
		fig.Task, fig.Outputs, fig.Sequences = formats[spec.Task], spec.Outputs(), spec.Sequences()
	}
	return fig
}

func prepare(o finetune.Options, d *finetune.Data, con *cli.Console) (*finetune.Plan, error) {
	b, err := o.OpenBase(d, con.Listener())
	if err != nil {
		return nil, err
	}
	p, err := finetune.NewPlan(o, d, b, con.Listener())
	if err == nil {
		p.Submit, p.Draw = files.Submit, files.Draw
	}
	return p, err
}

// checkOut returns an error if a run folder cannot be used. It runs before all other work.
func checkOut(s *commandLine) error {
	if s.seeds == 1 || s.Out == "" {
		return s.CheckOut()
	}
	if err := train.CheckFolder(s.Out, s.Force); err != nil {
		return err
	}
	for i := range int64(s.seeds) {
		one := s.Options
		one.Seed += i
		one.Out = seedFolder(s.Out, one.Seed)
		if err := one.CheckOut(); err != nil {
			return err
		}
	}
	return nil
}

// seedFolder returns the run folder of a seed.
func seedFolder(out string, seed int64) string {
	return filepath.Join(out, fmt.Sprintf("seed-%d", seed))
}

// repeat trains once per seed, each in its own folder, and prints the spread of the scores.
func repeat(ctx context.Context, s *commandLine, d *finetune.Data, con *cli.Console) error {
	var scores finetune.Repeats
	var control opponent
	for i := range int64(s.seeds) {
		one := s.Options
		one.Seed += i
		if s.Out != "" {
			one.Out = seedFolder(s.Out, one.Seed)
		}
		rows, err := d.Resplit(one, con.Listener())
		if err != nil {
			return err
		}
		if i == 0 || rows.SplitBy != "" { // each seed has other rows
			if control, err = s.compete(ctx, rows, con); err != nil {
				return err
			}
		}
		result, err := runOne(ctx, s, one, rows, con)
		if err != nil {
			return errors.WithMessagef(err, "seed %d", one.Seed)
		}
		scores.Add(result)
		if err := control.judge(result, con.Out); err != nil {
			return err
		}
	}
	for _, line := range scores.Lines() {
		fmt.Fprintln(con.Out, line)
	}
	return nil
}

// runOne runs one of several seeds.
func runOne(ctx context.Context, s *commandLine, o finetune.Options, d *finetune.Data, con *cli.Console) (finetune.Result, error) {
	p, err := prepare(o, d, con)
	if err != nil {
		return finetune.Result{}, err
	}
	if done, err := s.look(ctx, p, con); done || err != nil {
		return finetune.Result{}, err
	}
	return p.Run(ctx, nil, nil, con.Listener())
}

// model returns the folder of the model to start from. If the command line does not name one, it
// is the newest. Rows of the embedded world may need a new one, which is pre-trained. Own rows start
// from random weights if there is no model that has learned from books. With -scratch, or to inspect a
// graph, no model is needed.
func model(ctx context.Context, s *commandLine, first pretrain.Options, con *cli.Console) (string, error) {
	world := s.Train == "" && s.Dataset == ""
	switch {
	case s.Model != "" || s.Preset != "":
		return s.Model, nil
	case world && !s.Scratch && !s.BuildOnly(s.Options.Options):
		return pretrain.NewestOrNew(ctx, first, con.Listener())
	}
	dir, err := s.Group.Once(func() ([]byte, error) {
		dir, err := newest(world)
		return []byte(dir), err
	})
	if len(dir) == 0 && !world && !s.Scratch {
		con.Listener().Note("no -model, and no completed run of gorgpt train -data under %s/: starting from random weights", train.Runs)
	}
	s.Scratch = s.Scratch || len(dir) == 0
	return string(dir), err
}

// newest returns the folder of the newest pre-trained model for rows of the embedded world or for others.
func newest(world bool) (string, error) {
	if world {
		return pretrain.Newest("")
	}
	return pretrain.NewestOnBooks()
}
