package safetensors

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

// TestWriteBytes pins the layout: wide elements first, then by name, a header
// padded to 8 bytes, and the order of the arguments without influence.
func TestWriteBytes(t *testing.T) {
	b := NewFloat32("b", nil, []float32{1})
	a := NewInt32("a", []int{1, 2}, []int32{1, -1})
	c := NewInt64("c", []int{1}, []int64{-2})
	d := NewInt8("d", []int{3}, []int8{-1, 0, 127})
	e := NewBFloat16("e", []int{1}, []uint16{0x3f80})
	header := `{"__metadata__":{"format":"pt","step":"7"},` +
		`"c":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},` +
		`"a":{"dtype":"I32","shape":[1,2],"data_offsets":[8,16]},` +
		`"b":{"dtype":"F32","shape":[],"data_offsets":[16,20]},` +
		`"e":{"dtype":"BF16","shape":[1],"data_offsets":[20,22]},` +
		`"d":{"dtype":"I8","shape":[3],"data_offsets":[22,25]}}`
	header += strings.Repeat(" ", 7-(len(header)+7)%8)
	want := encode(header,
		0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
		0, 0, 0x80, 0x3f, 0x80, 0x3f, 0xff, 0, 127)

	for _, order := range [][]Tensor{{a, b, c, d, e}, {e, d, c, b, a}} {
		var buf bytes.Buffer
		require.NoError(t, Write(&buf, order, map[string]string{"step": "7", "format": "pt"}))
		require.Equal(t, string(want), buf.String())
	}
}

// TestRoundTrip uses sizes around the chunk and every kind of float.
func TestRoundTrip(t *testing.T) {
	special := []float32{
		0, float32(math.Copysign(0, -1)), 1e-45, math.MaxFloat32,
		float32(math.Inf(1)), float32(math.Inf(-1)), math.Float32frombits(0x7fc12345),
	}
	long := make([]float32, chunkBytes/4+3)
	for i := range long {
		long[i] = float32(i) / 7
	}
	ints := make([]int32, chunkBytes/4)
	wide := make([]int64, chunkBytes/8+1)
	for i := range wide {
		ints[i] = int32(-i)
		wide[i] = int64(i) << 33
	}
	path := filepath.Join(t.TempDir(), "all.safetensors")
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, Write(file, []Tensor{
		NewFloat32("spécial \"name\" <&>\n", []int{1, 7, 1}, special),
		NewFloat32("long", []int{len(long)}, long),
		NewFloat32("empty", []int{0, 5}, nil),
		NewInt32("ints", []int{2, len(ints) / 2}, ints),
		NewInt64("wide", []int{len(wide)}, wide),
	}, nil))
	require.NoError(t, file.Close())

	f, err := Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	require.Nil(t, f.Metadata())
	require.Equal(t, []string{"empty", "ints", "long", "spécial \"name\" <&>\n", "wide"}, f.Names())
	for name, want := range map[string][]float32{"long": long, "empty": {}, "spécial \"name\" <&>\n": special} {
		got := make([]float32, len(want))
		require.NoError(t, f.Float32(name, got))
		for i := range want {
			require.Equal(t, math.Float32bits(want[i]), math.Float32bits(got[i]), "%s[%d]", name, i)
		}
	}
	gotInts, err := f.Int32("ints")
	require.NoError(t, err)
	require.Equal(t, ints, gotInts)
	gotWide, err := f.Int64("wide")
	require.NoError(t, err)
	require.Equal(t, wide, gotWide)
}

func TestWriteRefuses(t *testing.T) {
	one := []float32{1}
	cases := []struct {
		name     string
		tensors  []Tensor
		metadata map[string]string
		want     string
	}{
		{"zero tensor", []Tensor{{}}, nil, "make it with NewFloat32"},
		{"empty name", []Tensor{NewFloat32("", nil, one)}, nil, `"" cannot name a tensor`},
		{"reserved name", []Tensor{NewFloat32("__metadata__", nil, one)}, nil, `"__metadata__" cannot name a tensor`},
		{"name not UTF-8", []Tensor{NewFloat32("\xff", nil, one)}, nil, `"\xff" cannot name a tensor`},
		{"name twice", []Tensor{NewFloat32("a", nil, one), NewFloat32("a", nil, one)}, nil, `two tensors are named "a"`},
		{"name twice, other type", []Tensor{NewInt64("a", nil, []int64{1}), NewFloat32("a", nil, one)}, nil, `two tensors are named "a"`},
		{"shape too large", []Tensor{NewFloat32("a", []int{2}, one)}, nil, `tensor "a": shape [2] has 2 elements, but there are 1 values`},
		{"negative dimensions", []Tensor{NewFloat32("a", []int{-1, -1}, one)}, nil, "negative dimension"},
		{"shape wraps", []Tensor{NewFloat32("a", []int{math.MaxInt, math.MaxInt}, one)}, nil, "more elements than can be counted"},
		{"metadata not UTF-8", nil, map[string]string{"k": "\xff"}, `metadata "k" is not valid UTF-8`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var buf bytes.Buffer
			require.ErrorContains(t, Write(&buf, c.tensors, c.metadata), c.want)
			require.Zero(t, buf.Len(), "nothing may be written")
		})
	}
}

// failingWriter takes a number of bytes, then fails.
type failingWriter struct{ room int }

var errFull = errors.New("disk full")

func (w *failingWriter) Write(b []byte) (int, error) {
	if len(b) > w.room {
		return 0, errFull
	}
	w.room -= len(b)
	return len(b), nil
}

func TestWriteReportsWriterErrors(t *testing.T) {
	tensor := NewFloat32("h.0.ln_1.bias", []int{2}, []float32{1, 2})
	var whole bytes.Buffer
	require.NoError(t, Write(&whole, []Tensor{tensor}, nil))
	err := Write(&failingWriter{}, []Tensor{tensor}, nil)
	require.ErrorIs(t, err, errFull)
	require.ErrorContains(t, err, "header")
	err = Write(&failingWriter{room: whole.Len() - 1}, []Tensor{tensor}, nil)
	require.ErrorIs(t, err, errFull)
	require.ErrorContains(t, err, `tensor "h.0.ln_1.bias"`)
}

// TestNewFloats writes each type of float and reads it back, rounded.
func TestNewFloats(t *testing.T) {
	values := []float32{1, -2.5, 0x1.0001p3, 1e-7, float32(math.Inf(-1))}
	for dtype, want := range map[DType][]float32{
		F32:  values,
		F16:  {1, -2.5, 8, 0x1p-23 /* the second subnormal */, float32(math.Inf(-1))},
		BF16: {1, -2.5, 8, 0x1.aep-24, float32(math.Inf(-1))},
	} {
		tensor, err := NewFloats(dtype, "a", []int{5}, values)
		require.NoError(t, err)
		var buf bytes.Buffer
		require.NoError(t, Write(&buf, []Tensor{tensor}, nil))
		f, err := open(buf.Bytes())
		require.NoError(t, err)
		info, _ := f.Info("a")
		require.Equal(t, dtype, info.DType)
		got := make([]float32, 5)
		require.NoError(t, f.Float32("a", got))
		require.Equal(t, want, got, dtype)
	}
	_, err := NewFloats(F16, "a", []int{2}, []float32{1, 65520})
	require.EqualError(t, err, `tensor "a": value 65520 at 1 is beyond the range of F16`)
	_, err = NewFloats(F16, "a", []int{1}, []float32{65519})
	require.NoError(t, err, "rounds down to the largest half")
	_, err = NewFloats(BF16, "a", []int{1}, []float32{math.MaxFloat32})
	require.EqualError(t, err, `tensor "a": value 3.4028235e+38 at 0 is beyond the range of BF16`)
	_, err = NewFloats(I32, "a", nil, []float32{1})
	require.EqualError(t, err, `tensor "a": dtype is I32, want F32, F16 or BF16`)
}
