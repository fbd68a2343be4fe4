package graph

import (
	"fmt"
	"strings"
)

// Split3 cuts the last axis into three equal parts. [… 3C] → 3 × [… C]
func (x Node) Split3() (q, k, v Node) {
	if !ok(x) {
		return x, x, x
	}
	if len(x.shape) < 2 || x.dim(-1)%3 != 0 {
		n := x.g.failf("split3", "%v: want a last axis that is a multiple of 3", x.shape)
		return n, n, n
	}
	return x.columns(0), x.columns(1), x.columns(2)
}

// columns takes the i-th third of the last axis.
func (x Node) columns(i int) Node {
	rows, width := x.rows(), x.dim(-1)/3
	last := strings.TrimPrefix(x.axes()[len(x.shape)-1], "3")
	third := func(data []float32, row int) []float32 { return data[(3*row+i)*width : (3*row+i+1)*width] }
	return x.g.apply(spec{
		name: "columns", in: []Node{x}, shape: append(x.Shape()[:len(x.shape)-1], width),
		facts: facts{axes: append(x.leading(), last), note: [3]string{"q", "k", "v"}[i], reads: []int{rows * width}},
		run: func(c *call) {
			for r := range rows {
				copy(c.y[r*width:(r+1)*width], third(c.f(x), r))
			}
		},
		grad: func(y, dy Node) []Node {
			return []Node{x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "columns.grad", in: []Node{dy}, shape: x.shape, facts: facts{axes: x.axes()},
				run: func(c *call) {
					clear(c.y)
					for r := range rows {
						copy(third(c.y, r), c.f(dy)[r*width:(r+1)*width])
					}
				},
			})}
		},
	})
}

// Heads separates h heads of consecutive columns. [B T C] → [B H T D]
func (x Node) Heads(h int) Node {
	if !ok(x) {
		return x
	}
	if len(x.shape) != 3 || h < 1 || x.dim(2)%h != 0 {
		return x.g.failf("heads", "%v into %d heads: want [B T C], C a multiple of the heads", x.shape, h)
	}
	ax := x.axes()
	return x.swapAxes("heads", []string{ax[0], "H", ax[1], "D"}, []int{x.dim(0), x.dim(1), h, x.dim(2) / h}, func(d []int) []int { return []int{d[0], d[2], d[1], d[3]} })
}

// Merge undoes Heads. [B H T D] → [B T C]
func (x Node) Merge() Node {
	if !ok(x) {
		return x
	}
	if len(x.shape) != 4 {
		return x.g.failf("merge", "%v: want [B H T D]", x.shape)
	}
	ax := x.axes()
	return x.swapAxes("merge", []string{ax[0], ax[2], "C"}, x.shape, func(d []int) []int { return []int{d[0], d[2], d[1] * d[3]} })
}

// swapAxes exchanges the two middle axes of x, seen as having the given four.
func (x Node) swapAxes(name string, axes []string, as []int, result func(as []int) []int) Node {
	run := func(from Node, d []int) func(c *call) {
		return func(c *call) { swapMiddle(c.y, c.f(from), d[0], d[1], d[2], d[3]) }
	}
	return x.g.apply(spec{
		name: name, in: []Node{x}, shape: result(as), run: run(x, as), facts: facts{axes: axes},
		grad: func(y, dy Node) []Node {
			return []Node{x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: name, in: []Node{dy}, shape: x.shape, facts: facts{axes: x.axes()},
				run: run(dy, []int{as[0], as[2], as[1], as[3]}),
			})}
		},
	})
}

// swapMiddle writes src [B M N D] to dst as [B N M D].
func swapMiddle(dst, src []float32, b, m, n, d int) {
	for i := range b {
		for j := range m {
			for k := range n {
				to, from := ((i*n+k)*m+j)*d, ((i*m+j)*n+k)*d
				copy(dst[to:to+d], src[from:from+d])
			}
		}
	}
}

// Reshape reads the same values in another shape of equal size.
func (x Node) Reshape(shape ...int) Node {
	if !ok(x) {
		return x
	}
	if size(shape) != size(x.shape) || len(shape) == 0 {
		return x.g.failf("reshape", "%v as %v: sizes differ", x.shape, shape)
	}
	return x.reshape(shape, make([]string, len(shape)))
}

func (x Node) reshape(shape []int, axes []string) Node {
	return x.g.apply(spec{
		name: "reshape", in: []Node{x}, shape: shape, facts: facts{axes: axes},
		run:  func(c *call) { copy(c.y, c.f(x)) },
		grad: func(_, dy Node) []Node { return []Node{dy.reshape(x.shape, x.axes())} },
	})
}

// SumGroups adds each s consecutive rows. [B·S C] → [B C]
func (x Node) SumGroups(s int) Node {
	if !ok(x) {
		return x
	}
	if len(x.shape) != 2 || s < 1 || x.dim(0)%s != 0 {
		return x.g.failf("sum_groups", "%v in groups of %d: want [B·S C]", x.shape, s)
	}
	groups, width, rowAxis := x.dim(0)/s, x.dim(1), strings.TrimSuffix(x.axes()[0], "·S")
	return x.g.apply(spec{
		name: "sum_groups", in: []Node{x}, shape: []int{groups, width},
		facts: facts{flops: size(x.shape), axes: []string{rowAxis, x.axes()[1]}, note: fmt.Sprintf("each %d rows", s)},
		run: func(c *call) {
			clear(c.y)
			for r := range groups * s {
				for j, v := range c.f(x)[r*width : (r+1)*width] {
					c.y[r/s*width+j] += v
				}
			}
		},
		grad: func(y, dy Node) []Node {
			return []Node{x.g.apply(spec{
				name: y.Name() + ".dx", full: true, kind: "sum_groups.grad", in: []Node{dy}, shape: x.shape, facts: facts{axes: x.axes()},
				run: func(c *call) {
					for r := range groups * s {
						copy(c.y[r*width:(r+1)*width], c.f(dy)[r/s*width:])
					}
				},
			})}
		},
	})
}
