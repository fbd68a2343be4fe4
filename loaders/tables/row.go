package tables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// errMissing means that a record has no such column.
var errMissing = errors.New("missing")

func newWanted(f loaders.Fields) *wanted {
	w := &wanted{Fields: f, answers: columns(f.Answers), id: columns(f.ID)}
	for _, name := range f.Texts {
		w.texts = append(w.texts, columns(name))
	}
	return w
}

// row reads the wanted fields of a record. For a broken record it returns the id and the kept columns,
// if there are any.
func (w *wanted) row(c cells) (row loaders.Row, err error) {
	if row.Kept, err = w.keptOf(c); err != nil {
		return row, err
	}
	var noID error
	if len(w.id) > 0 {
		row.ID, noID = w.idOf(c)
	}
	for _, names := range w.texts {
		t, err := w.joined(c, names)
		if err != nil {
			return row, err
		}
		row.Texts = append(row.Texts, t)
	}
	if row.Answers, err = w.answersOf(c); err != nil {
		return row, err
	}
	if noID != nil || w.Label == "" {
		return row, noID
	}
	value, err := w.get(c, w.Label)
	switch missing := new(missingError); {
	case w.Open && (errors.As(err, &missing) || err == nil && value.isNothing()):
		return row, nil
	case err != nil:
		return row, err
	}
	if w.Lists && value.form == list {
		row.Label, err = labelsOf(value)
	} else {
		row.Label, err = labelOf(value)
	}
	if value.form == plain && value.text != row.Label.Text && err == nil {
		w.trimmed.Add(1)
	}
	return row, errors.WithMessagef(err, "field %q", w.Label)
}

func (w *wanted) get(c cells, name string) (cell, error) {
	value, err := c.cell(name)
	if errors.Is(err, errMissing) {
		err = &missingError{name, c.names(), w.Fields}
	}
	return value, err
}

// missingError means that a row lacks a column.
type missingError struct {
	Name   string
	Found  []string // the columns that it has
	Fields loaders.Fields
}

func (m *missingError) Error() string {
	found := "no columns"
	if len(m.Found) > 0 {
		found = Shortened(m.Found)
	}
	return fmt.Sprintf("field %q is missing: want %v, found %s", m.Name, m.Fields, found)
}

// Shortened lists names, shortened, for an error on one line.
func Shortened(names []string) string {
	const most, longest = 8, 30
	var all []string
	for i, name := range names {
		if i == most {
			all = append(all, "…")
			break
		}
		if len(name) > longest {
			name = strings.ToValidUTF8(name[:longest], "") + "…"
		}
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			name = strconv.Quote(name)
		}
		all = append(all, name)
	}
	return strings.Join(all, ", ")
}

// hasTexts reports whether a record has the columns of all texts, of which there is at least one.
func (w *wanted) hasTexts(c cells) bool {
	all := slices.Concat(w.texts...)
	missing := func(name string) bool { _, err := c.cell(name); return errors.Is(err, errMissing) }
	return len(all) > 0 && !slices.ContainsFunc(all, missing)
}

// joined is the text of the columns. Of several columns some may be empty, but not all.
func (w *wanted) joined(c cells, names []string) (string, error) {
	var parts [4]string
	all := parts[:0]
	for _, name := range names {
		value, err := w.get(c, name)
		if err != nil {
			return "", err
		}
		if len(names) > 1 && value.isNothing() {
			continue
		}
		t, err := textOf(value)
		if err != nil {
			return "", errors.WithMessagef(err, "field %q", name)
		}
		all = append(all, t)
	}
	switch {
	case len(names) > 0 && len(all) == 0:
		return "", errors.Errorf("fields %s: the text is empty in all of them", strings.Join(names, ", "))
	case len(all) == 1:
		return all[0], nil
	case w.Join != "":
		return strings.Join(all, w.Join), nil
	}
	return strings.Join(all, " "), nil
}

// keptOf returns the values of the columns to keep, each on one line.
func (w *wanted) keptOf(c cells) ([]loaders.Kept, error) {
	if len(w.Keep) == 0 {
		return nil, nil
	}
	all := make([]loaders.Kept, len(w.Keep))
	for i, name := range w.Keep {
		value, err := w.get(c, name)
		if err != nil {
			return nil, err
		}
		if value.form == other && value.isNothing() {
			value.text = "" // null
		}
		all[i] = loaders.Kept{Column: name, Text: oneLine(value.text)}
	}
	return all, nil
}

// oneLine replaces all runs of blanks by a space if there are tabs, line breaks or other control
// characters.
func oneLine(text string) string {
	if !strings.ContainsFunc(text, unicode.IsControl) {
		return text
	}
	blank := func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }
	return strings.Join(strings.FieldsFunc(text, blank), " ")
}

// answersOf returns the answers from a column with a list, or from several columns.
func (w *wanted) answersOf(c cells) ([]string, error) {
	var all []string
	if len(w.answers) == 1 {
		value, err := w.get(c, w.answers[0])
		if err != nil {
			return nil, err
		}
		all, err = textsOf(value)
		return all, errors.WithMessagef(err, "field %q", w.answers[0])
	}
	for _, name := range w.answers {
		t, err := w.joined(c, []string{name})
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// idOf joins the id of a row from its columns.
func (w *wanted) idOf(c cells) (string, error) {
	var parts []string
	for _, name := range w.id {
		value, err := w.get(c, name)
		if err != nil {
			return "", err
		}
		parts = append(parts, strings.TrimSpace(value.text))
	}
	return strings.Join(parts, " "), nil
}

// textOf returns a string that is not blank.
func textOf(c cell) (string, error) {
	switch {
	case c.form != plain && c.form != text:
		return "", errors.Errorf("it must be a string, not %v", c)
	case strings.TrimSpace(c.text) == "":
		return "", errors.New("the text is empty")
	}
	return c.text, nil
}

// textsOf returns a list of at least one string, none of them blank.
func textsOf(c cell) ([]string, error) {
	switch {
	case c.form != list:
		return nil, errors.Errorf("it must be a list of strings, not %v", c)
	case len(c.list) == 0:
		return nil, errors.New("the list is empty")
	}
	texts := make([]string, len(c.list))
	for i, item := range c.list {
		t, err := textOf(item)
		if err != nil {
			return nil, errors.WithMessagef(err, "item %d of the list", i)
		}
		texts[i] = t
	}
	return texts, nil
}

// labelOf returns a string or a number. Labels appear in lines and columns of reports, so they must not
// contain line breaks or tabs.
func labelOf(c cell) (loaders.Label, error) {
	switch c.form {
	case plain, text:
		if strings.TrimSpace(c.text) == "" {
			return loaders.Label{}, errors.New("the label is empty")
		}
		t, err := textOf(c)
		if err == nil && strings.ContainsFunc(t, unicode.IsControl) {
			err = errors.Errorf("the label %v has a tab, a line break or another control character", c)
		}
		if c.form == plain {
			t = strings.TrimSpace(t)
			return loaders.Label{Text: t, Form: guess(t)}, err
		}
		return loaders.Label{Text: t}, err
	case boolean:
		return loaders.Label{Text: c.text}, nil
	case integer:
		return loaders.Label{Text: c.text, Form: loaders.Integer}, nil
	case float:
		return loaders.Label{Text: c.text, Form: loaders.Float}, nil
	}
	return loaders.Label{}, errors.Errorf("it must be a string or a number, not %v", c)
}

// labelsOf returns a list of labels as one label, joined with bars. A single bar is an empty list.
func labelsOf(c cell) (loaders.Label, error) {
	names := make([]string, len(c.list))
	for i, item := range c.list {
		l, err := labelOf(item)
		if err == nil && strings.Contains(l.Text, "|") {
			err = errors.Errorf("the label %q has a bar, which separates labels", l.Text)
		}
		if err != nil {
			return l, errors.WithMessagef(err, "item %d of the list", i)
		}
		names[i] = l.Text
	}
	if len(names) == 0 {
		return loaders.Label{Text: "|"}, nil
	}
	return loaders.Label{Text: strings.Join(names, "|")}, nil
}

// guess returns the likely form of a label in a file without types.
func guess(label string) loaders.Form {
	if _, err := strconv.Atoi(label); err == nil {
		return loaders.Integer
	}
	if _, err := strconv.ParseFloat(label, 64); err == nil && strings.ContainsAny(label, "0123456789") {
		return loaders.Float
	}
	return loaders.String
}
