package tables

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// eachLine goes through the lines of a file, without their line breaks, up to the last one
// that is not blank.
func eachLine(path string, yield func(number int, line string) bool) (err error) {
	f, err := open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
	return scan(path, f, yield)
}

func scan(path string, r io.Reader, yield func(number int, line string) bool) error {
	lines, number := newScanner(r), 0
	var blank []string // the lines before this one that are
	for lines.Scan() {
		number++
		line := lines.Bytes()
		if number == 1 {
			line = bytes.TrimPrefix(line, bom)
		}
		if isBlank(line) {
			blank = append(blank, string(line))
			continue
		}
		for i, line := range blank {
			if !yield(number-len(blank)+i, line) {
				return nil
			}
		}
		blank = blank[:0]
		if !yield(number, string(line)) {
			return nil
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return errors.Errorf("%s:%d: the line is longer than %d MiB: want one row a line", path, number+1, maxLine>>20)
	}
	return errors.Wrapf(lines.Err(), "%s:%d", path, number+1)
}

// isBlank tells whether a line has nothing but white space.
func isBlank[T string | []byte](line T) bool { return strings.TrimSpace(string(line)) == "" }

// tabSeparated is a file with a header line or, with names for its columns, without one.
// A row may be shorter than the header as long as what is wanted is there.
func tabSeparated(path string, f loaders.Fields) source {
	at, width := map[string]int{}, len(f.Header)
	number(at, f.Header)
	return source{
		parse: func(raw string) (cells, error) { return splitLine{at, strings.Split(raw, "\t")}, nil },
		next: func(yield func(record) bool) error {
			return eachLine(path, func(n int, line string) bool {
				blank := isBlank(line) && !strings.Contains(line, "\t")
				switch {
				case width == 0 && isBlank(line), blank && !blankIsRow(width, f):
					return true
				case width == 0:
					names := strings.Split(line, "\t")
					width = len(names)
					number(at, names)
					return true
				}
				return yield(record{line: n, raw: line})
			})
		},
	}
}

// blankIsRow tells whether a blank line between the rows of a table is one of them; see
// [Read].
func blankIsRow(width int, f loaders.Fields) bool {
	return width == 1 || f.Label == "" && f.ID == ""
}

// number notes where the columns are; of two with one name the first counts.
func number(at map[string]int, header []string) {
	for i, name := range header {
		if _, found := at[strings.TrimSpace(name)]; !found {
			at[strings.TrimSpace(name)] = i
		}
	}
}

// splitLine is a line of columns.
type splitLine struct {
	at    map[string]int
	parts []string
}

func (s splitLine) cell(name string) (cell, error) {
	i, found := s.at[name]
	switch {
	case !found:
		return cell{}, errMissing
	case i >= len(s.parts):
		return cell{}, errors.Errorf("field %q is column %d, but the row has %d", name, i+1, len(s.parts))
	}
	return cell{text: s.parts[i]}, nil
}

// jsonLines is a file with one JSON object a line.
func jsonLines(path string) source {
	return source{
		parse: func(raw string) (cells, error) { return parseObject([]byte(raw)) },
		next: func(yield func(record) bool) error {
			return eachLine(path, func(n int, line string) bool { return isBlank(line) || yield(record{line: n, raw: line}) })
		},
	}
}

// errNoObject tells that a JSON value is no object.
type errNoObject string

func (e errNoObject) Error() string { return fmt.Sprintf("want a JSON object, got %s", string(e)) }

// object is a JSON object whose values are parsed when they are asked for. It is a map, as
// keys of a struct would match without regard to case.
type object map[string]json.RawMessage

func parseObject(line []byte) (object, error) {
	var o object
	err := json.Unmarshal(line, &o)
	if mistyped := new(json.UnmarshalTypeError); errors.As(err, &mistyped) || err == nil && o == nil {
		return nil, errNoObject(excerpt(string(line)))
	}
	return o, errors.Wrap(err, "bad JSON")
}

func (o object) cell(name string) (cell, error) {
	value, found := o[name]
	if !found {
		return cell{}, errMissing
	}
	return parseValue(value)
}

// parseValue reads a valid JSON value.
func parseValue(value json.RawMessage) (cell, error) {
	switch c := value[0]; {
	case c == '"':
		var s string
		err := json.Unmarshal(value, &s)
		return cell{form: text, text: s}, err
	case c == '-' || '0' <= c && c <= '9':
		if bytes.ContainsAny(value, ".eE") {
			return cell{form: float, text: string(value)}, nil
		}
		return cell{form: integer, text: string(value)}, nil
	case c == '[':
		var items []json.RawMessage
		if err := json.Unmarshal(value, &items); err != nil {
			return cell{}, err
		}
		all := cell{form: list, text: excerpt(string(value)), list: make([]cell, len(items))}
		for i, item := range items {
			var err error
			if all.list[i], err = parseValue(bytes.TrimSpace(item)); err != nil {
				return all, err
			}
		}
		return all, nil
	}
	return cell{form: other, text: excerpt(string(value))}, nil
}
