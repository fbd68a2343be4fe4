package safetensors

import "math"

// halfToFloat32 widens 1 sign, 5 exponent and 10 fraction bits. Every half is
// exactly a float32.
func halfToFloat32(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent := uint32(h>>10) & 0x1f
	fraction := uint32(h) & 0x3ff
	switch exponent {
	case 0: // zero and subnormals: fraction · 2⁻²⁴
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 0x1f: // infinity and NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	const rebias = 127 - 15
	return math.Float32frombits(sign | (exponent+rebias)<<23 | fraction<<13)
}

// float32ToHalf rounds to the nearest half, to the even one of two. What is beyond
// the largest half, 65504, by half a step or more becomes infinite; NaN stays NaN.
func float32ToHalf(v float32) uint16 {
	bits := math.Float32bits(v)
	sign, magnitude := uint16(bits>>16)&0x8000, bits&^(1<<31)
	switch {
	case magnitude > 0xff<<23: // NaN, made quiet so that its fraction cannot vanish
		return sign | 0x7e00 | uint16(magnitude>>13)&0x3ff
	case magnitude >= (127+16)<<23: // 65536 and beyond, infinity among them
		return sign | 0x7c00
	case magnitude < (127-14)<<23: // subnormal: the multiples of 2⁻²⁴
		// Adding a number whose last bit is worth 2⁻²⁴ rounds to those, ties to even.
		const shift = 0x1p-1
		rounded := math.Float32frombits(magnitude) + shift
		return sign | uint16(math.Float32bits(rounded)-math.Float32bits(shift))
	}
	const rebias = (127 - 15) << 23
	return sign | uint16(roundOff(magnitude-rebias, 13))
}

// float32ToBrain rounds to the nearest bfloat16, to the even one of two; NaN stays NaN.
func float32ToBrain(v float32) uint16 {
	bits := math.Float32bits(v)
	if bits&^(1<<31) > 0xff<<23 {
		return uint16(bits>>16) | 0x40
	}
	return uint16(roundOff(bits, 16))
}

// roundOff drops the lowest n bits, rounding to nearest, ties to even. A carry runs
// into the exponent, which is as it should be.
func roundOff(bits uint32, n int) uint32 {
	half := uint32(1)<<(n-1) - 1
	return (bits + half + bits>>n&1) >> n
}
