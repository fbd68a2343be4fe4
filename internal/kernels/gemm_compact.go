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

// pack copies columns [j,j+nc) and k [p,p+kc) of op(W) to a panel. Strips of all tiles divide
// those of W, which go on with zeros where the matrix ends.
func (c *Compact) pack(ws *workspace, b panelB, j, nc, p, kc int) {
	_, nr := simd.TileSize()
	wide := grow(&ws.tile, max(simd.StripWidth*kc, simd.MaxTile))
	for at := 0; at < nc; at += nr {
		within := (j + at) % simd.StripWidth
		if at == 0 || within == 0 {
			s := c.strip((j+at)/simd.StripWidth, p, kc)
			s.widen(wide)
		}
		simd.Pack(b.strips[at/nr*b.stride:], wide[within:], simd.StripWidth, nr, 1, b.stride, kc)
	}
}
