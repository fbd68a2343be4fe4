package safetensors

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// Tensor is a tensor to be written: a name, a shape and a view of the caller's
// values. Make one with a function of this package whose name begins with New.
type Tensor struct {
	name  string
	shape []int
	dtype DType
	len   int
	put   func(dst []byte, from, to int) []byte // appends the encoded values [from:to]
}

// Name returns the tensor's name.
func (t Tensor) Name() string { return t.name }

// Bytes returns the size of the tensor's values in a file.
func (t Tensor) Bytes() int64 { return int64(t.len) * int64(t.dtype.Size()) }

// NewFloat32 makes a tensor of type F32 from row-major values. The values are
// not copied; they must not change before Write returns.
func NewFloat32(name string, shape []int, values []float32) Tensor {
	return Tensor{name, shape, F32, len(values), func(dst []byte, from, to int) []byte {
		return appendF32(dst, values[from:to])
	}}
}

// NewFloats makes a tensor of type F32, F16 or BF16, as NewFloat32 does. The two
// short types round to nearest, ties to even. A finite value that would become
// infinite is an error.
func NewFloats(dtype DType, name string, shape []int, values []float32) (Tensor, error) {
	var put func(dst []byte, values []float32) []byte
	var limit float64
	switch dtype {
	case F32:
		return NewFloat32(name, shape, values), nil
	case F16:
		put, limit = appendF16, 65520
	case BF16:
		put, limit = appendBF16, 0x1.ffp127
	default:
		return Tensor{}, errors.Errorf("tensor %s: dtype is %s, want F32, F16 or BF16", excerpt(name), dtype)
	}
	for i, v := range values {
		if x := math.Abs(float64(v)); x >= limit && !math.IsInf(x, 1) {
			return Tensor{}, errors.Errorf("tensor %s: value %g at %d is beyond the range of %s", excerpt(name), v, i, dtype)
		}
	}
	return Tensor{name, shape, dtype, len(values), func(dst []byte, from, to int) []byte {
		return put(dst, values[from:to])
	}}, nil
}

// NewBFloat16 makes a tensor of type BF16 from its bits, as NewFloat32 does.
func NewBFloat16(name string, shape []int, bits []uint16) Tensor {
	return Tensor{name, shape, BF16, len(bits), func(dst []byte, from, to int) []byte {
		return appendBits(dst, bits[from:to])
	}}
}

// NewInt8 makes a tensor of type I8, as NewFloat32 does.
func NewInt8(name string, shape []int, values []int8) Tensor {
	return Tensor{name, shape, I8, len(values), func(dst []byte, from, to int) []byte {
		return appendI8(dst, values[from:to])
	}}
}

// NewInt32 makes a tensor of type I32, as NewFloat32 does.
func NewInt32(name string, shape []int, values []int32) Tensor {
	return Tensor{name, shape, I32, len(values), func(dst []byte, from, to int) []byte {
		return appendI32(dst, values[from:to])
	}}
}

// NewInt64 makes a tensor of type I64, as NewFloat32 does.
func NewInt64(name string, shape []int, values []int64) Tensor {
	return Tensor{name, shape, I64, len(values), func(dst []byte, from, to int) []byte {
		return appendI64(dst, values[from:to])
	}}
}

// Write writes a whole file to w. The bytes depend only on the tensors and the
// metadata, not on the order of the tensors: wider elements come first, so that
// every value is aligned in the file, and equal widths are sorted by name. A
// shape that does not fit its values, and a name that is empty, given twice,
// reserved or not UTF-8, is an error, reported before anything is written.
//
// Other programs expect the metadata to have the entry "format": "pt".
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	ordered := slices.Clone(tensors)
	slices.SortFunc(ordered, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(b.dtype.Size(), a.dtype.Size()), cmp.Compare(a.name, b.name))
	})
	if err := checkTensors(ordered); err != nil {
		return err
	}
	header, err := encodeHeader(ordered, metadata)
	if err != nil {
		return err
	}
	prefix := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	if _, err := w.Write(append(prefix, header...)); err != nil {
		return errors.Wrap(err, "writing safetensors header")
	}
	buf := make([]byte, chunkBytes)
	for _, t := range ordered {
		if err := t.writeTo(w, buf); err != nil {
			return errors.Wrapf(err, "writing tensor %q", t.name)
		}
	}
	return nil
}

// writeTo encodes the values through buf, as many at a time as it has room for.
func (t Tensor) writeTo(w io.Writer, buf []byte) error {
	step := cap(buf) / t.dtype.Size()
	for from := 0; from < t.len; from += step {
		if _, err := w.Write(t.put(buf[:0], from, min(from+step, t.len))); err != nil {
			return err
		}
	}
	return nil
}

func checkTensors(tensors []Tensor) error {
	if len(tensors) > maxKeys {
		return errors.Errorf("%d tensors are over the limit of %d", len(tensors), maxKeys)
	}
	seen := make(map[string]bool, len(tensors))
	for _, t := range tensors {
		switch {
		case t.dtype == "":
			return errors.Errorf("tensor %q has no values; make it with NewFloat32, NewInt8, NewInt32 or NewInt64", t.name)
		case t.name == "" || t.name == metadataKey || !validName(t.name):
			return errors.Errorf("%q cannot name a tensor", t.name)
		case seen[t.name]:
			return errors.Errorf("two tensors are named %q", t.name)
		}
		seen[t.name] = true
		n, err := elements(t.shape)
		if err != nil {
			return errors.Wrapf(err, "tensor %q", t.name)
		}
		if n != t.len {
			return errors.Errorf("tensor %q: shape %v has %d elements, but there are %d values", t.name, t.shape, n, t.len)
		}
	}
	return nil
}

// encodeHeader returns the JSON text, padded with spaces so that the data
// section starts at a multiple of 8 bytes. The entries are joined by hand
// because they stand in the order of the data.
func encodeHeader(tensors []Tensor, metadata map[string]string) ([]byte, error) {
	header := []byte{'{'}
	var err error
	if len(metadata) > 0 {
		for _, key := range slices.Sorted(maps.Keys(metadata)) {
			if !utf8.ValidString(key) || !utf8.ValidString(metadata[key]) {
				return nil, errors.Errorf("metadata %q is not valid UTF-8", key)
			}
		}
		if header, err = appendEntry(header, metadataKey, metadata); err != nil {
			return nil, err
		}
	}
	type entry struct {
		DType   DType    `json:"dtype"`
		Shape   []int    `json:"shape"`
		Offsets [2]int64 `json:"data_offsets"`
	}
	var begin int64
	for _, t := range tensors {
		end := begin + int64(t.len)*int64(t.dtype.Size())
		shape := append([]int{}, t.shape...) // a scalar's is [], never null
		if header, err = appendEntry(header, t.name, entry{t.dtype, shape, [2]int64{begin, end}}); err != nil {
			return nil, err
		}
		begin = end
	}
	header = append(header, '}')
	for (lengthBytes+len(header))%8 != 0 {
		header = append(header, ' ')
	}
	if len(header) > maxHeader {
		return nil, errors.Errorf("header of %d bytes is over the format's limit of %d", len(header), maxHeader)
	}
	return header, nil
}

// appendEntry appends "key": value to an object that is being written.
func appendEntry(object []byte, key string, value any) ([]byte, error) {
	k, err := json.Marshal(key)
	if err != nil {
		return nil, errors.Wrapf(err, "encoding %q", key)
	}
	v, err := json.Marshal(value)
	if err != nil {
		return nil, errors.Wrapf(err, "encoding %q", key)
	}
	if len(object) > 1 {
		object = append(object, ',')
	}
	object = append(object, k...)
	object = append(object, ':')
	return append(object, v...), nil
}
