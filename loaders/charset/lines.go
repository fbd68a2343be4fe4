package charset

import (
	"bufio"
	"bytes"
	"io"

	"github.com/pkg/errors"
)

// Lines reads a stream line by line. LF, CR LF and single CR end a line. Only one goroutine may use it
// at a time.
type Lines struct {
	text    *Reader
	in      *bufio.Reader
	limit   int
	afterCR bool // the last byte was a carriage return: a line feed may complete the line end
	loneCR  bool
}

// NewLines returns a reader of the decoded lines of src, see [Reader]. A line of more than limit bytes
// is an error.
func NewLines(src io.Reader, limit int) *Lines {
	text := NewReader(src)
	return &Lines{text: text, in: bufio.NewReaderSize(text, chunk), limit: limit}
}

// Found describes the encoding as far as it is known.
func (l *Lines) Found() Found {
	found := l.text.Found()
	found.CR = l.loneCR
	return found
}

// Next returns the next line without its end, or [io.EOF].
func (l *Lines) Next() (string, error) {
	var line []byte
	for {
		_, err := l.in.Peek(1) // waits for more
		switch {
		case errors.Is(err, io.EOF) && len(line) > 0:
			return string(line), nil
		case err != nil:
			l.loneCR = l.loneCR || l.afterCR
			return "", err
		}
		part, err := l.in.Peek(l.in.Buffered())
		if err != nil {
			return "", err
		}
		if l.afterCR {
			l.afterCR = false
			if part[0] == '\n' {
				l.skip(1)
				continue
			}
			l.loneCR = true
		}
		end := bytes.IndexAny(part, "\r\n")
		if end < 0 {
			end = len(part)
		}
		if len(line)+end > l.limit {
			return "", errors.Errorf("a line has more than %d bytes", l.limit)
		}
		if line = append(line, part[:end]...); end == len(part) {
			l.skip(end)
			continue
		}
		l.afterCR = part[end] == '\r'
		l.skip(end + 1)
		return string(line), nil
	}
}

// skip discards bytes that were peeked at.
func (l *Lines) skip(n int) { _, _ = l.in.Discard(n) } // they are in the buffer
