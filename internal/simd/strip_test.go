package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// stripCase holds a strip of k lines in each format.
type stripCase struct {
	k                    int
	wide                 []float32
	bits                 []uint16
	q                    []int8
	scales, columnScales []float32
}

func newStripCase(a *arena, k int) stripCase {
	s := stripCase{
		k: k, wide: a.slice(k * StripWidth), bits: make([]uint16, k*StripWidth), q: make([]int8, k*StripWidth),
		scales: a.slice(k), columnScales: a.slice((k + StripLines - 1) / StripLines * StripWidth),
	}
	for i, v := range s.wide {
		s.bits[i], s.q[i] = uint16(math.Float32bits(v)>>16), int8(a.rng.IntN(256)-128)
	}
	return s
}

// stripFormats are the kernels of each format, with the strip bound.
func stripFormats(s stripCase) map[string]struct {
	widen  func(t table, dst []float32)
	strip  func(t table, c, a []float32)
	strips func(t table, c, a []float32, ld int)
} {
	type kernels = struct {
		widen  func(t table, dst []float32)
		strip  func(t table, c, a []float32)
		strips func(t table, c, a []float32, ld int)
	}
	return map[string]kernels{
		"float32": {
			func(_ table, dst []float32) { copy(dst, s.wide) },
			func(t table, c, a []float32) { t.stripFloat32(c, a, s.wide) },
			func(t table, c, a []float32, ld int) { t.stripsFloat32(c, a, ld, s.k, s.wide) },
		},
		"bfloat16": {
			func(t table, dst []float32) { t.widenBFloat16(dst, s.k, s.bits) },
			func(t table, c, a []float32) { t.stripBFloat16(c, a, s.bits) },
			func(t table, c, a []float32, ld int) { t.stripsBFloat16(c, a, ld, s.k, s.bits) },
		},
		"int8": {
			func(t table, dst []float32) { t.widenInt8(dst, s.k, s.q, s.scales) },
			func(t table, c, a []float32) { t.stripInt8(c, a, s.q, s.scales) },
			func(t table, c, a []float32, ld int) { t.stripsInt8(c, a, ld, s.k, s.q, s.scales) },
		},
		"int8 columns": {
			func(t table, dst []float32) { t.widenInt8Columns(dst, s.k, s.q, s.columnScales) },
			func(t table, c, a []float32) { t.stripInt8Columns(c, a, s.q, s.columnScales) },
			func(t table, c, a []float32, ld int) { t.stripsInt8Columns(c, a, ld, s.k, s.q, s.columnScales) },
		},
	}
}

// sameBits compares bits, except those of NaNs.
func sameBits(t *testing.T, what string, want, got []float32) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i, w := range want {
		if g := got[i]; math.Float32bits(g) != math.Float32bits(w) && (g == g || w == w) {
			require.Failf(t, what, "at %d of %d got %g, want %g", i, len(got), g, w)
		}
	}
}

// TestStrips compares the kernels of strips with plain Go and, bit for bit, with the tile of
// the same instruction set.
func TestStrips(t *testing.T) {
	for _, isa := range append(assembled(), generic) {
		t.Run(isa.name, func(t *testing.T) {
			for _, k := range []int{0, 1, 2, 3, 4, 5, 7, 31, 32, 33, 63, 64, 65, 127, 384} {
				a := newArena(uint64(k))
				s := newStripCase(a, k)
				ld := k + 3
				x := a.slice(StripRows * ld)
				all := [][]float32{s.wide, s.scales, s.columnScales, x}
				for name, f := range stripFormats(s) {
					what := fmt.Sprintf("%s k %d", name, k)
					wide, want := a.slice(k*StripWidth), make([]float32, k*StripWidth)
					f.widen(isa, wide)
					f.widen(generic, want)
					sameBits(t, "widen "+what, want, wide)

					four, plain := a.slice(StripRows*StripWidth), make([]float32, StripRows*StripWidth)
					f.strips(isa, four, x, ld)
					f.strips(generic, plain, x, ld)
					bound := 1.2e-7*float64(k)*200 + tight // the integers are of the order of 100
					near(t, "strips "+what, four, plain, tight, bound)
					tiled := make([]float32, StripRows*StripWidth)
					for r := range StripRows {
						one := a.slice(StripWidth)
						f.strip(isa, one, x[r*ld:r*ld+k])
						all = append(all, one)
						sameBits(t, "one row and four, "+what, four[r*StripWidth:(r+1)*StripWidth], one)
						tileRow(isa, tiled[r*StripWidth:(r+1)*StripWidth], x[r*ld:r*ld+k], wide)
					}
					sameBits(t, "tile and strips, "+what, tiled, four)
					all = append(all, wide, four)
					a.check(t, what, all...)
				}
				rows := a.slice((StripWidth-1)*ld + k) // the transpose of the strip
				for i := range s.wide {
					rows[i%StripWidth*ld+i/StripWidth] = s.wide[i]
				}
				columns, want := a.slice(StripWidth), make([]float32, StripWidth)
				isa.stripFloat32(want, x[:k], s.wide)
				for _, n := range []int{StripWidth, 0, TransposedRows, 3 * TransposedRows} {
					clear(columns[:n])
					isa.transposed(columns[:n], x[:k], rows, ld)
					sameBits(t, fmt.Sprintf("transposed k %d", k), want, columns)
				}
				a.check(t, "transposed", append(all, rows, columns)...)
			}
		})
	}
}

// tileRow computes one row times a strip with register tiles.
func tileRow(t table, c, a, wide []float32) {
	rows := make([]float32, len(a)*t.mr)
	copy(rows, a)
	for j := 0; j < StripWidth; j += t.nr {
		panel, out := make([]float32, len(a)*t.nr), make([]float32, t.mr*t.nr)
		for p := range a {
			copy(panel[p*t.nr:(p+1)*t.nr], wide[p*StripWidth+j:(p+1)*StripWidth])
		}
		t.tile(1, len(a), rows, len(a), panel, out, t.nr, nil, 0)
		copy(c[j:], out[:t.nr])
	}
}

// TestStripSpecials gives the kernels all bfloat16, all int8, and scales that are not ordinary.
func TestStripSpecials(t *testing.T) {
	const k = 1 << 16 / StripWidth
	a := newArena(1)
	s := newStripCase(a, k)
	r := rand.New(rand.NewPCG(1, 2))
	values := specials()
	for i := range s.bits {
		s.bits[i], s.q[i] = uint16(i), int8(i)
	}
	for i := range s.scales {
		s.scales[i] = values[r.IntN(len(values))]
	}
	for i := range s.columnScales {
		s.columnScales[i] = values[r.IntN(len(values))]
	}
	eachTable(t, func(t *testing.T, fast table) {
		for name, f := range stripFormats(s) {
			got, want := make([]float32, k*StripWidth), make([]float32, k*StripWidth)
			f.widen(fast, got)
			f.widen(generic, want)
			sameBits(t, name, want, got)
		}
		one := make([]float32, StripWidth)
		for p := range k { // a line at a time, with its scales first
			line := s
			line.k, line.wide, line.bits, line.q = 1, s.wide[p*StripWidth:], s.bits[p*StripWidth:], s.q[p*StripWidth:]
			line.scales, line.columnScales = s.scales[p:], s.columnScales[p/StripLines*StripWidth:]
			for name, f := range stripFormats(line) {
				want := make([]float32, StripWidth)
				f.widen(generic, want)
				for j := range want {
					want[j] += 0 // the sum starts at zero, and so has no negative zero
				}
				f.strip(fast, one, []float32{1})
				sameBits(t, name, want, one)
			}
		}
	})
}
