package tables

import "gorgpt/loaders"

// Preview is the beginning of a file of rows.
// A Preview is safe for concurrent use as long as nothing changes it.
type Preview struct {
	Format  Format // zero if the file is no text table
	Columns []Column
}

// Column is a column of a preview.
// A Column is safe for concurrent use as long as nothing changes it.
type Column struct {
	Name   string
	Values []string // of the first rows; "" for a missing one
	List   bool     // some values are lists
}

// IsTextTable reports whether a file is a text table by its name and, if that is not certain, its first
// line. A file that cannot be read is none.
func IsTextTable(path string) bool {
	kind, err := kindOf(&textFile{path: path})
	return err == nil && (kind == TSV || kind == CSV)
}

// Look reads the first rows of a person's own file, at most n. Rows that cannot be read are skipped.
func Look(path string, f loaders.Fields, n int) (Preview, error) {
	s, err := sourceOf(path, Own, f)
	if err != nil {
		return Preview{}, err
	}
	var rows []cells
	err = s.next(func(r record) bool {
		c, err := r.cells, r.err
		if c == nil && err == nil {
			c, err = s.parse(r.raw)
		}
		if err == nil {
			rows = append(rows, c)
		}
		return len(rows) < n
	})
	if err != nil {
		return Preview{}, err
	}
	names, err := s.namesOf(rows)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Format: s.format}
	for _, name := range names {
		c := Column{Name: name}
		for _, row := range rows {
			value, err := row.cell(name)
			if err != nil {
				value.text = ""
			}
			c.Values, c.List = append(c.Values, value.text), c.List || value.form == list
		}
		p.Columns = append(p.Columns, c)
	}
	return p, nil
}

// namesOf returns the columns of a file, of which some rows have been read.
func (s source) namesOf(rows []cells) ([]string, error) {
	switch {
	case s.columns != nil:
		return s.columns()
	case s.header != nil:
		return s.header.names, nil
	case len(rows) > 0:
		return rows[0].names(), nil
	}
	return nil, nil
}
