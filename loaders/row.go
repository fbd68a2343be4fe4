package loaders

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/pkg/errors"
)

// String lists the fields for a person to read.
func (f Fields) String() string {
	names := slices.Clone(f.Texts)
	if f.Answers != "" {
		names = append(names, f.Answers)
	}
	return strings.Join(names, ", ") + " and " + f.Label
}

// parseRow reads the object of one line.
func parseRow(line []byte, f Fields) (Row, error) {
	// A map, as keys of a struct would match without regard to case.
	var object map[string]json.RawMessage
	err := json.Unmarshal(line, &object)
	if mistyped := new(json.UnmarshalTypeError); errors.As(err, &mistyped) || err == nil && object == nil {
		return Row{}, errors.Errorf("want a JSON object with %v, got %s", f, excerpt(line))
	}
	if err != nil {
		return Row{}, errors.Wrap(err, "bad JSON")
	}
	get := func(name string) (json.RawMessage, error) {
		value, found := object[name]
		if !found {
			return nil, errors.Errorf("field %q is missing: want %v", name, f)
		}
		return value, nil
	}
	var row Row
	for _, name := range f.Texts {
		value, err := get(name)
		if err != nil {
			return Row{}, err
		}
		text, err := parseText(value)
		if err != nil {
			return Row{}, errors.WithMessagef(err, "field %q", name)
		}
		row.Texts = append(row.Texts, text)
	}
	if f.Answers != "" {
		value, err := get(f.Answers)
		if err != nil {
			return Row{}, err
		}
		if row.Answers, err = parseTexts(value); err != nil {
			return Row{}, errors.WithMessagef(err, "field %q", f.Answers)
		}
	}
	value, err := get(f.Label)
	if err != nil {
		return Row{}, err
	}
	row.Label, err = parseLabel(value)
	return row, errors.WithMessagef(err, "field %q", f.Label)
}

// parseText reads a string that is not blank.
func parseText(value json.RawMessage) (string, error) {
	var text string
	if value[0] != '"' { // null would pass for a string
		return "", errors.Errorf("want a string, got %s", excerpt(value))
	}
	if err := json.Unmarshal(value, &text); err != nil {
		return "", err
	}
	if strings.TrimSpace(text) == "" {
		return "", errors.New("the text is empty")
	}
	return text, nil
}

// parseTexts reads a list of one string or more, none of them blank.
func parseTexts(value json.RawMessage) ([]string, error) {
	var list []json.RawMessage
	if value[0] != '[' {
		return nil, errors.Errorf("want a list of strings, got %s", excerpt(value))
	}
	if err := json.Unmarshal(value, &list); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New("the list is empty")
	}
	texts := make([]string, len(list))
	for i, item := range list {
		text, err := parseText(item)
		if err != nil {
			return nil, errors.WithMessagef(err, "number %d of the list", i)
		}
		texts[i] = text
	}
	return texts, nil
}

// parseLabel reads a string or a number. Labels become lines and columns of reports, so
// none may break one.
func parseLabel(value json.RawMessage) (Label, error) {
	switch c := value[0]; {
	case c == '"':
		text, err := parseText(value)
		if err == nil && strings.ContainsFunc(text, unicode.IsControl) {
			err = errors.Errorf("the label %s has a tab, a line break or another control character", excerpt(value))
		}
		return Label{text, String}, err
	case c == '-' || '0' <= c && c <= '9':
		if bytes.ContainsAny(value, ".eE") {
			return Label{string(value), Float}, nil
		}
		return Label{string(value), Integer}, nil
	}
	return Label{}, errors.Errorf("want a string or a number, got %s", excerpt(value))
}

// excerpt is the beginning of a value, for errors.
func excerpt(value []byte) string {
	const enough = 40
	value = bytes.TrimSpace(value)
	if len(value) <= enough {
		return string(value)
	}
	return fmt.Sprintf("%s…", bytes.ToValidUTF8(value[:enough], nil))
}
