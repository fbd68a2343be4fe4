package safetensors

import (
	"encoding/binary"
	"math"
)

// DType is the element type of a tensor, spelled as in the file.
type DType string

// The element types that this package converts to and from Go values. Tensors
// of the format's other whole-byte types are listed, but their values cannot
// be read.
const (
	F32  DType = "F32"  // IEEE 754 single precision
	F16  DType = "F16"  // IEEE 754 half precision
	BF16 DType = "BF16" // the upper half of an F32
	I8   DType = "I8"
	I32  DType = "I32"
	I64  DType = "I64"
)

// Size returns the bytes of one element, or 0 for a type that the format does
// not have or that does not fill whole bytes.
func (d DType) Size() int {
	switch d {
	case "BOOL", "U8", I8, "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ":
		return 1
	case "I16", "U16", F16, BF16:
		return 2
	case I32, "U32", F32:
		return 4
	case I64, "U64", "F64", "C64":
		return 8
	}
	return 0
}

// The append functions encode values behind dst. They are functions of their own
// because the same loop inside a closure is not inlined and five times slower.

func appendF32(dst []byte, values []float32) []byte {
	for _, v := range values {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
	}
	return dst
}

func appendF16(dst []byte, values []float32) []byte {
	for _, v := range values {
		dst = binary.LittleEndian.AppendUint16(dst, float32ToHalf(v))
	}
	return dst
}

func appendBF16(dst []byte, values []float32) []byte {
	for _, v := range values {
		dst = binary.LittleEndian.AppendUint16(dst, float32ToBrain(v))
	}
	return dst
}

func appendBits(dst []byte, bits []uint16) []byte {
	for _, b := range bits {
		dst = binary.LittleEndian.AppendUint16(dst, b)
	}
	return dst
}

func appendI8(dst []byte, values []int8) []byte {
	for _, v := range values {
		dst = append(dst, byte(v))
	}
	return dst
}

func appendI32(dst []byte, values []int32) []byte {
	for _, v := range values {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	return dst
}

func appendI64(dst []byte, values []int64) []byte {
	for _, v := range values {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(v))
	}
	return dst
}

// decodeF32 fills dst from 4·len(dst) bytes.
func decodeF32(dst []float32, src []byte) {
	src = src[:4*len(dst)]
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
}

// decodeF16 fills dst from 2·len(dst) bytes.
func decodeF16(dst []float32, src []byte) {
	for i := range dst {
		dst[i] = halfToFloat32(binary.LittleEndian.Uint16(src[2*i:]))
	}
}

// decodeBF16 fills dst from 2·len(dst) bytes.
func decodeBF16(dst []float32, src []byte) {
	for i := range dst {
		dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(src[2*i:])) << 16)
	}
}

// decodeBits fills dst from 2·len(dst) bytes.
func decodeBits(dst []uint16, src []byte) {
	for i := range dst {
		dst[i] = binary.LittleEndian.Uint16(src[2*i:])
	}
}

// decodeI8 fills dst from len(dst) bytes.
func decodeI8(dst []int8, src []byte) {
	for i := range dst {
		dst[i] = int8(src[i])
	}
}
