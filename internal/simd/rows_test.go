package simd

import (
	"fmt"
	"testing"
)

// TestRows compares the primitives that read several rows of a matrix.
func TestRows(t *testing.T) {
	eachTable(t, func(t *testing.T, fast table) {
		for _, n := range lengths() {
			for _, pad := range []int{0, 3} {
				a := newArena(uint64(n))
				ld := n + pad
				x := a.slice((CombineRows-1)*ld + n)
				s, dst, y := a.slice(CombineRows), a.slice(n), a.slice(n)
				what := fmt.Sprintf("n %d pad %d", n, pad)
				want := clone(dst)
				combineGeneric(want, x, ld, s)
				fast.combine(dst, x, ld, s)
				near(t, "combine "+what, dst, want, 8*tight, 8*tight)
				g0, g1, g2, g3 := fast.dots(x, ld, y)
				w0, w1, w2, w3 := dotsGeneric(x, ld, y)
				bound := 1.2e-7*float64(n) + tight
				near(t, "dots "+what, []float32{g0, g1, g2, g3}, []float32{w0, w1, w2, w3}, bound, bound)
				a.check(t, what, x, s, dst, y)
			}
		}
	})
}
