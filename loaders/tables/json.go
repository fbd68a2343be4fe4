package tables

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// jsonForm is the way a file stores its objects.
type jsonForm int

const (
	byLine   jsonForm = iota // one per line
	byValue                  // in sequence, over any lines, or in arrays
	byMember                 // in an array that is a member of one object
)

// jsonObjects is a file of JSON objects: one per line or, as other programs write them, over several
// lines, in an array, or in an array that is a member named, for example, data. An object with the wanted texts
// is a row itself.
func jsonObjects(t *textFile, w *wanted) source {
	return source{
		file:  t,
		parse: func(raw string) (cells, error) { return parseObject([]byte(raw)) },
		next: func(yield func(record) bool) error {
			form, err := t.jsonForm(w)
			if err != nil {
				return err
			}
			if form == byLine {
				return t.eachLine(func(n int, line string) bool { return isBlank(line) || yield(record{line: n, raw: line}) })
			}
			return t.withJSON(func(j *jsonScanner) error { return t.eachObject(j, form, yield) })
		},
	}
}

// withJSON opens the file and calls do with a scanner of its values.
func (t *textFile) withJSON(do func(*jsonScanner) error) error {
	f, err := t.open()
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
	return do(newJSONScanner(t.path, f))
}

// jsonForm detects the form from the beginning of a file. It has one object per line if the first line
// is a complete value and others follow.
func (t *textFile) jsonForm(w *wanted) (form jsonForm, err error) {
	err = t.withJSON(func(j *jsonScanner) error {
		c, err := j.peek()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case c == '[':
			if begun, err := j.beginsObjects(); begun || err != nil {
				form = byValue
				return err
			}
			return nil
		case c != '{':
			return nil
		}
		raw, _, err := j.value()
		if err == nil && strings.Contains(raw, "\n") && isObject(raw) {
			form = byValue
		}
		if _, atEnd := j.peek(); err == nil && atEnd == nil {
			return nil // nothing follows a container
		}
		if o, err := parseObject([]byte(raw)); err == nil && w.hasTexts(o) {
			return nil
		}
		return t.withJSON(func(j *jsonScanner) error {
			if name, err := j.member(false); err == nil && name != "" {
				form = byMember
			}
			return nil
		})
	})
	return form, err
}

// isObject reports whether text is a JSON object but for the numbers that only Python writes.
func isObject(raw string) bool {
	return json.Valid([]byte(strings.NewReplacer("-Infinity", "0", "Infinity", "0", "NaN", "0").Replace(raw)))
}

// eachObject yields the values of a file that does not have one per line. A truncated file ends with a
// broken row.
func (t *textFile) eachObject(j *jsonScanner, form jsonForm, yield func(record) bool) error {
	do := func() (bool, error) { return t.nextValue(j, yield) }
	if form == byMember {
		do = func() (bool, error) { return t.onlyMember(j, yield) }
	}
	for {
		more, err := do()
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			yield(record{line: j.line, err: errors.New("bad JSON: the file ends in the middle of a row or a list of rows")})
			return nil
		case errors.Is(err, io.EOF):
			return nil
		case err != nil || !more:
			return err
		}
	}
}

// nextValue yields an object, or the objects of an array. At the end of the file it returns [io.EOF].
func (t *textFile) nextValue(j *jsonScanner, yield func(record) bool) (more bool, err error) {
	c, err := j.peek()
	if err != nil {
		return true, err
	}
	if c == '[' {
		if begun, err := j.beginsObjects(); err != nil {
			return true, err
		} else if begun {
			more, err = j.array(yield)
			return more, unexpected(err)
		}
	}
	raw, line, err := j.value()
	if err == nil && raw == "" {
		err = j.errorf("want a row, got %q", c)
	}
	return err == nil && yield(record{line: line, raw: raw}), err
}

// onlyMember yields the objects of the array in the file's only object.
func (t *textFile) onlyMember(j *jsonScanner, yield func(record) bool) (more bool, err error) {
	name, err := j.member(false)
	if err != nil {
		return true, unexpected(err)
	}
	if more, err := j.array(yield); !more || err != nil {
		return more, unexpected(err)
	}
	t.notes = append(t.notes, fmt.Sprintf("the rows are those of %q", name))
	other, err := j.member(true)
	if err == nil && other != "" {
		err = j.errorf("the object has rows as %q and as %q: a file must have one list of rows", name, other)
	}
	return false, unexpected(err)
}

// unexpected is the error for an unexpected end of a file.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// errNoObject means that a JSON value is not an object.
type errNoObject string

func (e errNoObject) Error() string { return fmt.Sprintf("want a JSON object, got %s", string(e)) }

// object is a JSON object whose values are parsed on demand. They are in a map, because keys of a struct
// ignore case.
type object struct {
	values map[string]json.RawMessage
	twice  bool // a key occurs more than once; its last value counts
}

func parseObject(raw []byte) (object, error) {
	var o object
	err := json.Unmarshal(raw, &o.values)
	switch mistyped := new(json.UnmarshalTypeError); {
	case errors.As(err, &mistyped) || err == nil && o.values == nil:
		return o, errNoObject(excerpt(string(raw)))
	case err != nil && isObject(string(raw)):
		return o, errors.New("bad JSON: NaN and Infinity are not JSON values: use a number or null")
	case err != nil:
		return o, errors.Wrap(err, "bad JSON")
	}
	o.twice = members(raw) > len(o.values)
	return o, nil
}

// members counts the members of a valid object, without those of nested objects.
func members(raw []byte) (n int) {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ':' && depth == 1:
			n++
		}
	}
	return n
}

func (o object) names() []string { return slices.Sorted(maps.Keys(o.values)) }

func (o object) cell(name string) (cell, error) {
	value, found := o.values[name]
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
	case c == 't' || c == 'f':
		return cell{form: boolean, text: string(value)}, nil
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
