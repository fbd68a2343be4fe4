package tables

import (
	"encoding/csv"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// RowError tells that one row is broken; others may be whole.
type RowError struct {
	Path   string
	Line   int    // of a Parquet file the number of the row
	Number int    // see [loaders.Row]
	ID     string // what the file calls the row; "" if it does not, or the row is too broken to find out
	Err    error
}

func (e RowError) Error() string { return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err) }

// Unwrap is what is wrong with the row.
func (e RowError) Unwrap() error { return e.Err }

// Read goes through the rows of a file, in order. The file is read, and taken apart on all
// cores, while rows are drawn. A broken row is a [RowError], behind which it goes on; any
// other error is the last. A file without a row is an error.
//
// A blank line is a row, one whose text is empty, in a table of one column, and in one with
// neither labels nor ids, whose rows are known by their place alone. In other tables, in
// JSON, before the header line and at the end of a file it is none.
func Read(path string, kind Kind, f loaders.Fields) iter.Seq2[loaders.Row, error] {
	return func(yield func(loaders.Row, error) bool) {
		s, err := sourceOf(path, kind, f)
		if err != nil {
			yield(loaders.Row{}, err)
			return
		}
		w, rows, stopped := newWanted(f), 0, false
		convert := func(r record) (loaders.Row, error) { return w.convert(path, s, r) }
		err = parallel(numbered(s.next), convert, func(row loaders.Row, err error) bool {
			rows++
			stopped = !yield(row, err)
			return !stopped
		})
		switch {
		case stopped:
		case err != nil:
			yield(loaders.Row{}, err)
		case rows == 0:
			yield(loaders.Row{}, errors.Errorf("%s: the file has no rows: want some with %v", path, f))
		}
	}
}

// numbered counts the records.
func numbered(next func(yield func(record) bool) error) func(yield func(record) bool) error {
	return func(yield func(record) bool) error {
		n := 0
		return next(func(r record) bool {
			n++
			r.number = n
			return yield(r)
		})
	}
}

// convert makes a row of a record.
func (w *wanted) convert(path string, s source, r record) (loaders.Row, error) {
	var row loaders.Row
	c, err := r.cells, r.err
	if c == nil && err == nil {
		c, err = s.parse(r.raw)
	}
	switch {
	case err == nil:
		row, err = w.row(c)
	case c != nil && len(w.id) > 0:
		row.ID, _ = w.idOf(c) // as far as there is one
	}
	if no := errNoObject(""); errors.As(err, &no) {
		err = errors.Errorf("want a JSON object with %v, got %s", w.Fields, string(no))
	}
	if err != nil {
		return loaders.Row{}, RowError{path, r.line, r.number, row.ID, err}
	}
	row.Path, row.Line, row.Number = path, r.line, r.number
	return row, nil
}

// sourceOf is the source of a file.
func sourceOf(path string, kind Kind, f loaders.Fields) (source, error) {
	if _, err := os.Stat(path); err != nil {
		return source{}, errors.Wrap(err, "reading labelled rows")
	}
	if kind == ByName {
		var err error
		if kind, err = kindOf(path); err != nil {
			return source{}, err
		}
	}
	switch kind {
	case JSONL:
		return jsonLines(path), nil
	case TSV:
		return tabSeparated(path, f), nil
	case CSV:
		return commaSeparated(path, f), nil
	case Parquet:
		return parquetRows(path), nil
	case RACE:
		return racePassage(path), nil
	case MCTest:
		return mctestStories(path), nil
	case Aligned:
		return alignedLines(path), nil
	}
	return source{}, errors.Errorf("unknown kind of file %q", kind)
}

// Columns are the names of the columns of a file: what its first line has, the keys of its
// first object, or those that its kind always has.
func Columns(path string, kind Kind) ([]string, error) {
	if kind == ByName {
		var err error
		if kind, err = kindOf(path); err != nil {
			return nil, err
		}
	}
	switch kind {
	case RACE:
		return raceColumns, nil
	case MCTest:
		return mctestColumns, nil
	case Aligned:
		return alignedColumns, nil
	case Parquet:
		var names []string
		err := withParquet(path, func(f *parquet.File) error {
			for _, l := range leaves(f.Schema()) {
				names = append(names, l.name)
			}
			return nil
		})
		return names, err
	}
	first, err := firstLine(path)
	if err != nil {
		return nil, err
	}
	var names []string
	switch kind {
	case JSONL:
		o, err := parseObject(first)
		if err != nil {
			return nil, nil // a broken row, as reading will tell
		}
		names = slices.Sorted(maps.Keys(o))
	case CSV:
		names, err = csv.NewReader(strings.NewReader(string(first))).Read()
		if err != nil {
			return nil, errors.Errorf("%s:1: want a header line, columns apart by commas: %v", path, err)
		}
	default:
		names = strings.Split(string(first), "\t")
	}
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names, nil
}
