package npy

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// encode makes a file of version 1 from a header and data, without checking either.
func encode(header string, data ...byte) []byte {
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	return append(append(b, header...), data...)
}

func open(b []byte) (*File, error) { return newFile("x.npy", bytes.NewReader(b), int64(len(b))) }

// TestRead reads what numpy.save wrote for np.arange(6, dtype='<f4').reshape(2, 3).
func TestRead(t *testing.T) {
	header := "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + strings.Repeat(" ", 58) + "\n"
	require.Zero(t, (len(magic)+4+len(header))%64, "NumPy aligns the data")
	var data []byte
	for i := range 6 {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(i)))
	}
	path := filepath.Join(t.TempDir(), "a.npy")
	require.NoError(t, os.WriteFile(path, encode(header, data...), 0o600))
	f, err := Open(path)
	require.NoError(t, err)
	require.Equal(t, []int{2, 3}, f.Shape())
	require.Equal(t, 6, f.Len())
	got := make([]float32, 3)
	require.NoError(t, f.Float32(got, 2))
	require.Equal(t, []float32{2, 3, 4}, got)
	require.NoError(t, f.Float32(nil, 6))
	require.EqualError(t, f.Float32(got, 4), path+": elements 4 to 7 wanted, the array has 6")
	require.Error(t, f.Float32(got, -1))
	require.NoError(t, f.Close())
}

// TestLongArray reads many numbers, all but the first.
func TestLongArray(t *testing.T) {
	const n = 1<<16 + 7
	data := make([]byte, 0, n*itemBytes)
	for i := range n {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(i)))
	}
	f, err := open(encode("{'shape': (65543,), 'fortran_order': False, 'descr': '<f4'}\n", data...))
	require.NoError(t, err)
	got := make([]float32, n-1)
	require.NoError(t, f.Float32(got, 1))
	for i, v := range got {
		require.Equal(t, float32(i+1), v)
	}
}

func TestShapes(t *testing.T) {
	for tuple, want := range map[string][]int{"()": {}, "(3,)": {3}, "(3, 4)": {3, 4}, "(3,4,)": {3, 4}, "(0, 9)": {0, 9}} {
		got, err := parseShape(tuple)
		require.NoError(t, err, tuple)
		require.Equal(t, want, got, tuple)
	}
}

func TestRefuses(t *testing.T) {
	const good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
	four := make([]byte, 4)
	v2 := func(n uint32, rest string) []byte {
		b := binary.LittleEndian.AppendUint32(append([]byte(magic), 2, 0), n)
		return append(b, rest...)
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":                  {nil, "not an npy file"},
		"only the magic":         {[]byte(magic), "not an npy file"},
		"another format":         {[]byte("PK\x03\x04 a zip file"), "not an npy file"},
		"a version to come":      {append([]byte(magic), 4, 0, 0, 0), "version 4 of npy"},
		"header beyond the file": {encode(good, four...)[:30], "does not fit the file"},
		"a huge header":          {v2(1<<32-1, good), "over the limit of 10000"},
		"version 2, cut":         {v2(9, "")[:11], "truncated"},
		"data truncated":         {encode(good, 1, 2, 3), "it is truncated"},
		"data left over":         {encode(good, 1, 2, 3, 4, 5), "1 bytes follow the array"},
		"not a dictionary":       {encode("[1]", four...), "not a dictionary"},
		"float64":                {encode(strings.Replace(good, "<f4", "<f8", 1), four...), "the elements are '<f8': want '<f4'"},
		"big-endian":             {encode(strings.Replace(good, "<f4", ">f4", 1), four...), "want '<f4'"},
		"Python objects":         {encode(strings.Replace(good, "<f4", "|O", 1), four...), "want '<f4'"},
		"Fortran's order":        {encode(strings.Replace(good, "False", "True", 1), four...), "fortran_order"},
		"a key twice":            {encode("{'descr': '<f4', 'descr': '<f4', 'shape': (1,), }", four...), "descr twice"},
		"a key missing":          {encode("{'descr': '<f4', 'shape': (1,), }", four...), "lacks one of"},
		"an unknown key":         {encode("{'descr': '<f4', 'order': False, 'shape': (1,), }", four...), "want descr, fortran_order and shape"},
		"code":                   {encode("{'descr': '<f4', 'fortran_order': False, 'shape': (f(),), }", four...), "want descr"},
		"a number for a shape":   {encode(strings.Replace(good, "(1,)", "(1)", 1), four...), "want a tuple"},
		"a text for a shape":     {encode(strings.Replace(good, "(1,)", "'1'", 1), four...), "want a tuple"},
		"an empty size":          {encode(strings.Replace(good, "(1,)", "(1,,)", 1), four...), "want sizes"},
		"the shape overflows":    {encode(strings.Replace(good, "(1,)", "(4294967297, 4294967297)", 1), four...), "can be counted"},
		"the bytes overflow":     {encode(strings.Replace(good, "(1,)", "(4611686018427387905,)", 1), four...), "can be counted"},
		"a size overflows":       {encode(strings.Replace(good, "(1,)", "(9223372036854775808,)", 1), four...), "want sizes"},
		"too many axes":          {encode(strings.Replace(good, "(1,)", "("+strings.Repeat("1,", 65)+")", 1), four...), "at most 64 axes"},
		"overflow behind a 0":    {encode(strings.Replace(good, "(1,)", "(0, 4294967297, 4294967297)", 1)), "can be counted"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(c.file)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "x.npy")
			require.Less(t, len(err.Error()), 300)
		})
	}
	_, err := Open(filepath.Join(t.TempDir(), "none.npy"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Open(t.TempDir())
	require.ErrorContains(t, err, "not a regular file")
}

// FuzzOpen feeds arbitrary bytes to the reader. What it accepts must read to the end.
func FuzzOpen(f *testing.F) {
	f.Add(encode("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 0, 0, 128, 63))
	f.Add(encode("{'descr': '<f4', 'fortran_order': False, 'shape': (), }   \n", 0, 0, 128, 63))
	f.Add(encode("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 0), }"))
	f.Add(append([]byte(magic+"\x02\x00\x3d\x00\x00\x00"), "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }    "...))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := open(b)
		if err != nil {
			return
		}
		n := 1
		for _, d := range file.Shape() {
			n *= d
		}
		require.Equal(t, n, file.Len())
		require.LessOrEqual(t, itemBytes*n, len(b))
		require.NoError(t, file.Float32(make([]float32, n), 0))
	})
}
