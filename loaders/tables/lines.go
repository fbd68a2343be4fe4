package tables

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// blanks are blank lines one after the other, of which there can be very many: equal ones
// are counted.
type blanks []struct {
	line string
	n    int
}

func (b *blanks) add(line []byte) {
	if last := len(*b) - 1; last >= 0 && (*b)[last].line == string(line) {
		(*b)[last].n++
		return
	}
	*b = append(*b, struct {
		line string
		n    int
	}{string(line), 1})
}

// each yields the lines, which stand before line end, and forgets them.
func (b *blanks) each(end int, yield func(number int, line string) bool) bool {
	number := end
	for _, run := range *b {
		number -= run.n
	}
	for _, run := range *b {
		for range run.n {
			if !yield(number, run.line) {
				return false
			}
			number++
		}
	}
	*b = (*b)[:0]
	return true
}

// isBlank tells whether a line has nothing but white space.
func isBlank[T string | []byte](line T) bool { return strings.TrimSpace(string(line)) == "" }

// tabSeparated is a file with a header line or, with names for its columns, without one.
func tabSeparated(t *textFile, f loaders.Fields) source {
	h := newHeader(f, "tab")
	return source{
		file: t, header: h,
		parse: func(raw string) (cells, error) { return h.cells(strings.Split(raw, "\t")) },
		next: func(yield func(record) bool) error {
			return t.eachLine(func(n int, line string) bool {
				blank := isBlank(line)
				switch {
				case h.width == 0 && blank, blank && !strings.Contains(line, "\t") && !h.blankIsRow():
					return true
				case h.width == 0:
					h.read(strings.Split(line, "\t"))
					return true
				}
				h.begin(func() []string { return strings.Split(line, "\t") })
				return yield(record{line: n, raw: line})
			})
		},
	}
}

// jsonLines is a file with one JSON object a line.
func jsonLines(t *textFile) source {
	return source{
		file:  t,
		parse: func(raw string) (cells, error) { return parseObject([]byte(raw)) },
		next: func(yield func(record) bool) error {
			return t.eachLine(func(n int, line string) bool { return isBlank(line) || yield(record{line: n, raw: line}) })
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

func (o object) names() []string { return slices.Sorted(maps.Keys(o)) }

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
