package tables

import (
	"bufio"
	"bytes"
	"io"

	"github.com/pkg/errors"

	"gorgpt/loaders/charset"
)

// textFile is a text file in a common encoding.
type textFile struct {
	path     string
	set      Format // what is known about it before it is read
	surveyed bool
	found    charset.Found
	notes    []string // what a user should know about how it is read
}

// open opens the file as UTF-8 whose lines end with LF or CR LF. The first call reads the whole file to
// detect the encoding.
func (t *textFile) open() (io.ReadCloser, error) {
	if !t.surveyed {
		if err := t.survey(); err != nil {
			return nil, err
		}
	}
	f, err := open(t.path)
	if err != nil {
		return nil, err
	}
	var r io.Reader = charset.NewReaderAs(f, t.found)
	if t.found.CR {
		r = &crReader{r: r}
	}
	return decoded{r, f}, nil
}

func (t *textFile) survey() error {
	f, err := open(t.path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
	if e, given := encodingNames[t.set.Encoding]; given {
		t.found, err = charset.SurveyAs(f, e)
	} else {
		t.found, err = charset.Survey(f)
	}
	if err != nil {
		return errors.Wrap(err, t.path)
	}
	t.surveyed = true
	if note := t.found.String(); note != "" {
		t.notes = append(t.notes, note)
	}
	return nil
}

// firstLine is the first line that is not blank, without surrounding white space; nil if there is none.
func (t *textFile) firstLine() (line []byte, err error) {
	err = t.eachLine(func(_ int, s string) bool {
		line = bytes.TrimSpace([]byte(s))
		return len(line) == 0
	})
	return line, err
}

// eachLine yields the lines of a file, without line breaks, up to the last one that is not blank.
func (t *textFile) eachLine(yield func(number int, line string) bool) error {
	f, err := t.open()
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
	lines := newLineScanner(t.path, f)
	var blank blanks // blank lines before this one
	for lines.next() {
		if isBlank(lines.text) {
			blank.add(lines.text)
			continue
		}
		if !blank.each(lines.number, yield) || !yield(lines.number, string(lines.text)) {
			return nil
		}
	}
	return lines.err
}

// decoded is an open file with its decoder.
type decoded struct {
	io.Reader
	io.Closer
}

// maxLine is the maximum length of a line.
const maxLine = 16 << 20

// lineScanner splits text into lines.
type lineScanner struct {
	path   string
	in     *bufio.Scanner
	number int
	text   []byte // without line break, until the next one is read
	err    error
}

func newLineScanner(path string, r io.Reader) *lineScanner {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 1<<16), maxLine)
	return &lineScanner{path: path, in: in}
}

// next reads a line. It returns false at the end, or with an error.
func (l *lineScanner) next() bool {
	if !l.in.Scan() {
		switch err := l.in.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			l.err = errors.Errorf("%s:%d: the line is longer than %d MiB: there must be one row per line", l.path, l.number+1, maxLine>>20)
		case err != nil:
			l.err = errors.Wrapf(err, "%s:%d", l.path, l.number+1)
		}
		return false
	}
	l.number++
	l.text = bytes.TrimRight(l.in.Bytes(), "\r")
	return true
}

// crReader replaces carriage returns that end lines by line feeds.
type crReader struct {
	r    io.Reader
	last byte
}

func (c *crReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	kept := p[:0]
	for _, b := range p[:n] {
		switch {
		case b == '\r':
			kept = append(kept, '\n')
		case b != '\n' || c.last != '\r':
			kept = append(kept, b)
		}
		c.last = b
	}
	return len(kept), err
}
