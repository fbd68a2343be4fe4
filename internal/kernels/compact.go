package kernels

import (
	"fmt"
	"math"
)

// The formats of a [Compact].
const (
	BFloat16 = "bfloat16" // the upper half of a float32
	Int8     = "int8"     // with a float32 scale for each Group of a row
)

// Group is the number of consecutive int8 of a row that share a scale. The last group of a
// row may be shorter.
const Group = 32

// Compact is a matrix of weights [rows cols] in bfloat16 or int8. A weight stands for the
// float32 that its bits extend to, or that the product of scale and integer rounds to; a
// product with a Compact has the bits of one with these float32 values.
//
// A Compact is safe for concurrent use, except for Arrange.
type Compact struct {
	rows, cols int
	order      order
	bits       []uint16
	q          []int8
	scales     []float32
}

// Quantize converts values [rows cols] to format. It rounds to nearest even. The scale of a
// group is max|x|/127 and its integers are −127 to 127. A value that is not finite makes its
// int8 group not finite.
func Quantize(format string, values []float32, rows, cols int) *Compact {
	check("Quantize", "values", len(values), rows*cols)
	switch format {
	case BFloat16:
		bits := make([]uint16, len(values))
		Parallel(len(values), elementGrain, func(lo, hi int) {
			for i, v := range values[lo:hi] {
				bits[lo+i] = toBFloat16(v)
			}
		})
		return NewBFloat16(rows, cols, bits)
	case Int8:
		groups := ceilDiv(cols, Group)
		q, scales := make([]int8, len(values)), make([]float32, rows*groups)
		Parallel(rows, rowGrain(cols), func(lo, hi int) {
			for r := lo; r < hi; r++ {
				for g := range groups {
					from, to := r*cols+g*Group, r*cols+min((g+1)*Group, cols)
					scales[r*groups+g] = quantizeGroup(q[from:to], values[from:to])
				}
			}
		})
		return NewInt8(rows, cols, q, scales)
	}
	panic("kernels: Quantize: unknown format " + format)
}

// toBFloat16 rounds to the nearest bfloat16, to even on a tie.
func toBFloat16(v float32) uint16 {
	bits := math.Float32bits(v)
	if v != v {
		return uint16(bits>>16) | 0x40 // the rest of the payload is lost, so make it a quiet NaN
	}
	return uint16((bits + 0x7FFF + bits>>16&1) >> 16)
}

// quantizeGroup fills q and returns the scale.
func quantizeGroup(q []int8, x []float32) float32 {
	top := float32(0)
	for _, v := range x {
		if a := float32(math.Abs(float64(v))); a > top || a != a { // a NaN stays
			top = a
		}
	}
	scale := top / 127
	if scale == 0 || scale-scale != 0 {
		clear(q) // 0 times a scale that is not finite is NaN
		return scale
	}
	for i, v := range x {
		// Near the smallest float32 the scale is so inexact that a quotient may exceed 127.
		q[i] = int8(min(max(int(math.RoundToEven(float64(v)/float64(scale))), -127), 127))
	}
	return scale
}

// NewBFloat16 returns the matrix of the given bits [rows cols], which it keeps.
func NewBFloat16(rows, cols int, bits []uint16) *Compact {
	check("NewBFloat16", "bits", len(bits), rows*cols)
	return &Compact{rows: rows, cols: cols, bits: bits}
}

// NewInt8 returns the matrix of the given integers [rows cols] and scales [rows ⌈cols/Group⌉],
// which it keeps.
func NewInt8(rows, cols int, q []int8, scales []float32) *Compact {
	check("NewInt8", "q", len(q), rows*cols)
	check("NewInt8", "scales", len(scales), rows*ceilDiv(cols, Group))
	return &Compact{rows: rows, cols: cols, q: q, scales: scales}
}

// Format is BFloat16 or Int8.
func (c *Compact) Format() string {
	if c.bits != nil {
		return BFloat16
	}
	return Int8
}

// Size returns the numbers of rows and columns.
func (c *Compact) Size() (rows, cols int) { return c.rows, c.cols }

// Bytes is the size of the matrix in memory.
func (c *Compact) Bytes() int { return 2*len(c.bits) + len(c.q) + 4*len(c.scales) }

// Memory is where the weights lie, without scales and padding: a slice of rows·cols int8 or
// uint16. Their order may be any.
func (c *Compact) Memory() any {
	if c.bits != nil {
		return c.bits[:c.rows*c.cols]
	}
	return c.q[:c.rows*c.cols]
}

// BFloat16 returns a copy of what [NewBFloat16] was given; nil in another format.
func (c *Compact) BFloat16() []uint16 {
	if c.bits == nil {
		return nil
	}
	out := make([]uint16, c.rows*c.cols)
	for i := range c.rows {
		for j := range c.cols {
			out[i*c.cols+j] = c.bits[c.at(i, j)]
		}
	}
	return out
}

// Int8 returns copies of what [NewInt8] was given; nil in another format.
func (c *Compact) Int8() (q []int8, scales []float32) {
	if c.bits != nil {
		return nil, nil
	}
	groups := ceilDiv(c.cols, Group)
	q, scales = make([]int8, c.rows*c.cols), make([]float32, c.rows*groups)
	for i := range c.rows {
		for j := range c.cols {
			q[i*c.cols+j] = c.q[c.at(i, j)]
			scales[i*groups+j/Group] = c.scales[c.scaleAt(i, j)]
		}
	}
	return q, scales
}

// Row writes the weights of row i as float32. dst is [cols].
func (c *Compact) Row(i int, dst []float32) {
	check("Compact.Row", "dst", len(dst), c.cols)
	if i < 0 || i >= c.rows {
		panic(fmt.Sprintf("kernels: Compact.Row: row %d is outside [0,%d)", i, c.rows))
	}
	if c.bits != nil {
		for j := range dst {
			dst[j] = math.Float32frombits(uint32(c.bits[c.at(i, j)]) << 16)
		}
		return
	}
	for j := range dst {
		dst[j] = c.scales[c.scaleAt(i, j)] * float32(c.q[c.at(i, j)])
	}
}
