package tables

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"gorgpt/loaders"
)

// form is the form in which a cell is written.
type form int

const (
	plain   form = iota // in a file without types
	text                // a string
	integer             // a number
	float               // a number with a point or an exponent
	boolean             // true or false
	list                // of cells
	other               // anything else, such as null
)

// cell is a value in a record.
type cell struct {
	form form
	text string // a string without its quotes, a number as it is written, anything else shortened
	list []cell
}

// isNothing reports whether a cell is empty or null.
func (c cell) isNothing() bool {
	switch c.form {
	case plain, text:
		return strings.TrimSpace(c.text) == ""
	case other:
		return c.text == "null"
	}
	return false
}

// String returns the cell for messages.
func (c cell) String() string {
	switch c.form {
	case plain, text:
		return fmt.Sprintf("%q", c.text)
	case list:
		return excerpt(c.text)
	}
	return c.text
}

// cells are the values of a record by column.
type cells interface {
	// cell returns a value. The error is [errMissing] if there is no such column.
	cell(name string) (cell, error)

	// names lists the columns.
	names() []string
}

// record is a row of a file before its columns are interpreted.
type record struct {
	line   int // from 1; in a file without lines, the number of the row
	number int // of the row in the file
	raw    string
	cells  cells // nil: parse raw
	err    error // why there are no cells
}

// source yields the records of a file.
type source struct {
	file    *textFile                // nil: not a text file
	header  *header                  // nil: not a table
	format  Format                   // of a table that was recognised
	columns func() ([]string, error) // nil: the header or the first record has them
	parse   func(raw string) (cells, error)
	next    func(yield func(record) bool) error // yields all records; an error ends the file
}

// named are cells by name.
type named map[string]cell

func (n named) cell(name string) (cell, error) {
	c, found := n[name]
	if !found {
		return c, errMissing
	}
	return c, nil
}

func (n named) names() []string { return slices.Sorted(maps.Keys(n)) }

// always returns the fixed columns of a kind of file.
func always(names []string) func() ([]string, error) {
	return func() ([]string, error) { return names, nil }
}

// strs returns a list of strings as a cell.
func strs(all []string) cell {
	c := cell{form: list}
	for _, s := range all {
		c.list = append(c.list, cell{form: text, text: s})
	}
	return c
}

// excerpt is the beginning of a value, on one line.
func excerpt(value string) string {
	const enough, looked = 40, 400
	start := strings.Join(strings.Fields(value[:min(len(value), looked)]), " ")
	if len(value) <= looked && len(start) <= enough {
		return start
	}
	return strings.ToValidUTF8(start[:min(len(start), enough)], "") + "…"
}

// wanted are the fields to read, with their columns.
type wanted struct {
	loaders.Fields
	texts   [][]string
	answers []string
	id      []string
	twice   atomic.Int64 // number of objects with a repeated key
	trimmed atomic.Int64 // number of labels with blanks around them
}

// columns splits the names of columns that make up one text.
func columns(name string) []string {
	if name == "" {
		return nil
	}
	return strings.Split(name, "+")
}
