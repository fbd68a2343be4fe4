package generatecmd

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders/charset"
)

// maxPrompt is the maximum length in bytes of a prompt.
const maxPrompt = 64 << 20

// readPrompt reads standard input to its end.
func (c *command) readPrompt(ctx context.Context) (string, error) {
	type result struct {
		text []byte
		err  error
	}
	read := make(chan result, 1)
	go func() {
		text, err := io.ReadAll(io.LimitReader(c.stdin, maxPrompt+1))
		read <- result{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-read:
		if r.err == nil && len(r.text) > maxPrompt {
			r.err = errors.Errorf("the text has more than %d bytes", maxPrompt)
		}
		if r.err != nil {
			return "", errors.Wrap(r.err, "standard input")
		}
		text, err := c.decode("standard input", r.text)
		return strings.TrimRight(text, "\n"), err
	}
}

// decode decodes a prompt, reports its encoding and ends its lines with LF.
func (c *command) decode(name string, raw []byte) (string, error) {
	text, found, err := charset.Decode(raw)
	if err != nil {
		return "", errors.WithMessage(err, name)
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	if found.CR = bytes.IndexByte(text, '\r') >= 0; found.CR {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	c.sayFound(name, found)
	return string(text), nil
}

// sayFound reports the encoding of a text unless it is plain UTF-8.
func (c *command) sayFound(name string, found charset.Found) {
	if what := found.String(); what != "" {
		fmt.Fprintf(c.stderr, "generate: %s: %s\n", name, what)
	}
}

// read is a line or an error.
type read struct {
	text  string
	found charset.Found // so far
	bad   error         // the line cannot be decoded; later lines may be
	err   error
}

// readDecoded reads the lines of a text. Opening it may block, for example on a pipe.
func readDecoded(ctx context.Context, open func() (io.Reader, error)) <-chan read {
	var lines *charset.Lines
	return readLines(ctx, func() read {
		if lines == nil {
			in, err := open()
			if err != nil {
				return read{err: err}
			}
			lines = charset.NewLines(in, maxLine)
		}
		text, err := lines.Next()
		return read{text: text, found: lines.Found(), err: err}
	})
}

// readRaw reads typed lines and decodes each separately.
func readRaw(ctx context.Context, r io.Reader) <-chan read {
	in := bufio.NewReader(r)
	return readLines(ctx, func() read {
		var line []byte
		for {
			part, err := in.ReadSlice('\n')
			line = append(line, part...)
			switch {
			case errors.Is(err, bufio.ErrBufferFull) && len(line) <= maxLine:
				continue
			case errors.Is(err, bufio.ErrBufferFull):
				return read{err: errors.Errorf("a line has more than %d bytes", maxLine)}
			case err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)):
				return read{err: err}
			}
			text, _, err := charset.Decode(bytes.TrimRight(line, "\r\n"))
			return read{text: string(text), bad: err}
		}
	})
}

// readLines sends lines until an error, which it sends last. It runs in a goroutine so that the
// caller can handle signals meanwhile.
func readLines(ctx context.Context, next func() read) <-chan read {
	lines := make(chan read)
	go func() {
		for {
			line := next()
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
			if line.err != nil {
				return
			}
		}
	}()
	return lines
}
