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
	return f.Float32At(name, dst, 0)
}

// Float32At is Float32 for the len(dst) elements from index at on.
func (f *File) Float32At(name string, dst []float32, at int) error {
	info, err := f.lookup(name, F32, F16, BF16)
	if err != nil {
		return err
	}
	switch info.DType {
	case F16:
		return readDecoded(f, info, dst, at, decodeF16)
	case BF16:
		return readDecoded(f, info, dst, at, decodeBF16)
	}
	return readAlike(f, info, dst, at, decodeF32)
}

// BFloat16At reads len(dst) elements of a tensor of type BF16, from index at on, as their bits.
func (f *File) BFloat16At(name string, dst []uint16, at int) error {
	info, err := f.lookup(name, BF16)
	if err != nil {
		return err
	}
	return readAlike(f, info, dst, at, decodeBits)
}

// Int8At reads len(dst) elements of a tensor of type I8, from index at on.
func (f *File) Int8At(name string, dst []int8, at int) error {
	info, err := f.lookup(name, I8)
	if err != nil {
		return err
	}
	return readAlike(f, info, dst, at, decodeI8)
}

// readAlike is readDecoded for elements that most machines have in memory as the file has them, and
// then reads straight into dst.
func readAlike[E float32 | uint16 | int8](f *File, info Info, dst []E, at int, decode func(dst []E, src []byte)) error {
	memory, alike := memoryOf(dst)
	if !alike {
		return readDecoded(f, info, dst, at, decode)
	}
	info, err := f.part(info, len(dst), at)
	if err != nil {
		return err
	}
	return errors.Wrapf(readFull(f.r, memory, f.data+info.begin), "%s: reading tensor %s", f.path, excerpt(info.Name))
}

// readDecoded reads len(dst) elements from index at on, chunk by chunk.
func readDecoded[E any](f *File, info Info, dst []E, at int, decode func(dst []E, src []byte)) error {
	info, err := f.part(info, len(dst), at)
	if err != nil {
		return err
	}
	size := info.DType.Size()
	return f.stream(info, func(b []byte) {
		n := len(b) / size
		decode(dst[:n], b)
		dst = dst[n:]
	})
}

// part returns info with the byte range of n elements from index at on.
func (f *File) part(info Info, n, at int) (Info, error) {
	if at < 0 || n > info.Len() || at > info.Len()-n {
		return info, errors.Errorf("%s: tensor %s: shape %v has no %d elements from %d on", f.path, excerpt(info.Name), info.Shape, n, at)
	}
	size := int64(info.DType.Size())
	info.begin += size * int64(at)
	info.end = info.begin + size*int64(n)
	return info, nil
}

// memoryOf returns the bytes of x, and whether numbers lie in them as in a file.
func memoryOf[E float32 | uint16 | int8](x []E) (b []byte, alike bool) {
	littleEndian := binary.NativeEndian.Uint16([]byte{1, 0}) == 1
	var one E
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), int(unsafe.Sizeof(one))*len(x)), littleEndian
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
