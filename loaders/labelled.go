package loaders

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/pkg/errors"
)

// Fields names the fields of a labelled row.
type Fields struct {
	Texts   []string // one text each
	Answers string   // a list of texts; "" if rows have none
	Label   string
}

// Row is one labelled example.
type Row struct {
	Path    string
	Line    int
	Texts   []string // in the order of Fields.Texts
	Answers []string
	Label   Label
}

// Place is where the row stands, for errors.
func (r Row) Place() string { return fmt.Sprintf("%s:%d", r.Path, r.Line) }

// Label is what a row is labelled with. The string "1" and the integer 1 have one
// Text, and are one label.
type Label struct {
	Text string // a string without its quotes, a number as it is written
	Form Form
}

// Form is how a label is written.
type Form int

// The forms of labels. A number with a point or an exponent is a Float.
const (
	String Form = iota
	Integer
	Float
)

// maxRow is the longest line of a file of labelled rows.
const maxRow = 16 << 20

// ReadLabelled goes through a JSONL file: one JSON object a line, blank lines aside.
// Fields that are not asked for are passed over. Texts have at least one character
// that is no white space.
//
// The first error ends it; it names file and line. A file without a row is an error.
func ReadLabelled(path string, f Fields) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		file, err := os.Open(path)
		if err != nil {
			yield(Row{}, errors.Wrap(err, "reading labelled rows"))
			return
		}
		defer file.Close() // only read from: nothing is lost if this fails
		readRows(path, file, f, yield)
	}
}

// readRows yields the rows of a file that is open.
func readRows(path string, file io.Reader, f Fields, yield func(Row, error) bool) {
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxRow)
	number, rows := 0, 0
	for lines.Scan() {
		number++
		line := lines.Bytes()
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff")) // byte order mark
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		row, err := parseRow(line, f)
		row.Path, row.Line = path, number
		if !yield(row, errors.WithMessage(err, row.Place())) || err != nil {
			return
		}
		rows++
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		yield(Row{}, errors.Errorf("%s:%d: the line is longer than %d MiB: want one JSON object a line", path, number+1, maxRow>>20))
	case err != nil:
		yield(Row{}, errors.Wrapf(err, "%s:%d", path, number+1))
	case rows == 0:
		yield(Row{}, errors.Errorf("%s: the file has no rows: want one JSON object a line with %v", path, f))
	}
}
