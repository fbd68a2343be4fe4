package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzNew feeds arbitrary bytes to the reader. What it accepts must be JSON by
// another parser's judgement and must read to the end without an error.
func FuzzNew(f *testing.F) {
	var buf bytes.Buffer
	require.NoError(f, Write(&buf, []Tensor{
		NewFloat32("a", []int{2, 1}, []float32{1, 2}),
		NewInt32("b", nil, []int32{3}),
		NewInt64("c", []int{0}, nil),
		NewInt8("d", []int{1, 3}, []int8{-1, 2, 3}),
		NewBFloat16("e", []int{1}, []uint16{1}),
	}, map[string]string{"format": "pt"}))
	f.Add(buf.Bytes())
	f.Add(encode(`{}`))
	f.Add(encode(`{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"F16","shape":[],"data_offsets":[2,4]}}`, 1, 2, 3, 4))
	f.Add(encode(`{"a":{"dtype":"U8","shape":[4294967297,4294967297],"data_offsets":[0,1]}}`, 1))
	f.Add(encode(`{"\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := open(b)
		if err != nil {
			return
		}
		n := binary.LittleEndian.Uint64(b)
		require.True(t, json.Valid(b[lengthBytes:lengthBytes+n]))
		require.True(t, slices.IsSorted(file.Names()))
		total := 0
		for _, name := range file.Names() {
			info, ok := file.Info(name)
			require.True(t, ok)
			total += info.Len() * info.DType.Size()
			require.NoError(t, readAny(file, name))
		}
		require.Equal(t, len(b)-lengthBytes-int(n), total)
	})
}
