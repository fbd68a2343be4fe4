package kernels

import "gorgpt/internal/simd"

// order says how the elements lie in memory. Products read strips of 32 output columns, see
// package simd: one output is a column of the matrix, or with its transpose a row.
type order int

const (
	byRow        order = iota // as the matrix is written
	columnStrips              // for x·W
	rowStrips                 // for x·Wᵀ
)

// at is the index of element i, j.
func (c *Compact) at(i, j int) int {
	switch c.order {
	case columnStrips:
		return (j/simd.StripWidth*c.rows+i)*simd.StripWidth + j%simd.StripWidth
	case rowStrips:
		return (i/simd.StripWidth*c.cols+j)*simd.StripWidth + i%simd.StripWidth
	}
	return i*c.cols + j
}

// scaleAt is the index of the scale of element i, j.
func (c *Compact) scaleAt(i, j int) int {
	groups := ceilDiv(c.cols, Group)
	switch c.order {
	case columnStrips:
		return j/simd.StripWidth*c.rows + i
	case rowStrips:
		return (i/simd.StripWidth*groups+j/Group)*simd.StripWidth + i%simd.StripWidth
	}
	return i*groups + j/Group
}

// strips returns the order of the elements for products with a matrix, or if transposed with
// its transpose, and the numbers of strips, of their lines and of the lines of their scales.
func strips(rows, cols int, transposed bool) (o order, strips, lines, scales int) {
	if transposed {
		return rowStrips, ceilDiv(rows, simd.StripWidth), cols, ceilDiv(cols, Group) * simd.StripWidth
	}
	return columnStrips, ceilDiv(cols, simd.StripWidth), rows, rows
}

// CompactBytes is the memory of a matrix that is arranged for products.
func CompactBytes(format string, rows, cols int, transposed bool) int {
	_, strips, lines, scales := strips(rows, cols, transposed)
	if format == BFloat16 {
		return roundUp(2*strips*simd.StripWidth*lines, cacheLine)
	}
	return roundUp(strips*simd.StripWidth*lines, cacheLine) + roundUp(4*strips*scales, cacheLine)
}

// Arrange lays the elements out for products with the matrix, or if transposed with its
// transpose, which need it: in memory of the room, unless that is nil or full. It must not be
// called while another call uses c.
func (c *Compact) Arrange(transposed bool, room *Room) {
	want, strips, lines, scales := strips(c.rows, c.cols, transposed)
	if c.order == want {
		return
	}
	from := *c
	c.order = want
	if c.rows == 0 || c.cols == 0 {
		return
	}
	if from.bits != nil {
		c.bits = take[uint16](room, strips*simd.StripWidth*lines)
		rearrange(c, &from, c.bits, from.bits)
		return
	}
	c.q, c.scales = take[int8](room, strips*simd.StripWidth*lines), take[float32](room, strips*scales)
	rearrange(c, &from, c.q, from.q)
	for i := range c.rows {
		for j := 0; j < c.cols; j += Group {
			c.scales[c.scaleAt(i, j)] = from.scales[from.scaleAt(i, j)]
		}
	}
}

// rearrange copies the elements of from in the order of c.
func rearrange[E any](c, from *Compact, dst, src []E) {
	const width = simd.StripWidth
	grain := roundUp(rowGrain(c.cols), width)
	switch {
	case from.order == byRow && c.order == columnStrips:
		Parallel(c.rows, grain, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				for j := 0; j < c.cols; j += width {
					copy(dst[(j/width*c.rows+i)*width:], src[i*c.cols+j:i*c.cols+min(j+width, c.cols)])
				}
			}
		})
	case from.order == byRow && c.order == rowStrips:
		Parallel(c.rows, grain, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				strip := dst[i/width*width*c.cols+i%width:]
				for j, v := range src[i*c.cols : (i+1)*c.cols] {
					strip[j*width] = v
				}
			}
		})
	default:
		Parallel(c.rows, grain, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				for j := range c.cols {
					dst[c.at(i, j)] = src[from.at(i, j)]
				}
			}
		})
	}
}
