package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/pkg/errors"
)

// talk continues the text line after line.
func (c *command) talk(ctx context.Context) error {
	if c.terminal {
		fmt.Fprintln(c.stderr, "Each line is added to the text, an empty one lets it go on; /new starts afresh, /quit ends.")
	}
	var text []int32
	lines := readLines(ctx, c.stdin)
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

// read is a line, or why there is none.
type read struct {
	text string
	err  error
}

// readLines reads lines until there is an error, which is the last thing that it sends. A
// goroutine of its own lets the caller heed signals meanwhile.
func readLines(ctx context.Context, r io.Reader) <-chan read {
	lines := make(chan read)
	go func() {
		in := bufio.NewReader(r)
		for {
			text, err := in.ReadString('\n')
			if text != "" && errors.Is(err, io.EOF) {
				err = nil // the next one meets it again
			}
			select {
			case lines <- read{strings.TrimRight(text, "\r\n"), err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}
