package tables

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// jsonScanner splits text into JSON values by brackets and strings. The values are parsed later.
type jsonScanner struct {
	path string
	in   *bufio.Reader
	line int // of the next character
}

func newJSONScanner(path string, r io.Reader) *jsonScanner {
	return &jsonScanner{path: path, in: bufio.NewReaderSize(r, 1<<16), line: 1}
}

// peek skips white space and returns the next character.
func (j *jsonScanner) peek() (byte, error) {
	for {
		c, err := j.in.ReadByte()
		switch {
		case err != nil:
			return 0, err
		case c == '\n':
			j.line++
		case c != ' ' && c != '\t' && c != '\r':
			return c, j.in.UnreadByte()
		}
	}
}

// take skips white space and one of the given characters.
func (j *jsonScanner) take(wanted string) (byte, error) {
	c, err := j.peek()
	if err != nil {
		return 0, err
	}
	if strings.IndexByte(wanted, c) < 0 {
		return 0, j.errorf("want %s, got %q", strings.Join(strings.Split(wanted, ""), " or "), c)
	}
	_, err = j.in.ReadByte()
	return c, err
}

func (j *jsonScanner) errorf(format string, args ...any) error {
	return errors.Wrapf(errors.Errorf(format, args...), "%s:%d: bad JSON", j.path, j.line)
}

// value reads a value and returns it with the line where it begins.
func (j *jsonScanner) value() (raw string, line int, err error) {
	if _, err := j.peek(); err != nil {
		return "", j.line, err
	}
	line = j.line
	var b []byte
	depth := 0
	for {
		c, err := j.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF) && len(b) > 0 && depth == 0:
			return string(b), line, nil
		case errors.Is(err, io.EOF):
			return "", line, io.ErrUnexpectedEOF
		case err != nil:
			return "", line, err
		case len(b) > maxLine:
			return "", line, j.errorf("the value that begins in line %d is longer than %d MiB", line, maxLine>>20)
		}
		switch c {
		case '"':
			if b, err = j.str(append(b, c)); err != nil {
				return "", line, err
			}
		case '{', '[':
			b = append(b, c)
			depth++
			continue
		case '}', ']', ',', ' ', '\t', '\r', '\n':
			if depth == 0 { // after a number or a word
				return string(b), line, j.in.UnreadByte()
			}
			b = append(b, c)
			if c == '\n' {
				j.line++
			}
			if c != '}' && c != ']' {
				continue
			}
			depth--
		default:
			b = append(b, c)
			continue
		}
		if depth == 0 {
			return string(b), line, nil
		}
	}
}

// str appends the rest of a string, which must not have line breaks.
func (j *jsonScanner) str(b []byte) ([]byte, error) {
	for escaped := false; ; {
		c, err := j.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		case c == '\n':
			return nil, j.errorf("a string does not end in its line")
		case len(b) > maxLine:
			return nil, j.errorf("a string is longer than %d MiB", maxLine>>20)
		}
		b = append(b, c)
		if c == '"' && !escaped {
			return b, nil
		}
		escaped = c == '\\' && !escaped
	}
}

// array yields the values of an array after its opening bracket.
func (j *jsonScanner) array(yield func(record) bool) (more bool, err error) {
	for {
		c, err := j.peek()
		if err != nil {
			return true, err
		}
		if c == ']' {
			_, err := j.take("]")
			return true, err
		}
		raw, line, err := j.value()
		if err != nil {
			return true, err
		}
		if raw == "" {
			return true, j.errorf("want a row, got %q", c)
		}
		if !yield(record{line: line, raw: raw}) {
			return false, nil
		}
		if c, err = j.peek(); err != nil {
			return true, err
		}
		if c != ']' {
			if _, err := j.take(",]"); err != nil {
				return true, err
			}
		}
	}
}

// memberNames are names of the member that holds the rows of a file.
var memberNames = []string{"data", "rows", "examples", "instances", "items", "records", "samples", "entries", "questions"}

// member moves to the rows in an object that holds them as an array of objects, and returns the name of
// that array; "" if there is none. It starts before the object, or, if next is set, after a member of it.
func (j *jsonScanner) member(next bool) (string, error) {
	separator := "{"
	if next {
		separator = ",}"
	}
	for ; ; separator = ",}" {
		if c, err := j.take(separator); c == '}' || err != nil {
			return "", err
		}
		if c, err := j.peek(); c == '}' || err != nil {
			return "", err
		}
		name, _, err := j.value()
		if err != nil {
			return "", err
		}
		if _, err := j.take(":"); err != nil {
			return "", err
		}
		c, err := j.peek()
		if err != nil {
			return "", err
		}
		name = strings.Trim(name, `"`)
		if c == '[' && slices.Contains(memberNames, strings.ToLower(name)) {
			begun, err := j.beginsObjects()
			if begun || err != nil {
				return name, err
			}
		}
		if _, _, err := j.value(); err != nil {
			return "", err
		}
	}
}

// beginsObjects reports whether an array of objects comes, and passes over its bracket if so.
func (j *jsonScanner) beginsObjects() (bool, error) {
	ahead, err := j.in.Peek(1 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	if !strings.HasPrefix(strings.TrimSpace(string(ahead[1:])), "{") {
		return false, nil
	}
	_, err = j.take("[")
	return true, err
}
