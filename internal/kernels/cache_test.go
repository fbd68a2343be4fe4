package kernels

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBlockRows(t *testing.T) {
	for cache, want := range map[int]int{0: 192, 1: 12, 128 << 10: 48, 256 << 10: 96, 512 << 10: 192, 1 << 20: 192, 12 << 20: 192} {
		assert.Equal(t, want, blockRows(cache), "%d bytes", cache)
	}
}

// TestBlockRowsKeepBits computes products with blocks for caches of all sizes.
func TestBlockRowsKeepBits(t *testing.T) {
	usual := gemmMC
	defer func() { gemmMC = usual }()
	for _, tA := range []bool{false, true} {
		for _, s := range [][3]int{{200, 40, 390}, {37, 41, 800}, {193, 70, 65}} {
			g := newGemmCase(tA, false, s[0], s[1], s[2], 1)
			var want []float32
			for _, rows := range []int{12, 48, 96, 192} {
				gemmMC = func() int { return rows }
				c := clone(g.c)
				Gemm(tA, false, g.m, g.n, g.k, g.a, g.lda, g.b, g.ldb, 1, c, g.ldc)
				if want == nil {
					want = c
				}
				assert.Equal(t, want, c, "%v in blocks of %d rows", g, rows)
			}
		}
	}
}

func TestWholePages(t *testing.T) {
	for _, page := range []int{4 << 10, 16 << 10, 64 << 10, 2 << 20} {
		for _, start := range []int{0, 1, page - 4, page, page + 4, 7*page + 64} {
			for _, bytes := range []int{0, 1, page - 1, page, page + 3, 2*page - 1, 5*page + 8} {
				skip, size := wholePages(uintptr(start), bytes, page)
				if size == 0 {
					// No page fits: the one that begins at or after start ends too late.
					assert.Greater(t, (start+page-1)/page*page+page, start+bytes)
					continue
				}
				assert.Zero(t, (start+skip)%page)
				assert.Zero(t, size%page)
				assert.Less(t, skip, page)
				assert.LessOrEqual(t, skip+size, bytes)
				assert.Less(t, bytes-skip-size, page)
			}
		}
	}
}
