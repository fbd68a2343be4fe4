package tables

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/pkg/errors"

	"gorgpt/internal/memory"
	"gorgpt/internal/regular"
)

// parquetRows is a Parquet file. A column within a group is named group.column, see [leaves].
func parquetRows(path string) source {
	return source{
		columns: func() (names []string, err error) {
			err = withParquet(path, func(f *parquet.File) error {
				for _, l := range leaves(f.Root()) {
					names = append(names, l.name)
				}
				return nil
			})
			return names, err
		},
		next: func(yield func(record) bool) error {
			return withParquet(path, func(f *parquet.File) error { return scanParquet(f, yield) })
		},
	}
}

// withParquet opens a file. A panic of the library becomes an error: the file is damaged.
func withParquet(path string, do func(*parquet.File) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Errorf("%s: the file is damaged: %v", path, p)
		}
	}()
	r, size, closeFile, err := openAt(path)
	if err != nil {
		return err
	}
	defer closeFile() //nolint:errcheck // only read from: nothing is lost if this fails
	if err := checkFooter(r, size); err != nil {
		return errors.Wrapf(err, "%s: no Parquet file", path)
	}
	f, err := parquet.OpenFile(r, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return errors.Wrapf(err, "%s: no Parquet file", path)
	}
	if err := checkPages(f, r); err != nil {
		return errors.WithMessage(err, path)
	}
	return errors.WithMessage(do(f), path)
}

// openAt opens a file for random access. A compressed file is decompressed into memory.
func openAt(path string) (r io.ReaderAt, size int64, closeFile func() error, err error) {
	if slices.ContainsFunc(packings, func(ending string) bool { return strings.HasSuffix(strings.ToLower(path), ending) }) {
		data, err := unpackAll(path)
		return bytes.NewReader(data), int64(len(data)), func() error { return nil }, err
	}
	f, size, err := regular.Open(path, "labelled rows")
	if err != nil {
		return nil, 0, nil, err
	}
	return f, size, f.Close, nil
}

// unpackAll decompresses a file into memory, if it fits.
func unpackAll(path string) ([]byte, error) {
	size, err := unpackTo(io.Discard, path)
	if err != nil {
		return nil, err
	}
	if err := memory.Room(size); err != nil {
		return nil, errors.WithMessage(err, path)
	}
	data := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead)) // MinRead, so that it never grows
	_, err = unpackTo(data, path)
	return data.Bytes(), err
}

// unpackTo writes the decompressed file.
func unpackTo(w io.Writer, path string) (size int64, err error) {
	f, err := open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close() //nolint:errcheck // only read from: nothing is lost if this fails
	size, err = io.Copy(w, f)
	return size, errors.Wrap(err, path)
}

func scanParquet(f *parquet.File, yield func(record) bool) error {
	columns, number := leaves(f.Root()), 0
	for _, group := range f.RowGroups() {
		more, err := scanGroup(group, columns, &number, yield)
		if !more || err != nil {
			return err
		}
	}
	return nil
}

func scanGroup(group parquet.RowGroup, columns []leaf, number *int, yield func(record) bool) (more bool, err error) {
	rows := group.Rows()
	defer rows.Close() //nolint:errcheck // only read from: nothing is lost if this fails
	buffer := make([]parquet.Row, 128)
	for {
		n, err := rows.ReadRows(buffer)
		for _, row := range buffer[:n] {
			*number++
			if !yield(record{line: *number, cells: parquetCells(row, columns)}) {
				return false, nil
			}
		}
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, errors.Wrapf(err, "row %d", *number+1)
		}
	}
}

func parquetCell(v parquet.Value) cell {
	if v.IsNull() {
		return cell{form: other, text: "null"}
	}
	switch v.Kind() {
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return cell{form: text, text: strings.ToValidUTF8(string(v.ByteArray()), "\ufffd")}
	case parquet.Boolean:
		return cell{form: boolean, text: strconv.FormatBool(v.Boolean())}
	case parquet.Int32, parquet.Int64:
		return cell{form: integer, text: strconv.FormatInt(v.Int64(), 10)}
	case parquet.Float:
		return cell{form: float, text: strconv.FormatFloat(float64(v.Float()), 'g', -1, 32)}
	case parquet.Double:
		return cell{form: float, text: strconv.FormatFloat(v.Double(), 'g', -1, 64)}
	}
	return cell{form: other, text: v.String()}
}
