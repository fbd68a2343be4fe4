package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// encode puts a header in front of data, without checking either.
func encode(header string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	return append(b, data...)
}

func open(b []byte) (*File, error) {
	return New("x.safetensors", bytes.NewReader(b), int64(len(b)))
}

func TestNewRefuses(t *testing.T) {
	const one = `{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
	four := make([]byte, 4)
	eight := make([]byte, 8)
	cases := []struct {
		name string
		file []byte
		want string
	}{
		{"empty file", nil, "too few for the 8"},
		{"half a length", []byte{1, 0, 0}, "too few for the 8"},
		{"length beyond the file", append(binary.LittleEndian.AppendUint64(nil, 3), '{', '}'), "does not fit the file"},
		{"length over the limit", binary.LittleEndian.AppendUint64(nil, maxHeader+1), "over the limit"},
		{"length near 2^64", binary.LittleEndian.AppendUint64(nil, 1<<64-1), "over the limit"},
		{"empty header", encode(""), "does not begin with '{'"},
		{"leading space", encode(" {}"), "does not begin with '{'"},
		{"cut off", encode(`{"a":`), "cut off"},
		{"not JSON", encode(`{"a" 1}`), "not JSON"},
		{"text after the object", encode(`{} x`), "has text after"},
		{"two objects", encode(`{}{}`), "has text after"},
		{"entry is a number", encode(`{"a":1}`), `tensor "a": found 1, want {`},
		{"name not UTF-8", encode(`{"` + "\xff" + `":` + one + `}`), "not valid UTF-8"},
		{"name a lone surrogate", encode(`{"\ud800":`+one+`}`, four...), "not valid UTF-8"},
		{"duplicate tensor", encode(`{"a":`+one+`,"a":`+one+`}`, four...), `"a" appears twice`},
		{"duplicate tensor, escaped", encode(`{"a":`+one+`,"\u0061":`+one+`}`, four...), `"a" appears twice`},
		{"duplicate metadata", encode(`{"__metadata__":{},"__metadata__":{}}`), "appears twice"},
		{"duplicate metadata key", encode(`{"__metadata__":{"k":"1","k":"2"}}`), `"k" appears twice`},
		{"metadata not a string", encode(`{"__metadata__":{"k":1}}`), "want a string"},
		{"duplicate field", encode(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four...), "appears twice"},
		{"unknown field", encode(`{"a":{"dtype":"F32","shape":[1],"offsets":[0,4]}}`, four...), `unknown key "offsets"`},
		{"no dtype", encode(`{"a":{"shape":[1],"data_offsets":[0,4]}}`, four...), "dtype is missing"},
		{"no shape", encode(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, four...), "shape is missing"},
		{"no offsets", encode(`{"a":{"dtype":"F32","shape":[1]}}`, four...), "want [begin, end]"},
		{"three offsets", encode(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}`, four...), "want [begin, end]"},
		{"unknown dtype", encode(`{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}`, four...), `unknown dtype "F31"`},
		{"null shape", encode(`{"a":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, four...), "found <nil>, want ["},
		{"nested shape", encode(`{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}`, four...), "want an integer"},
		{"negative dimension", encode(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, four...), "found -1, want an integer from 0"},
		{"fraction", encode(`{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}`, four...), "found 1.0, want an integer from 0"},
		{"exponent", encode(`{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}`, four...), "found 1e0, want an integer from 0"},
		{"dimension of 2^63", encode(`{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}`, four...), "want an integer from 0"},
		{"shape wraps to 1", encode(`{"a":{"dtype":"F32","shape":[4294967297,4294967297],"data_offsets":[0,4]}}`, four...), "can be counted"},
		{"bytes wrap to 4", encode(`{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}`, four...), "can be counted"},
		{"range too short", encode(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, four...), "do not span the 8 bytes"},
		{"range too long", encode(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}`, eight...), "do not span the 4 bytes"},
		{"range backwards", encode(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, four...), "do not span the 4 bytes"},
		{"outside the file", encode(`{"a":`+one+`}`, 0, 0, 0), "truncated"},
		{"hole in front", encode(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, eight...), "without a tensor"},
		{"bytes left over", encode(`{"a":`+one+`}`, eight...), "cover only 4"},
		{"bytes without tensors", encode(`{}`, 1), "cover only 0"},
		{"same range twice", encode(`{"a":`+one+`,"b":`+one+`}`, four...), `"b": data_offsets [0, 4] overlap`},
		{"partial overlap", encode(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, eight...), "overlap"},
		{"empty tensor inside another", encode(`{"a":`+one+`,"b":{"dtype":"F32","shape":[0],"data_offsets":[2,2]}}`, four...), "overlap"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := open(c.file)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "x.safetensors")
		})
	}
}

func TestNewAccepts(t *testing.T) {
	cases := []struct {
		name string
		file []byte
		want []string
	}{
		{"no tensors", encode(`{}`), nil},
		{"padding", encode("{}      "), nil},
		{"scalar", encode(`{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 0, 0, 0, 0), []string{"a"}},
		{"empty tensor", encode(`{"a":{"dtype":"F32","shape":[3,0],"data_offsets":[0,0]}}`), []string{"a"}},
		{"unsorted", encode(`{"b":{"data_offsets":[1,2],"dtype":"U8","shape":[1]},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}`, 0, 0), []string{"a", "b"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, err := open(c.file)
			require.NoError(t, err)
			require.Equal(t, c.want, f.Names())
			require.NoError(t, f.Close())
		})
	}
}

func TestFloat32Converts(t *testing.T) {
	f, err := open(encode(`{"bf":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]},"half":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}`,
		0x00, 0x3c, 0x00, 0xc0, 0x80, 0x3f, 0x49, 0xc0))
	require.NoError(t, err)
	got := make([]float32, 2)
	require.NoError(t, f.Float32("half", got))
	require.Equal(t, []float32{1, -2}, got)
	require.NoError(t, f.Float32("bf", got))
	require.Equal(t, []float32{1, -3.140625}, got)
}

func TestReadErrors(t *testing.T) {
	b := encode(`{"f":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"i":{"dtype":"I32","shape":[1],"data_offsets":[8,12]}}`,
		make([]byte, 12)...)
	f, err := open(b)
	require.NoError(t, err)

	require.EqualError(t, f.Float32("g", nil), `x.safetensors: no tensor "g" among its 2`)
	require.EqualError(t, f.Float32("i", make([]float32, 1)), `x.safetensors: tensor "i": dtype is I32, want one of [F32 F16 BF16]`)
	require.EqualError(t, f.Float32("f", make([]float32, 3)), `x.safetensors: tensor "f": shape [1 2] has 2 elements, the destination has 3`)
	require.EqualError(t, f.Float32At("f", make([]float32, 2), 1), `x.safetensors: tensor "f": shape [1 2] has no 2 elements from 1 on`)
	require.EqualError(t, f.Float32At("f", nil, -1), `x.safetensors: tensor "f": shape [1 2] has no 0 elements from -1 on`)
	require.EqualError(t, f.Int8At("f", make([]int8, 2), 0), `x.safetensors: tensor "f": dtype is F32, want one of [I8]`)
	require.EqualError(t, f.BFloat16At("f", make([]uint16, 2), 0), `x.safetensors: tensor "f": dtype is F32, want one of [BF16]`)
	_, err = f.Int32("f")
	require.EqualError(t, err, `x.safetensors: tensor "f": dtype is F32, want one of [I32]`)
	_, err = f.Int64("i")
	require.EqualError(t, err, `x.safetensors: tensor "i": dtype is I32, want one of [I64]`)

	// The file shrinks after it was opened.
	f, err = New("x.safetensors", bytes.NewReader(b[:len(b)-6]), int64(len(b)))
	require.NoError(t, err)
	require.EqualError(t, f.Float32("f", make([]float32, 2)), `x.safetensors: reading tensor "f": file ended 2 bytes too early`)
	_, err = f.Int32("i")
	require.EqualError(t, err, `x.safetensors: reading tensor "i": file ended 4 bytes too early`)
}

// TestParts reads every part of a tensor of each type that is read in parts.
func TestParts(t *testing.T) {
	half, err := NewFloats(F16, "half", []int{5}, []float32{1, -2, 3, 0, -5})
	require.NoError(t, err)
	var buf bytes.Buffer
	require.NoError(t, Write(&buf, []Tensor{
		NewFloat32("float", []int{5}, []float32{1, -2, 3, 0, -5}), half,
		NewBFloat16("brain", []int{5}, []uint16{0x3f80, 0xc000, 0x4040, 0, 0xc0a0}), // the same five
		NewInt8("int", []int{5}, []int8{1, -2, 3, -127, -128}),
	}, nil))
	f, err := open(buf.Bytes())
	require.NoError(t, err)
	floats, bits, ints := []float32{1, -2, 3, 0, -5}, []uint16{0x3f80, 0xc000, 0x4040, 0, 0xc0a0}, []int8{1, -2, 3, -127, -128}
	for from := range 6 {
		for to := from; to <= 5; to++ {
			for _, name := range []string{"float", "half", "brain"} {
				got := make([]float32, to-from)
				require.NoError(t, f.Float32At(name, got, from))
				require.Equal(t, floats[from:to], got, name)
			}
			gotBits := make([]uint16, to-from)
			require.NoError(t, f.BFloat16At("brain", gotBits, from))
			require.Equal(t, bits[from:to], gotBits)
			gotInts := make([]int8, to-from)
			require.NoError(t, f.Int8At("int", gotInts, from))
			require.Equal(t, ints[from:to], gotInts)
		}
	}
	require.Error(t, f.Int8At("int", make([]int8, 2), 4))
	require.Error(t, f.Int8At("int", make([]int8, 6), 0))

	// As on a machine that stores numbers in another order.
	gotFloats, gotBits, gotInts := make([]float32, 3), make([]uint16, 3), make([]int8, 3)
	require.NoError(t, readDecoded(f, f.tensors["float"], gotFloats, 2, decodeF32))
	require.NoError(t, readDecoded(f, f.tensors["brain"], gotBits, 2, decodeBits))
	require.NoError(t, readDecoded(f, f.tensors["int"], gotInts, 2, decodeI8))
	require.Equal(t, floats[2:], gotFloats)
	require.Equal(t, bits[2:], gotBits)
	require.Equal(t, ints[2:], gotInts)
}

// TestHostileHeadersCostLittle opens headers of megabytes. They are refused, in memory of at most
// ten times their length and with an error of one line.
func TestHostileHeadersCostLittle(t *testing.T) {
	const n = 4 << 20
	long := strings.Repeat("x", n)
	for name, header := range map[string]string{
		"many dimensions": `{"a":{"dtype":"U8","shape":[` + strings.Repeat("1,", n/2) + `1],"data_offsets":[0,1]}}`,
		"many offsets":    `{"a":{"dtype":"U8","shape":[1],"data_offsets":[` + strings.Repeat("1,", n/2) + `1]}}`,
		"a long name":     `{"` + long + `":{"dtype":"U8","shape":[1],"data_offsets":[0,2]}}`,
		"a long dtype":    `{"a":{"dtype":"` + long + `","shape":[1],"data_offsets":[0,1]}}`,
		"a long key":      `{"a":{"` + long + `":1}}`,
		"a long number":   `{"a":{"dtype":"U8","shape":[` + strings.Repeat("1", n) + `],"data_offsets":[0,1]}}`,
		"deep nesting":    strings.Repeat(`{"a":`, n/5),
		"only brackets":   `{"a":` + strings.Repeat(`[`, n),
	} {
		t.Run(name, func(t *testing.T) {
			b := encode(header, 0)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := open(b)
			runtime.ReadMemStats(&after)
			require.Error(t, err)
			require.Less(t, len(err.Error()), 300)
			require.NotContains(t, err.Error(), "\n")
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10*n))
		})
	}
}

// TestVeryManyKeysAreRefused stops early: a million tensors took a gigabyte and 20 s to be looked at.
func TestVeryManyKeysAreRefused(t *testing.T) {
	const entry = `"%06d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`
	for want, header := range map[string]string{
		"header: more than 100000 keys in one object":               `{` + numbered(200_000, entry) + `}`,
		"header: __metadata__: more than 100000 keys in one object": `{"__metadata__":{` + numbered(800_000, `"%d":""`) + `}}`,
	} {
		b := encode(header)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := open(b)
		runtime.ReadMemStats(&after)
		require.ErrorContains(t, err, want)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(256<<20), "with what is free again")
	}
	f, err := open(encode(`{` + numbered(maxKeys, entry) + `}`))
	require.NoError(t, err)
	require.Len(t, f.Names(), maxKeys)
}

// numbered joins n members of an object with commas.
func numbered(n int, format string) string {
	var out strings.Builder
	for i := range n {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, format, i)
	}
	return out.String()
}

// TestInfoIsACopy guards the checked header against its readers.
func TestInfoIsACopy(t *testing.T) {
	f, err := open(encode(`{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 0, 0, 0, 0))
	require.NoError(t, err)
	info, ok := f.Info("a")
	require.True(t, ok)
	info.Shape[0] = 9
	f.Metadata()["k"] = "w"
	info, _ = f.Info("a")
	require.Equal(t, []int{1}, info.Shape)
	require.Equal(t, map[string]string{"k": "v"}, f.Metadata())
	_, ok = f.Info("b")
	require.False(t, ok)
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(filepath.Join(dir, "none.safetensors"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "none.safetensors")
	_, err = Open(dir)
	require.ErrorContains(t, err, "not a regular file")

	path := filepath.Join(dir, "short.safetensors")
	require.NoError(t, os.WriteFile(path, []byte("short"), 0o600))
	_, err = Open(path)
	require.ErrorContains(t, err, path)
}

// TestGoldenFiles reads every tensor of files that another program wrote.
func TestGoldenFiles(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/golden/*/*.safetensors")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".safetensors"), func(t *testing.T) {
			f, err := Open(path)
			require.NoError(t, err)
			require.Equal(t, map[string]string{"format": "pt"}, f.Metadata())
			require.NotEmpty(t, f.Names())
			for _, name := range f.Names() {
				require.NoError(t, readAny(f, name))
			}
			require.NoError(t, f.Close())
		})
	}
}

// readAny reads a tensor of whichever type it has.
func readAny(f *File, name string) error {
	info, _ := f.Info(name)
	var err error
	switch info.DType {
	case F32, F16, BF16:
		err = f.Float32(name, make([]float32, info.Len()))
		if err == nil && info.DType == BF16 {
			err = f.BFloat16At(name, make([]uint16, info.Len()), 0)
		}
	case I8:
		err = f.Int8At(name, make([]int8, info.Len()), 0)
	case I32:
		_, err = f.Int32(name)
	case I64:
		_, err = f.Int64(name)
	}
	return err
}
