package tables

import (
	"encoding/binary"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pkg/errors"
)

// The library allocates memory for the sizes and counts in a file before it reads the data. So they are
// first compared with the size of the file.

// errDamaged is the error for impossible numbers.
var errDamaged = errors.New("the file is damaged")

// checkFooter checks that lists and strings fit into the metadata, and the metadata into the file.
func checkFooter(r io.ReaderAt, size int64) error {
	var end [8]byte
	if size < 12 {
		return errors.Wrap(errDamaged, "it is too short")
	}
	if _, err := r.ReadAt(end[:], size-8); err != nil {
		return err
	}
	n := int64(binary.LittleEndian.Uint32(end[:]))
	if n > size-12 {
		return errors.Wrapf(errDamaged, "metadata of %d bytes", n)
	}
	data := make([]byte, n)
	if _, err := r.ReadAt(data, size-8-n); err != nil {
		return err
	}
	_, err := walkThrift(data, thriftStruct, 0)
	return err
}

const (
	// longHeader is larger than the header of a page.
	longHeader = 1 << 20

	// freePage is the decompressed size that any page may have, expandedPage the maximum ratio above
	// it.
	freePage, expandedPage = 8 << 20, 1000

	// freeValues is the number of values that any page may have: repeated values take almost no
	// space.
	freeValues = 4 << 20
)

// checkPages checks that the pages are inside the file and do not have too many values.
func checkPages(f *parquet.File, r io.ReaderAt) error {
	for _, group := range f.Metadata().RowGroups {
		for _, column := range group.Columns {
			m := &column.MetaData
			at, end := m.DataPageOffset, int64(0)
			if m.DictionaryPageOffset != 0 {
				at = m.DictionaryPageOffset
			}
			if end = at + m.TotalCompressedSize; at < 0 || m.TotalCompressedSize < 0 || end < at || end > f.Size() {
				return errors.Wrapf(errDamaged, "a column from %d to %d", at, end)
			}
			for at < end {
				n, err := checkPage(r, at, end, f.Size())
				if err != nil {
					return err
				}
				at += n
			}
		}
	}
	return nil
}

// checkPage checks the page at an offset and returns its size with its header.
func checkPage(r io.ReaderAt, at, end, fileSize int64) (int64, error) {
	data := make([]byte, min(end-at, 4096))
	n := 0
	for {
		_, err := r.ReadAt(data, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if n, err = walkThrift(data, thriftStruct, 0); err == nil {
			break
		}
		if int64(len(data)) == min(end-at, longHeader) {
			return 0, err
		}
		data = make([]byte, min(end-at, longHeader))
	}
	var h format.PageHeader
	if err := thrift.Unmarshal(&thrift.CompactProtocol{}, data[:n], &h); err != nil {
		return 0, errors.Wrap(err, "the header of a page")
	}
	packed, size := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	values := max(h.DataPageHeader.V.NumValues, h.DataPageHeaderV2.V.NumValues, h.DictionaryPageHeader.V.NumValues)
	switch {
	case packed < 0 || packed > end-at-int64(n):
		return 0, errors.Wrapf(errDamaged, "a page of %d bytes at %d", packed, at)
	case size < 0 || size > freePage+expandedPage*packed:
		return 0, errors.Wrapf(errDamaged, "a page of %d bytes that unpacks to %d", packed, size)
	case values < 0 || int64(values) > freeValues+8*fileSize:
		return 0, errors.Wrapf(errDamaged, "a page of %d bytes with %d values", packed, values)
	}
	return int64(n) + packed, nil
}

// Types of Thrift's compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

// walkThrift skips a value and returns its size. It is an error if a list or a string in it is longer
// than the data.
func walkThrift(data []byte, kind byte, depth int) (n int, err error) {
	short := errors.Wrap(errDamaged, "a list or a string is longer than the metadata")
	uvarint := func() int {
		v, size := binary.Uvarint(data[n:])
		if size <= 0 || v > uint64(len(data)) && thriftBinary <= kind && kind <= thriftMap {
			err = short
			return 0
		}
		n += size
		return int(v)
	}
	value := func(kind byte) {
		if err == nil {
			var size int
			size, err = walkThrift(data[n:], kind, depth+1)
			n += size
		}
	}
	next := func() (b byte) {
		if err == nil && n >= len(data) {
			err = short
		}
		if err == nil {
			b = data[n]
			n++
		}
		return b
	}
	switch {
	case depth > 64:
		return 0, errors.Wrap(errDamaged, "the metadata is nested too deep")
	case kind == thriftTrue || kind == thriftFalse: // a field has the value in its headerer
	case kind == thriftByte:
		next()
	case kind < thriftDouble:
		uvarint()
	case kind == thriftDouble:
		n = 8
	case kind == thriftBinary:
		n += uvarint()
	case kind == thriftList || kind == thriftSet:
		head := next()
		count, of := int(head>>4), head&0xf
		if count == 15 {
			count = uvarint()
		}
		if of == thriftTrue || of == thriftFalse {
			of = thriftByte // in a list each takes a byte
		}
		if count > len(data)-n {
			err = short
		}
		for i := 0; i < count && err == nil; i++ {
			value(of)
		}
	case kind == thriftMap:
		if count := uvarint(); count > 0 && err == nil {
			head := next()
			for i := 0; i < count && err == nil; i++ {
				value(head >> 4)
				value(head & 0xf)
			}
		}
	case kind == thriftStruct:
		for err == nil {
			head := next()
			if head == 0 {
				break
			}
			if head>>4 == 0 {
				uvarint() // the number of the field
			}
			value(head & 0xf)
		}
	default:
		return 0, errors.Wrapf(errDamaged, "type %d in the metadata", kind)
	}
	if err == nil && (n < 0 || n > len(data)) {
		err = short
	}
	return n, err
}
