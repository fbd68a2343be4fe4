package cli

import (
	"fmt"
	"io"

	"gorgpt/dist"
	"gorgpt/pretrain"
	"gorgpt/train"
)

// Console shows runs to the user: facts and results on standard output, progress on standard
// error, and loss.svg and loss.png in the run folder.
// A Console must not be used by several goroutines at once.
type Console struct {
	Out      io.Writer
	err      io.Writer
	terminal bool // err is a terminal
	first    bool // this is the first rank; the others show nothing
	meter    meter
	progress *Progress // progress of the current run; nil before it starts
	figure   *Figure
	failed   error // the first error of a figure
}

// NewConsole returns the console of a command.
func NewConsole(g *dist.Group, stdout, stderr io.Writer) *Console {
	c := &Console{Out: stdout, err: stderr, terminal: IsTerminal(stderr), first: g.First()}
	if !c.first {
		c.Out, c.err = io.Discard, io.Discard
	}
	c.meter.w = c.err
	if c.terminal {
		c.meter.bar = &bar{w: c.err}
	}
	return c
}

// Listener returns a listener that shows runs on the console.
func (c *Console) Listener() train.Listener {
	if !c.first {
		return train.Listener{}
	}
	return train.Listener{Report: c.report, Observers: []train.Observer{c}}
}

// Progress returns a listener that writes all events to standard error. It is for work whose
// result alone belongs on standard output.
func (c *Console) Progress() train.Listener {
	return train.Listener{Report: func(e train.Event) { fmt.Fprintln(c.err, e) }}
}

// Terminal reports whether progress is shown on a terminal.
func (c *Console) Terminal() bool { return c.terminal }

// report shows an event.
func (c *Console) report(e train.Event) {
	switch e := e.(type) {
	case pretrain.Reading:
		c.meter.show(e)
	case train.Progress:
		c.meter.clear()
		fmt.Fprintln(c.err, e)
	case train.Started:
		c.progress = NewProgress(c.err, c.terminal, e.Steps, e.LogEvery)
		c.figure = &Figure{Dir: e.Dir, Measure: e.Measure, Out: c.Out}
		if e.From != "" {
			fmt.Fprintln(c.Out, e)
		}
	case train.Saved:
		fmt.Fprintln(c.Out, e)
		if err := c.figure.Draw(); c.failed == nil {
			c.failed = err
		}
	default:
		fmt.Fprintln(c.Out, e)
	}
}

// Updated shows an update of the current run.
func (c *Console) Updated(u train.Update) error {
	if err := c.progress.Updated(u); err != nil {
		return err
	}
	return c.figure.Updated(u)
}

// Evaluated shows an evaluation of the current run.
func (c *Console) Evaluated(step int, metrics []train.Metric) error {
	if err := c.progress.Evaluated(step, metrics); err != nil {
		return err
	}
	return c.figure.Evaluated(step, metrics)
}

// Err returns err or, if that is nil, the first error of drawing a figure.
func (c *Console) Err(err error) error {
	if err != nil {
		return err
	}
	return c.failed
}
