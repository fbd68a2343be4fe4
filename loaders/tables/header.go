package tables

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// header is what the first line of a table says of its columns. It is complete before the
// first row is passed on.
type header struct {
	loaders.Fields
	separator string // as it is called
	names     []string
	at        map[string]int // where the columns are; of two with one name the first counts
	width     int            // 0: the header line is still to come
	begun     bool
	spare     bool // a separator ends each row, too
}

func newHeader(f loaders.Fields, separator string) *header {
	h := &header{Fields: f, separator: separator, at: map[string]int{}}
	h.read(f.Header)
	return h
}

// read takes the names of the columns.
func (h *header) read(names []string) {
	h.width = len(names)
	for i, name := range names {
		name = strings.TrimSpace(name)
		h.names = append(h.names, name)
		if _, found := h.at[name]; !found {
			h.at[name] = i
		}
	}
	if _, found := h.at[h.Label]; h.Open && !found && h.width > 0 {
		h.Label = "" // rows without labels throughout
	}
}

// begin looks at the first row. If that ends with a separator too many, all may.
func (h *header) begin(row func() []string) {
	if !h.begun {
		parts := row()
		h.begun, h.spare = true, len(parts) == h.width+1 && parts[h.width] == ""
	}
}

// blankIsRow reports whether a blank line between the rows is one of them; see [Read].
func (h *header) blankIsRow() bool { return h.width == 1 || h.Label == "" && h.ID == "" }

// cells are the columns of a row. A row may be shorter than the header as long as what is
// wanted is there. In a longer one nobody knows which column is which; its cells are good
// for the id at most.
func (h *header) cells(parts []string) (cells, error) {
	c := splitLine{h, parts}
	switch n := len(parts); {
	case n <= h.width, n == h.width+1 && h.spare && parts[h.width] == "":
		return c, nil
	case n == h.Longer && h.Label != "" && h.at[h.Label] == h.width-1:
		c.parts = slices.Clone(parts[:h.width])
		c.parts[h.width-1] = parts[n-1]
		return c, nil
	case len(h.Header) > 0:
		return c, errors.Errorf("%d columns, but at most %d are known: is there a %s inside a text?", n, h.width, h.separator)
	default:
		return c, errors.Errorf("%d columns, but the header has %d: is there a %s inside a text?", n, h.width, h.separator)
	}
}

// splitLine is a line of columns.
type splitLine struct {
	*header
	parts []string
}

func (s splitLine) names() []string { return s.header.names }

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
