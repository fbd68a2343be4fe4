package simd

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTile(t *testing.T) {
	for _, k := range append(assembled(), generic) {
		t.Run(k.name, func(t *testing.T) { testTile(t, k) })
	}
}

func testTile(t *testing.T, fast table) {
	for _, k := range []int{0, 1, 2, 3, 4, 5, 7, 8, 31, 256} {
		for pad, tiles := range []int{1, 3, 2} {
			a := newArena(uint64(k))
			lda, ldc, rows := k+pad, fast.nr+pad, tiles*fast.mr
			x, y, c := a.slice((rows-1)*lda+k), a.slice(k*fast.nr), a.slice((rows-1)*ldc+fast.nr)
			bias, other := a.slice(fast.nr), a.slice((rows-1)*(ldc+1)+fast.nr)
			for name, add := range map[string]struct {
				add []float32
				ld  int
			}{"nil": {nil, 0}, "self": {c, ldc}, "row": {bias, 0}, "other": {other, ldc + 1}} {
				want := tileReference(rows, fast.nr, k, x, lda, y, c, ldc, add.add, add.ld)
				fast.tile(tiles, k, x, lda, y, c, ldc, add.add, add.ld)
				what := fmt.Sprintf("tiles %d k %d pad %d add %s", tiles, k, pad, name)
				near(t, what, c, want, 1e-5, 1e-5)
				a.check(t, what, x, y, c, bias, other)
			}
		}
	}
}

// tileReference returns what c should hold after tiles of any size.
func tileReference(rows, nr, k int, a []float32, lda int, b, c []float32, ldc int, add []float32, ldadd int) []float32 {
	want := clone(c)
	for i := range rows {
		for j := range nr {
			var sum float64
			for p := range k {
				sum += float64(a[i*lda+p]) * float64(b[p*nr+j])
			}
			if add != nil {
				sum += float64(add[i*ldadd+j])
			}
			want[i*ldc+j] = float32(sum)
		}
	}
	return want
}

func TestPack(t *testing.T) {
	eachTable(t, func(t *testing.T, fast table) {
		for _, w := range []int{16, 32, 48} {
			for _, k := range []int{1, 2, 5, 64} {
				for pad, strips := range []int{1, 2, 3} {
					a := newArena(uint64(k))
					ld, stride := strips*w+pad, k*w+pad
					dst, src := a.slice((strips-1)*stride+k*w), a.slice((k-1)*ld+strips*w)
					want := clone(dst)
					fast.pack(dst, src, ld, w, strips, stride, k)
					packGeneric(want, src, ld, w, strips, stride, k)
					what := fmt.Sprintf("w %d k %d strips %d", w, k, strips)
					assert.Equal(t, want, dst, what)
					a.check(t, what, dst, src)
				}
			}
		}
	})
}

// TestTranspose runs the wrapper, which does odd edges itself.
func TestTranspose(t *testing.T) {
	for _, rows := range []int{1, 2, 7, 8, 9, 16, 24, 29} {
		for _, cols := range []int{1, 3, 8, 12, 16, 17, 40, 71} {
			for pad := range 3 {
				a := newArena(uint64(rows))
				lddst, ldsrc := rows+pad, cols+2*pad
				dst, src := a.slice((cols-1)*lddst+rows), a.slice((rows-1)*ldsrc+cols)
				want := clone(dst)
				Transpose(dst, lddst, src, ldsrc, rows, cols)
				for i := range rows {
					for j := range cols {
						want[j*lddst+i] = src[i*ldsrc+j]
					}
				}
				what := fmt.Sprintf("rows %d cols %d pad %d", rows, cols, pad)
				assert.Equal(t, want, dst, what)
				a.check(t, what, dst, src)
			}
		}
	}
}
