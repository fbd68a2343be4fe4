package tables

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestParquetMetadataLargerThanTheFile: a list of two million row groups in a few bytes.
func TestParquetMetadataLargerThanTheFile(t *testing.T) {
	meta := []byte{0x15, 2, 0x19, 0xFC} // version, and a list of structs, whose length follows
	meta = binary.AppendUvarint(meta, 2_000_000)
	meta = append(meta, 0, 0, 0)
	data := append([]byte("PAR1"), meta...)
	data = binary.LittleEndian.AppendUint32(data, uint32(len(meta)))
	data = append(data, "PAR1"...)
	path := file1(t, "rows.parquet", data)
	var err error
	require.Less(t, allocated(func() { _, err = rowsOf(path, ByName, qaFields) }), uint64(1<<20))
	require.ErrorContains(t, err, "a list or a string is longer than the metadata: the file is damaged")

	copy(data[len(data)-8:], []byte{0xFF, 0xFF, 0xFF, 0x7F})
	path = file1(t, "rows.parquet", data)
	require.Less(t, allocated(func() { _, err = rowsOf(path, ByName, qaFields) }), uint64(1<<20))
	require.ErrorContains(t, err, "metadata of 2147483647 bytes: the file is damaged")
}
