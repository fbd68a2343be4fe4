package tables

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"

	"github.com/pkg/errors"
)

// commaSeparated is a file with a header line or, with names for its columns, without one.
func commaSeparated(path string, header []string) source {
	return source{next: func(yield func(record) bool) error {
		f, err := open(path)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
		return scanCSV(path, f, header, yield)
	}}
}

func scanCSV(path string, f io.Reader, header []string, yield func(record) bool) error {
	in := csv.NewReader(withoutBOM(f))
	in.FieldsPerRecord = -1
	at := map[string]int{}
	number(at, header)
	for {
		parts, err := in.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &broken):
			if !yield(record{line: broken.StartLine, err: broken.Err}) {
				return nil
			}
		case err != nil:
			return errors.Wrap(err, path)
		case len(at) == 0:
			number(at, parts)
		default:
			line, _ := in.FieldPos(0)
			if !yield(record{line: line, cells: splitLine{at, parts}}) {
				return nil
			}
		}
	}
}

// withoutBOM passes over a byte order mark.
func withoutBOM(r io.Reader) io.Reader {
	in := bufio.NewReader(r)
	if start, err := in.Peek(len(bom)); err == nil && bytes.Equal(start, bom) {
		in.Discard(len(bom)) //nolint:errcheck // they are in the buffer
	}
	return in
}
