package tables

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// commaSeparated is a file with quotes as in RFC 4180. It has a header line, or none if its columns have
// names. If mark is empty, the separator is the most frequent one in the first line.
func commaSeparated(t *textFile, h *header, mark string) source {
	return source{file: t, header: h, next: func(yield func(record) bool) error {
		f, err := t.open()
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
		lines := newLineScanner(t.path, f)
		err = (&csvFile{textFile: t, h: h, lines: lines, comma: mark}).scan(yield)
		return firstOf(lines.err, err)
	}}
}

// csvFile reads a file of comma-separated values, as in RFC 4180.
type csvFile struct {
	*textFile
	h     *header
	lines *lineScanner
	comma string

	first  int // line of the record that is read
	opened int // line of its last opening quote
}

// separators maps separators of columns to their singular and plural names.
var separators = []struct{ mark, one, many string }{
	{",", "comma", "commas"}, {";", "semicolon", "semicolons"}, {"\t", "tab", "tabs"}, {"|", "bar", "bars"},
}

// findSeparator chooses the separator that is most frequent outside quotes.
func (c *csvFile) findSeparator(line string) {
	most := 0
	for i, s := range separators {
		n := 0
		for k, part := range strings.Split(line, `"`) {
			if k%2 == 0 {
				n += strings.Count(part, s.mark)
			}
		}
		if i == 0 || n > most {
			most, c.comma, c.h.separator = n, s.mark, s.one
		}
	}
	for _, s := range separators[1:] {
		if s.mark == c.comma {
			c.notes = append(c.notes, "columns are apart by "+s.many)
		}
	}
}

// scan yields the records, without the header line.
func (c *csvFile) scan(yield func(record) bool) error {
	var blank blanks
	for c.lines.next() {
		line := string(c.lines.text)
		if c.comma == "" && !isBlank(line) {
			c.findSeparator(line)
		}
		if isBlank(line) && !strings.Contains(line, c.comma) || c.comma == "" {
			blank.add(c.lines.text)
			continue
		}
		if !blank.each(c.lines.number, func(n int, line string) bool { return c.blank(n, line, yield) }) {
			return nil
		}
		parts, err := c.record(line)
		switch {
		case c.h.width > 0:
			if !c.row(parts, err, yield) {
				return nil
			}
		case err != nil:
			return errors.Errorf("%s:%d: the header line is broken: %v", c.path, c.first, err)
		default:
			c.h.read(parts)
		}
	}
	return nil
}

// blank yields a blank line if it is a row.
func (c *csvFile) blank(n int, line string, yield func(record) bool) bool {
	if c.h.width == 0 || !c.h.blankIsRow() {
		return true
	}
	cells, err := c.h.cells([]string{line})
	return yield(record{line: n, cells: cells, err: err})
}

// row yields a record.
func (c *csvFile) row(parts []string, err error, yield func(record) bool) bool {
	c.h.begin(func() []string { return parts })
	var cells cells
	if err == nil {
		cells, err = c.h.cells(parts)
	}
	count := c.lines.number - c.first + 1
	if count > 1 && (err != nil || len(parts) < c.h.width || c.likeRows(parts, count)) {
		return c.swallowed(count, err, yield)
	}
	return yield(record{line: c.first, cells: cells, err: err})
}

// manyLikeRows is a number of lines that may be rows of their own.
const manyLikeRows = 8

// likeRows reports whether the lines inside the quotes of a record are rows of their own, so that a closing
// quote is missing: many lines, and all that are complete, have as many columns as the header, and one of these
// columns has few values, as labels do. Lines of a text may have as many columns, too.
func (c *csvFile) likeRows(parts []string, count int) bool {
	if c.h.width < 2 || count < manyLikeRows {
		return false
	}
	var rows [][]string
	for _, part := range parts {
		for _, line := range strings.Split(part, "\n")[1:] {
			if row := strings.Split(line, c.comma); len(row) == c.h.width {
				rows = append(rows, row)
			}
		}
	}
	if len(rows) < manyLikeRows || len(rows) < count-2 {
		return false
	}
	for i := range c.h.width {
		if values := slices.Sorted(slices.Values(column(rows, i))); 2*len(slices.Compact(values)) <= len(rows) {
			return true
		}
	}
	return false
}

// swallowed yields a broken row for each line of a record whose closing quote is missing.
func (c *csvFile) swallowed(count int, err error, yield func(record) bool) bool {
	never := errNeverClosed{}
	first := errors.Errorf("the quote that opens in line %d is not closed before line %d, and %d lines are lost", c.opened, c.lines.number, count)
	if errors.As(err, &never) {
		first = errors.WithMessagef(err, "%d lines are lost", count)
	}
	for i := range count {
		why := first
		if i > 0 {
			why = errors.Errorf("the line is within the quote that opens in line %d", c.opened)
		}
		if !yield(record{line: c.first + i, err: why}) {
			return false
		}
	}
	return true
}

// errNeverClosed is the error for a quote that is never closed. It has the line where it opens.
type errNeverClosed struct{ line int }

func (e errNeverClosed) Error() string {
	return fmt.Sprintf("the quote that opens in line %d is never closed", e.line)
}

// record splits a record that begins with a line; it may read more lines.
func (c *csvFile) record(line string) (parts []string, err error) {
	c.first = c.lines.number
	if !strings.Contains(line, `"`) {
		return strings.Split(line, c.comma), nil
	}
	for {
		part := ""
		if strings.HasPrefix(line, `"`) {
			if part, line, err = c.quoted(line[1:]); err != nil {
				return nil, err
			}
		} else {
			at := strings.Index(line, c.comma)
			if at < 0 {
				at = len(line)
			}
			if part, line = line[:at], line[at:]; strings.Contains(part, `"`) {
				return nil, csv.ErrBareQuote
			}
		}
		parts = append(parts, part)
		if line == "" {
			return parts, nil
		}
		line = line[len(c.comma):]
	}
}

// quoted reads a column up to its closing quote, and returns the rest of the line.
func (c *csvFile) quoted(line string) (part, rest string, err error) {
	var b strings.Builder
	c.opened = c.lines.number
	for {
		at := strings.IndexByte(line, '"')
		if at < 0 {
			b.WriteString(line)
			if b.Len() > maxLine || !c.lines.next() {
				return "", "", errNeverClosed{c.opened}
			}
			b.WriteByte('\n')
			line = string(c.lines.text)
			continue
		}
		b.WriteString(line[:at])
		line = line[at+1:]
		switch {
		case strings.HasPrefix(line, `"`):
			b.WriteByte('"')
			line = line[1:]
		case line == "" || strings.HasPrefix(line, c.comma):
			return b.String(), line, nil
		default:
			return "", "", csv.ErrQuote
		}
	}
}
