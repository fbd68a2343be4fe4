package kernels

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestQuantize compares weights with the definition of each format.
func TestQuantize(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {3, 31}, {2, 32}, {5, 33}, {33, 100}, {70, 64}} {
		rows, cols := size[0], size[1]
		values := random(1, rows*cols)
		for _, format := range []string{BFloat16, Int8} {
			c := Quantize(format, values, rows, cols)
			assert.Equal(t, format, c.Format())
			got := make([]float32, cols)
			for i := range rows {
				c.Row(i, got)
				for j, v := range row(values, i, cols) {
					bound := math.Abs(float64(v)) / 256 // half of the last of 8 bits
					if format == Int8 {
						group := row(values, i, cols)[j/Group*Group : min((j/Group+1)*Group, cols)]
						top := 0.0
						for _, x := range group {
							top = max(top, math.Abs(float64(x)))
						}
						bound = top / 127 / 2 * 1.0001
					}
					require.InDelta(t, v, got[j], bound, "%s row %d column %d", format, i, j)
				}
			}
		}
	}
	assert.Panics(t, func() { Quantize("float16", make([]float32, 1), 1, 1) })
	assert.Panics(t, func() { Quantize(Int8, make([]float32, 1), 1, 1).Row(1, make([]float32, 1)) })
}

// TestQuantizeSpecials covers ties, the smallest numbers, zeros, infinities and NaN.
func TestQuantizeSpecials(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for want, v := range map[uint32]float32{
		0x3F800000: math.Float32frombits(0x3F808000), // a tie, to even
		0x3F820000: math.Float32frombits(0x3F818000), // a tie, to even
		0x3F810000: math.Float32frombits(0x3F808001),
		0x7F800000: math.MaxFloat32,
		0xFF800000: -inf,
		0x80000000: float32(math.Copysign(0, -1)),
		0x00010000: math.Float32frombits(0x00008001),
		0x00000000: math.Float32frombits(1),
	} {
		assert.Equal(t, uint16(want>>16), toBFloat16(v), "%g", v)
	}
	for _, bits := range []uint32{0x7F800001, 0xFFC00001, 0x7FFFFFFF} {
		kept := math.Float32frombits(uint32(toBFloat16(math.Float32frombits(bits))) << 16)
		assert.True(t, kept != kept, "%x", bits)
	}

	group := func(x ...float32) ([]int8, float32) {
		q := make([]int8, len(x))
		return q, quantizeGroup(q, x)
	}
	q, scale := group(127, -127, 0.5, 1.5, -2.5, 126.5)
	assert.Equal(t, []int8{127, -127, 0, 2, -2, 126}, q)
	assert.Equal(t, float32(1), scale)
	q, scale = group(0, float32(math.Copysign(0, -1)))
	assert.Equal(t, []int8{0, 0}, q)
	assert.Zero(t, scale)
	tiny := math.Float32frombits(1)
	q, scale = group(200*tiny, -190*tiny) // a scale of 2 units: the quotients are not above 127
	assert.Equal(t, 2*tiny, scale)
	assert.Equal(t, []int8{100, -95}, q)
	q, scale = group(190*tiny, -190*tiny) // a scale of one unit, which is too small
	assert.Equal(t, tiny, scale)
	assert.Equal(t, []int8{127, -127}, q)
	_, scale = group(tiny)
	assert.Zero(t, scale)
	for _, v := range []float32{inf, -inf, nan} {
		c := Quantize(Int8, []float32{1, v, 2}, 1, 3)
		got := make([]float32, 3)
		c.Row(0, got)
		for _, x := range got {
			assert.True(t, x != x || x-x != 0, "%g makes its group not finite", v)
		}
	}
}

// TestCompactOrders checks that no order of the elements changes what accessors return.
func TestCompactOrders(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {3, 31}, {31, 3}, {32, 64}, {65, 33}, {100, 97}} {
		rows, cols := size[0], size[1]
		values := random(1, rows*cols)
		for _, transposed := range []bool{false, true} {
			plain, c := Quantize(Int8, values, rows, cols), Quantize(Int8, values, rows, cols)
			c.Arrange(transposed, nil)
			q, scales := c.Int8()
			assert.Equal(t, plain.q, q)
			assert.Equal(t, plain.scales, scales)
			assert.Nil(t, c.BFloat16())
			again := NewInt8(rows, cols, q, scales)
			sameRows(t, plain, c, again)
			assert.Equal(t, rows*cols+4*rows*ceilDiv(cols, Group), plain.Bytes())
			assert.Len(t, c.Memory(), rows*cols)
			c.Arrange(!transposed, nil)
			sameRows(t, plain, c)

			plain, c = Quantize(BFloat16, values, rows, cols), Quantize(BFloat16, values, rows, cols)
			c.Arrange(transposed, nil)
			assert.Equal(t, plain.bits, c.BFloat16())
			none, _ := c.Int8()
			assert.Nil(t, none)
			sameRows(t, plain, c, NewBFloat16(rows, cols, c.BFloat16()))
			assert.Equal(t, 2*rows*cols, plain.Bytes())
			assert.Len(t, c.Memory(), rows*cols)
		}
	}
}

// sameRows compares all rows of matrices.
func sameRows(t *testing.T, want *Compact, all ...*Compact) {
	t.Helper()
	rows, cols := want.Size()
	for _, c := range all {
		for i := range rows {
			x, y := make([]float32, cols), make([]float32, cols)
			want.Row(i, x)
			c.Row(i, y)
			sameBits(t, "row", x, y)
		}
	}
}

// TestRoom arranges matrices in one block, which has exactly the bytes that they need.
func TestRoom(t *testing.T) {
	for _, transposed := range []bool{false, true} {
		bytes, all := 0, []*Compact{}
		for i, size := range [][2]int{{1, 1}, {33, 70}, {64, 31}} {
			for _, format := range []string{BFloat16, Int8} {
				bytes += CompactBytes(format, size[0], size[1], transposed)
				all = append(all, Quantize(format, random(uint64(i), size[0]*size[1]), size[0], size[1]))
			}
		}
		room := NewRoom(bytes)
		var plain []*Compact
		for _, c := range all {
			before := *c
			plain = append(plain, &before)
			c.Arrange(transposed, room)
		}
		assert.Empty(t, room.free)
		for i, c := range all {
			sameRows(t, plain[i], c)
			assert.Zero(t, CompactBytes(c.Format(), c.rows, c.cols, transposed)%cacheLine)
			c.Arrange(!transposed, room) // the room is full
			sameRows(t, plain[i], c)
		}
	}
}
