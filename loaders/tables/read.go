package tables

import (
	"fmt"
	"iter"
	"os"

	"github.com/pkg/errors"

	"gorgpt/internal/plural"
	"gorgpt/loaders"
	"gorgpt/loaders/ledger"
)

// Read yields the rows of a file, in order. It reads and parses the file on all cores while rows are
// consumed. A broken row is yielded as a [RowError], and Read continues; any other error is the last
// result. A file without rows is an error.
//
// A blank line is a row with an empty text if the table has one column, or has neither labels nor ids,
// so that only positions identify rows. In other tables, in JSON, before the header line and at the end
// of a file, blank lines are ignored.
func Read(path string, kind Kind, f loaders.Fields) iter.Seq2[loaders.Row, error] {
	return func(yield func(loaders.Row, error) bool) { eachRow(path, kind, f, yield) }
}

// eachRow yields the rows of a file. If it reads the whole file, it returns what a user should know
// about how it was read.
func eachRow(path string, kind Kind, f loaders.Fields, yield func(loaders.Row, error) bool) (notes []string) {
	s, err := sourceOf(path, kind, f)
	if err != nil {
		yield(loaders.Row{}, err)
		return nil
	}
	w, rows, stopped := newWanted(f), 0, false
	convert := func(r record) (loaders.Row, error) { return w.convert(path, s, r) }
	err = convertAll(numbered(s.next), convert, func(row loaders.Row, err error) bool {
		rows++
		stopped = !yield(row, err)
		return !stopped
	})
	switch {
	case stopped:
	case err != nil:
		yield(loaders.Row{}, err)
	case rows == 0:
		yield(loaders.Row{}, errors.Errorf("%s: the file has no rows: it needs rows with %v", path, f))
	}
	if s.file != nil {
		notes = s.file.notes
	}
	if n := w.twice.Load(); n > 0 {
		notes = append(notes, fmt.Sprintf("%d rows have a key more than once, of which the last counts", n))
	}
	if n := w.trimmed.Load(); n > 0 {
		notes = append(notes, "blanks left out around "+plural.Of(int(n), "label"))
	}
	return notes
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

// convert turns a record into a row.
func (w *wanted) convert(path string, s source, r record) (loaders.Row, error) {
	var row loaders.Row
	c, err := r.cells, r.err
	if c == nil && err == nil {
		c, err = s.parse(r.raw)
	}
	if o, is := c.(object); is && o.twice {
		w.twice.Add(1)
	}
	switch {
	case err == nil:
		row, err = w.row(c)
	case c != nil: // what there is
		row.Kept, _ = w.keptOf(c)
		if len(w.id) > 0 {
			row.ID, _ = w.idOf(c)
		}
	}
	if no := errNoObject(""); errors.As(err, &no) {
		err = errors.Errorf("the row must be a JSON object with %v, not %s", w.Fields, string(no))
	}
	if err != nil {
		return loaders.Row{}, ledger.RowError{Path: path, Line: r.line, Number: r.number, ID: row.ID, Kept: row.Kept, Err: err}
	}
	row.Path, row.Line, row.Number = path, r.line, r.number
	return row, nil
}

// sourceOf returns the source of a file.
func sourceOf(path string, kind Kind, f loaders.Fields) (source, error) {
	if _, err := os.Stat(path); err != nil {
		return source{}, errors.Wrap(err, "reading rows")
	}
	t := &textFile{path: path}
	own := kind == Own
	if own {
		var err error
		if t.set, err = ParseFormat(f.Table); err != nil {
			return source{}, errors.WithMessagef(err, "%s: the layout", path)
		}
	}
	if kind == ByName || own {
		var err error
		if kind, err = kindOf(t); err != nil {
			return source{}, err
		}
	}
	if own && (kind == TSV || kind == CSV) {
		return recognised(t, f)
	}
	if t.set != (Format{}) {
		return source{}, errors.Errorf("%s: the file is %s, not a text table: its layout cannot be set", path, kind)
	}
	switch kind {
	case JSONL:
		return jsonObjects(t, newWanted(f)), nil
	case TSV:
		return separated(t, newHeader(f, "tab"), "\t"), nil
	case CSV:
		return commaSeparated(t, newHeader(f, "comma"), ""), nil
	case Parquet:
		return parquetRows(path), nil
	case RACE:
		return racePassage(t), nil
	case MCTest:
		return mctestStories(t), nil
	case Aligned:
		return alignedLines(t), nil
	}
	return source{}, errors.Errorf("unknown kind of file %q", kind)
}

// Columns returns the names of the columns of a file: from its first line, from the keys of its first
// object, or those of its kind.
func Columns(path string, kind Kind) ([]string, error) {
	s, err := sourceOf(path, kind, loaders.Fields{})
	if err != nil {
		return nil, err
	}
	if s.columns != nil {
		return s.columns()
	}
	var first cells
	err = s.next(func(r record) bool {
		if first = r.cells; first == nil && r.err == nil {
			first, _ = s.parse(r.raw) // reading reports its errors
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	if s.header != nil {
		return s.header.names, nil
	}
	if first == nil {
		return nil, nil
	}
	return first.names(), nil
}
