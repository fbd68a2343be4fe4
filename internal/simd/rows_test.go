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
				s, dst := a.slice(CombineRows), a.slice(n)
				what := fmt.Sprintf("n %d pad %d", n, pad)
				want := clone(dst)
				combineGeneric(want, x, ld, s)
				fast.combine(dst, x, ld, s)
				near(t, "combine "+what, dst, want, 8*tight, 8*tight)
				a.check(t, what, x, s, dst)
			}
		}
	})
}
