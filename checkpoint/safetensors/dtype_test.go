package safetensors

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHalfToFloat32 compares every half with its value by definition.
func TestHalfToFloat32(t *testing.T) {
	for h := range 1 << 16 {
		got := halfToFloat32(uint16(h))
		exponent, fraction := h>>10&0x1f, float64(h&0x3ff)
		want := math.Ldexp(1+fraction/1024, exponent-15)
		switch {
		case exponent == 0:
			want = math.Ldexp(fraction/1024, -14)
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			require.True(t, math.IsNaN(float64(got)), "%#04x", h)
			continue
		}
		if h>>15 == 1 {
			want = math.Copysign(want, -1)
		}
		require.Equal(t, math.Float32bits(float32(want)), math.Float32bits(got), "%#04x", h)
	}
}

// TestFloat32ToHalf compares with the definition: the nearest of the halves, the even one of
// two. Between neighbours stand the middle, which is a float32, and the float32s beside it.
func TestFloat32ToHalf(t *testing.T) {
	const largest = 0x7bff
	for h := range uint16(largest + 1) {
		low := halfToFloat32(h)
		require.Equal(t, h, float32ToHalf(low))
		require.Equal(t, h|0x8000, float32ToHalf(-low))
		high := float32(65536) // what follows the largest would be, were it finite
		if h < largest {
			high = halfToFloat32(h + 1)
		}
		middle := low + (high-low)/2
		even := h + h&1
		require.Equal(t, even, float32ToHalf(middle), "%#04x", h)
		require.Equal(t, h, float32ToHalf(math.Nextafter32(middle, low)), "%#04x", h)
		require.Equal(t, h+1, float32ToHalf(math.Nextafter32(middle, high)), "%#04x", h)
	}
	require.EqualValues(t, 0x7c00, float32ToHalf(float32(math.Inf(1))))
	require.EqualValues(t, 0xfc00, float32ToHalf(-math.MaxFloat32))
	for _, bits := range []uint32{0x7fc00000, 0x7f800001, 0xff812345} {
		require.True(t, math.IsNaN(float64(halfToFloat32(float32ToHalf(math.Float32frombits(bits))))))
	}
}

// TestFloat32ToBrain does the same for bfloat16, whose values are the float32s with a lower
// half of zeros.
func TestFloat32ToBrain(t *testing.T) {
	value := func(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }
	for b := range uint16(0x7f80) {
		require.Equal(t, b, float32ToBrain(value(b)))
		middle := math.Float32frombits(uint32(b)<<16 | 0x8000)
		require.Equal(t, b+b&1, float32ToBrain(middle), "%#04x", b)
		require.Equal(t, b|0x8000, float32ToBrain(-math.Float32frombits(uint32(b)<<16|0x7fff)), "%#04x", b)
		require.Equal(t, b+1, float32ToBrain(math.Float32frombits(uint32(b)<<16|0x8001)), "%#04x", b)
	}
	require.EqualValues(t, 0x7f80, float32ToBrain(float32(math.Inf(1))))
	require.True(t, math.IsNaN(float64(value(float32ToBrain(math.Float32frombits(0x7f800001))))))
}
