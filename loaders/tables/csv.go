package tables

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"

	"github.com/pkg/errors"

	"gorgpt/loaders"
)

// commaSeparated is a file with a header line or, with names for its columns, without one.
func commaSeparated(path string, fields loaders.Fields) source {
	return source{next: func(yield func(record) bool) error {
		f, err := open(path)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
		return scanCSV(path, f, newHeader(fields, "comma"), yield)
	}}
}

func scanCSV(path string, f io.Reader, h *header, yield func(record) bool) error {
	in := csv.NewReader(withoutBOM(f))
	in.FieldsPerRecord = -1
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
		case h.width == 0:
			h.read(parts)
		default:
			line, _ := in.FieldPos(0)
			h.begin(func() []string { return parts })
			c, err := h.cells(parts)
			if !yield(record{line: line, cells: c, err: err}) {
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
