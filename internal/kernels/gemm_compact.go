package kernels

import "gorgpt/internal/simd"

// GemmCompact computes C = A·op(W) + 1·biasᵀ where W is compact; a nil bias counts as zero. A
// is [m k], and op(W) is [k n]: W itself, or with tB its transpose. W must be arranged for
// that. C is [m n] with row stride ldc. It has the bits of [GemmBias] with the float32 weights.
func GemmCompact(tB bool, m, n, k int, a []float32, lda int, w *Compact, bias, c []float32, ldc int) {
	if bias != nil {
		check("GemmCompact", "bias", len(bias), n)
	}
	g := gemm{tB: tB, m: m, n: n, k: k, a: a, lda: lda, w: w, c: c, ldc: ldc, add: bias}
	g.parallel()
}

// check panics unless the matrix is op(B) of the product.
func (c *Compact) check(g *gemm) {
	rows, cols, want := g.k, g.n, columnStrips
	if g.tB {
		rows, cols, want = g.n, g.k, rowStrips
	}
	if c.rows != rows || c.cols != cols {
		panic("kernels: GemmCompact: W does not have the sizes of the product")
	}
	if c.order != want {
		panic("kernels: GemmCompact: W is not arranged for the product")
	}
}

// compactStrip is part of a strip: some lines.
type compactStrip struct {
	bits   []uint16
	q      []int8
	scales []float32
	k      int
	spread bool // the scales are those of columns
}

// strip returns lines [p,p+kc) of strip s. If the scales are those of columns, p is a multiple
// of Group.
func (c *Compact) strip(s, p, kc int) compactStrip {
	lines := c.rows
	if c.order == rowStrips {
		lines = c.cols
	}
	from, to := (s*lines+p)*simd.StripWidth, (s*lines+p+kc)*simd.StripWidth
	if c.bits != nil {
		return compactStrip{bits: c.bits[from:to], k: kc}
	}
	if c.order == columnStrips {
		return compactStrip{q: c.q[from:to], scales: c.scales[s*lines+p : s*lines+p+kc], k: kc}
	}
	groups := ceilDiv(lines, Group)
	return compactStrip{
		q: c.q[from:to], k: kc, spread: true,
		scales: c.scales[(s*groups+p/Group)*simd.StripWidth : (s*groups+ceilDiv(p+kc, Group))*simd.StripWidth],
	}
}

// times computes c = a·strip for one row.
func (s *compactStrip) times(c, a []float32) {
	switch {
	case s.bits != nil:
		simd.StripBFloat16(c, a, s.bits)
	case s.spread:
		simd.StripInt8Columns(c, a, s.q, s.scales)
	default:
		simd.StripInt8(c, a, s.q, s.scales)
	}
}

// times4 is times for four rows.
func (s *compactStrip) times4(c, a []float32, lda int) {
	switch {
	case s.bits != nil:
		simd.StripsBFloat16(c, a, lda, s.k, s.bits)
	case s.spread:
		simd.StripsInt8Columns(c, a, lda, s.k, s.q, s.scales)
	default:
		simd.StripsInt8(c, a, lda, s.k, s.q, s.scales)
	}
}

// widen writes the float32 weights. dst is [k 32].
func (s *compactStrip) widen(dst []float32) {
	switch {
	case s.bits != nil:
		simd.WidenBFloat16(dst, s.k, s.bits)
	case s.spread:
		simd.WidenInt8Columns(dst, s.k, s.q, s.scales)
	default:
		simd.WidenInt8(dst, s.k, s.q, s.scales)
	}
}

// pack packs columns [j,j+nc) and k [p,p+kc) of op(W) as packB does.
func (c *Compact) pack(ws *workspace, dst []float32, w, j, nc, p, kc int) {
	wide := grow(&ws.tile, max(simd.StripWidth*kc, simd.MaxTile))
	clear(dst[nc/w*w*kc : roundUp(nc, w)*kc]) // the last strip may be wider than the matrix
	for col := j; col < j+nc; {
		s := c.strip(col/simd.StripWidth, p, kc)
		s.widen(wide)
		end := min(roundUp(col+1, simd.StripWidth), j+nc)
		for col < end { // the parts of strips of w columns that lie in this one
			at := col - j
			n := min(end-col, w-at%w)
			packLinesOf(dst[at/w*w*kc+at%w:], wide[col%simd.StripWidth:], n, w, kc)
			col += n
		}
	}
}

// packLinesOf copies n columns of a widened strip to a packed strip of w.
func packLinesOf(dst, wide []float32, n, w, kc int) {
	if n%4 == 0 {
		simd.Pack(dst, wide, simd.StripWidth, n, w, kc)
		return
	}
	for q := range kc {
		copy(dst[q*w:q*w+n], wide[q*simd.StripWidth:])
	}
}
