package generatecmd

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// talks reports whether the text is continued line by line: with -interactive and, on a terminal, unless a flag is
// given that cannot be combined with it.
func (c *command) talks() bool {
	apart := slices.ContainsFunc(notInteractive, func(name string) bool { return c.given[name] })
	return c.interactive || c.terminal && c.attention == "" && !apart
}

// talk reads lines and continues the text after each.
func (c *command) talk(ctx context.Context) error {
	if c.terminal {
		fmt.Fprintln(c.stderr, "Each line is added to the text; an empty line continues it. /new starts a new text, /quit exits.")
	}
	var text []int32
	lines := readRaw(ctx, c.stdin)
	for {
		if c.terminal {
			fmt.Fprint(c.stderr, "> ")
		}
		var line read
		select {
		case <-ctx.Done():
			return ctx.Err()
		case line = <-lines:
		}
		switch {
		case errors.Is(line.err, io.EOF):
			return nil
		case line.err != nil:
			return errors.Wrap(line.err, "standard input")
		case line.bad != nil:
			fmt.Fprintf(c.stderr, "generate: ignoring the line: %v\n", line.bad)
			continue
		case line.text == "/quit":
			return nil
		case line.text == "/new":
			text = nil
			continue
		}
		if strings.TrimSpace(line.text) != "" || len(text) == 0 {
			ids, err := c.encode(line.text)
			if err != nil {
				fmt.Fprintf(c.stderr, "generate: %v\n", err)
				continue
			}
			text = append(text, ids...)
		}
		more, err := c.continueText(ctx, line.text, text)
		if err != nil {
			return err
		}
		text = append(text, more[0]...)
		c.o.Seed++
	}
}
