// Package traincmd implements gorgpt train, which pre-trains GPT-1 on books: section 3.1 of
// Radford et al. 2018.
package traincmd

import (
	"context"
	"fmt"
	"io"

	"github.com/pkg/errors"

	"gorgpt/cmd/internal/cli"
	"gorgpt/dist"
	"gorgpt/gpt1"
	"gorgpt/graph/draw"
	"gorgpt/pretrain"
)

// Fetch downloads a model whose name begins with [HubScheme], reports that to stderr, and returns its folder.
type Fetch func(name string, stderr io.Writer) (dir string, err error)

// HubScheme begins the names of models on the Hugging Face hub.
const HubScheme = "hf:"

// Run runs the command on one rank, with its arguments and standard streams. It returns the exit
// status. It uses no network, so that it is compiled soon.
func Run(g *dist.Group, args []string, in io.Reader, out, stderr io.Writer) int {
	return With(func(name string, _ io.Writer) (string, error) {
		return "", errors.Errorf("%s is a model on the hub: use gorgpt train, or download it with gorgpt fetch", name)
	})(g, args, in, out, stderr)
}

// With returns the command for models of the hub, too.
func With(fetch Fetch) cli.RankCommand {
	return func(g *dist.Group, args []string, _ io.Reader, out, stderr io.Writer) int {
		return run(g, args, out, stderr, fetch)
	}
}

func run(g *dist.Group, args []string, out, stderr io.Writer, fetch Fetch) int {
	stdout := cli.NewOutput(out)
	var c *commandLine
	parse := func() (err error) {
		c, err = parse(g, args, stdout, func(name string) (string, error) { return fetch(name, stderr) })
		return err
	}
	return cli.RunRank(g, "train", args, stdout, stderr, parse, func(ctx context.Context) error {
		con := cli.NewConsole(g, stdout, stderr)
		if err := cli.Settled(g, c, con); err != nil {
			return err
		}
		if c.Prepare != "" {
			return pretrain.Prepare(ctx, c.Options, con.Listener())
		}
		return con.Err(cli.Profiled(g, c.Profile, func() error { return c.train(ctx, con) }))
	})
}

// train does the work of the command.
func (c *commandLine) train(ctx context.Context, con *cli.Console) (err error) {
	if c.BuildOnly(c.Options.Options) {
		m, err := pretrain.NewModel(c.Options)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.Out, "%s: %d parameters; %s, so nothing is trained\n", c.Name(), m.Store.Len(), c.WhyBuildOnly())
		return c.draw(ctx, c.Options, m, con)
	}
	p, err := pretrain.NewPlan(ctx, c.Options, con.Listener())
	if err != nil || p.Completed() {
		return err
	}
	defer func() {
		if closeErr := p.Close(); err == nil {
			err = closeErr
		}
	}()
	if c.DryRun {
		f, err := p.Forecast()
		if f.Parameters > 0 {
			cli.PrintForecast(con.Out, f)
		}
		return err
	}
	if c.Draw.Wanted() {
		m, err := p.Model()
		if err != nil {
			return err
		}
		if err := c.draw(ctx, p.Options(), m, con); err != nil {
			return err
		}
	}
	_, err = p.Run(ctx)
	return err
}

// draw draws the graph that the command line asks for, if any.
func (c *commandLine) draw(ctx context.Context, o pretrain.Options, m *gpt1.Model, con *cli.Console) error {
	if !c.Draw.Wanted() || !o.Group.First() {
		return nil
	}
	g, fill, err := o.Declare(m, c.Draw.Graph)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("%s: %s on B = %d windows of T = %d tokens", o.Name(), c.Draw.Graph, o.Micro, m.NCtx)
	if fill == nil {
		title = o.Name() + ": update of all parameters"
	}
	paper := cli.Paper(fmt.Sprintf("%s on B = %d windows of T = %d tokens", o.Name(), o.Micro, m.NCtx), m.Config, o.Micro)
	return c.Draw.Export(ctx, draw.Subject{Title: title, Graph: g, Fill: fill, Paper: paper}, con.Out)
}
