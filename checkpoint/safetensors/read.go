package safetensors

import (
	"encoding/binary"
	"slices"
	"unsafe"

	"github.com/pkg/errors"
)

// chunkBytes is how much is converted at a time: large enough that a system
// call costs nothing, small enough to stay in the cache. It is a multiple of
// every element size.
const chunkBytes = 256 << 10

// Float32 reads the tensor into dst, row-major. Its type must be F32, F16 or
// BF16, the latter two being widened exactly; len(dst) must be the tensor's
// number of elements.
func (f *File) Float32(name string, dst []float32) error {
	info, err := f.lookup(name, F32, F16, BF16)
	if err != nil {
		return err
	}
	if len(dst) != info.Len() {
		return errors.Errorf("%s: tensor %s: shape %v has %d elements, the destination has %d",
			f.path, excerpt(name), info.Shape, info.Len(), len(dst))
	}
	if memory, alike := memoryOf(dst); alike && info.DType == F32 {
		return errors.Wrapf(readFull(f.r, memory, f.data+info.begin), "%s: reading tensor %s", f.path, excerpt(name))
	}
	decode := decodeF32
	switch info.DType {
	case F16:
		decode = decodeF16
	case BF16:
		decode = decodeBF16
	}
	size := info.DType.Size()
	return f.stream(info, func(b []byte) {
		n := len(b) / size
		decode(dst[:n], b)
		dst = dst[n:]
	})
}

// memoryOf returns the bytes of x, and whether numbers lie in them as in a file.
func memoryOf(x []float32) (b []byte, alike bool) {
	littleEndian := binary.NativeEndian.Uint16([]byte{1, 0}) == 1
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x)), littleEndian
}

// Int32 reads a tensor of type I32, row-major.
func (f *File) Int32(name string) ([]int32, error) {
	return readIntegerTensor(f, name, I32, func(b []byte) int32 { return int32(binary.LittleEndian.Uint32(b)) })
}

// Int64 reads a tensor of type I64, row-major.
func (f *File) Int64(name string) ([]int64, error) {
	return readIntegerTensor(f, name, I64, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) })
}

func readIntegerTensor[E int32 | int64](f *File, name string, dtype DType, decode func([]byte) E) ([]E, error) {
	info, err := f.lookup(name, dtype)
	if err != nil {
		return nil, err
	}
	values := make([]E, 0, info.Len())
	size := dtype.Size()
	err = f.stream(info, func(b []byte) {
		for ; len(b) > 0; b = b[size:] {
			values = append(values, decode(b))
		}
	})
	if err != nil {
		return nil, err
	}
	return values, nil
}

// lookup finds a tensor and checks that it has one of the wanted types.
func (f *File) lookup(name string, want ...DType) (Info, error) {
	info, ok := f.tensors[name]
	if !ok {
		return Info{}, errors.Errorf("%s: no tensor %s among its %d", f.path, excerpt(name), len(f.tensors))
	}
	if !slices.Contains(want, info.DType) {
		return Info{}, errors.Errorf("%s: tensor %s: dtype is %s, want one of %v", f.path, excerpt(name), info.DType, want)
	}
	return info, nil
}

// stream reads the tensor's bytes and hands them to use, chunk after chunk;
// each chunk holds whole elements and is only valid during the call.
func (f *File) stream(info Info, use func(b []byte)) error {
	buf := make([]byte, min(chunkBytes, info.end-info.begin))
	for at := info.begin; at < info.end; at += int64(len(buf)) {
		buf = buf[:min(int64(len(buf)), info.end-at)]
		if err := readFull(f.r, buf, f.data+at); err != nil {
			return errors.Wrapf(err, "%s: reading tensor %s", f.path, excerpt(info.Name))
		}
		use(buf)
	}
	return nil
}
