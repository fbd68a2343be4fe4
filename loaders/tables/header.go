package tables

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// header describes the columns of a table. It is complete before the first row is yielded.
type header struct {
	loaders.Fields
	separator string // its name
	names     []string
	at        map[string]int // indices of the columns; of equal names the first counts
	width     int            // 0: the header line has not been read
	begun     bool
	spare     bool // each row ends with a separator
}

func newHeader(f loaders.Fields, separator string) *header {
	h := &header{Fields: f, separator: separator, at: map[string]int{}}
	h.read(f.Header)
	return h
}

// read reads the names of the columns.
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
		h.Label = "" // no row has a label
	}
}

// begin examines the first row. If it ends with an extra separator, all rows may.
func (h *header) begin(row func() []string) {
	if !h.begun {
		parts := row()
		h.begun, h.spare = true, len(parts) == h.width+1 && parts[h.width] == ""
	}
}

// blankIsRow reports whether a blank line between the rows is one of them; see [Read].
func (h *header) blankIsRow() bool { return h.width == 1 || h.Label == "" && h.ID == "" }

// cells returns the columns of a row. A row may be shorter than the header if it has the wanted columns.
// In a longer row the columns are uncertain; its cells serve only to find the id.
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

// splitLine is a line split into columns.
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
	case i >= len(s.parts) && s.Open && name == s.Label:
		return cell{}, nil
	case i >= len(s.parts):
		return cell{}, errors.Errorf("field %q is column %d, but the row has %d", name, i+1, len(s.parts))
	}
	return cell{text: s.parts[i]}, nil
}
