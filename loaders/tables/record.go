package tables

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"gorgpt/loaders"
)

// form is how a cell is written.
type form int

const (
	plain   form = iota // as it stands in a file without types
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

// String shows a cell for errors.
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
	// cell looks up a value. It is [errMissing] if there is no such column.
	cell(name string) (cell, error)

	// names lists the columns.
	names() []string
}

// record is a row of a file before anything is known of its columns.
type record struct {
	line   int // from 1 on; in a file without lines the number of the row
	number int // of the row in the file
	raw    string
	cells  cells // nil: they are to be parsed from raw
	err    error // why there are none
}

// source is a file as records.
type source struct {
	file    *textFile                // nil: it is none of text
	header  *header                  // nil: it is no table
	columns func() ([]string, error) // nil: they are known from the header or the first record
	parse   func(raw string) (cells, error)
	next    func(yield func(record) bool) error // goes through the file; the error ends it
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

// always are the columns of a kind of files.
func always(names []string) func() ([]string, error) {
	return func() ([]string, error) { return names, nil }
}

// strs is a list of strings as a cell.
func strs(all []string) cell {
	c := cell{form: list}
	for _, s := range all {
		c.list = append(c.list, cell{form: text, text: s})
	}
	return c
}

// excerpt is the beginning of a value, in one line.
func excerpt(value string) string {
	const enough, looked = 40, 400
	start := strings.Join(strings.Fields(value[:min(len(value), looked)]), " ")
	if len(value) <= looked && len(start) <= enough {
		return start
	}
	return strings.ToValidUTF8(start[:min(len(start), enough)], "") + "…"
}

// wanted are fields, taken apart.
type wanted struct {
	loaders.Fields
	texts   [][]string
	answers []string
	id      []string
	twice   atomic.Int64 // objects with a key more than once
}

// columns takes apart the columns that make up one text.
func columns(name string) []string {
	if name == "" {
		return nil
	}
	return strings.Split(name, "+")
}
