package simd

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPhiloxKnownAnswers uses the vectors published with the Random123 library.
func TestPhiloxKnownAnswers(t *testing.T) {
	const all = 0xFFFFFFFF
	cases := []struct {
		key        uint64
		c0, c1, c2 uint32
		c3         uint32
		want       [4]uint32
	}{
		{0, 0, 0, 0, 0, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{math.MaxUint64, all, all, all, all, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{0x299f31d0a4093822, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	}
	for _, c := range cases {
		w0, w1, w2, w3 := philox(c.key, c.c0, c.c1, c.c2, c.c3)
		assert.Equal(t, c.want, [4]uint32{w0, w1, w2, w3})
	}
}

func TestExp32(t *testing.T) {
	worst := 0.0
	for x := -87.3; x < 88.7; x += 0.0037 {
		want := math.Exp(float64(float32(x)))
		worst = max(worst, math.Abs(float64(exp32(float32(x)))-want)/want)
	}
	assert.Less(t, worst, 2.5e-7)
	assert.Equal(t, float32(1), exp32(0))
	assert.Zero(t, exp32(float32(math.Inf(-1))))
	assert.Zero(t, exp32(-1e9))
	assert.True(t, math.IsInf(float64(exp32(89)), 1))
	assert.True(t, math.IsNaN(float64(exp32(float32(math.NaN())))))
}
