package neon

import "strconv"

// A strip is 32 columns of weights, line after line.
const (
	stripWidth = 32
	stripRows  = 4
)

// stripFormat is how the weights of a strip are kept.
type stripFormat struct {
	name  string
	args  string // of a kernel
	bytes int    // of a weight
	doc   string // a weight
}

var float32Strip = stripFormat{"Float32", "w []float32", 4, "w[p*32+j]"}

// stripKernels lists the kernels of all formats.
func stripKernels() []func(*asm) {
	var all []func(*asm)
	for _, f := range []stripFormat{float32Strip} {
		all = append(all, func(a *asm) { stripOne(a, f) }, func(a *asm) { stripFour(a, f) })
	}
	return all
}

// strip reads the weights of some columns.
type strip struct {
	*asm
	stripFormat
	from, vectors int // the first column, and how many vectors of them
	w             reg
}

func (a *asm) strip(f stripFormat, from, vectors int) *strip {
	return &strip{asm: a, stripFormat: f, from: from, vectors: vectors, w: a.ptr("w")}
}

// here makes a label of this part of the columns.
func (s *strip) here(label string) string { return label + strconv.Itoa(s.from) }

// run emits the loop over k lines: body for four, then for each of the rest, whose pointers move
// on by as many elements. k is used up.
func (s *strip) run(k reg, body func(lines int), pointers ...reg) {
	const unroll = vectorLanes
	s.SUBS(imm(unroll), k, k)
	s.BLT(s.here("rest"))
	s.label(s.here("block"))
	s.lines(unroll, body, pointers)
	s.SUBS(imm(unroll), k, k)
	s.BGE(s.here("block"))
	s.label(s.here("rest"))
	s.ADD(imm(unroll), k, k)
	s.CBZ(k, s.here("done"))
	s.label(s.here("single"))
	s.lines(1, body, pointers)
	s.SUB(imm(1), k, k)
	s.CBNZ(k, s.here("single"))
	s.label(s.here("done"))
}

// lines emits some lines.
func (s *strip) lines(n int, body func(lines int), pointers []reg) {
	s.scope(func() { body(n) })
	s.advance(4*n, pointers)
	s.ADD(imm(n*stripWidth*s.stripFormat.bytes), s.w, s.w)
}

// load returns the vectors of a line as float32.
func (s *strip) load(line int) []vec {
	x := s.vecs(s.vectors)
	for v := 0; v < s.vectors; v += 2 {
		s.FLDPQ(at(s.w, s.stripFormat.bytes*(line*stripWidth+s.from+v*vectorLanes)), pair{x[v], x[v+1]})
	}
	return x
}

// factors loads one to four elements of a row, a lane for each.
func (a *asm) factors(row reg, n int) vec {
	v := a.vec()
	if n == 1 {
		a.FMOVS(at(row, 0), v)
	} else {
		a.FMOVQ(at(row, 0), v)
	}
	return v
}

// stripOne emits the product of one row and a strip.
func stripOne(a *asm, f stripFormat) {
	a.function("strip"+f.name, "(c, a []float32, "+f.args+")",
		"computes a row times a strip:", "", "\tfor p := range a {", "\t\tfor j := range 32 {",
		"\t\t\tsum[j] += a[p] * "+f.doc, "\t\t}", "\t}", "\tcopy(c, sum)")
	stripProduct(a, f, []reg{a.ptr("a")}, a.length("a"), 0, stripWidth/vectorLanes)
	a.ret()
}

// stripFour emits the product of four rows and a strip: four vectors of columns at a time.
func stripFour(a *asm, f stripFormat) {
	a.function("strips"+f.name, "(c, a []float32, ld, k int, "+f.args+")",
		"computes four rows times a strip:", "", "\tfor r := range 4 {", "\t\tfor p := range k {", "\t\t\tfor j := range 32 {",
		"\t\t\t\tsum[r*32+j] += a[r*ld+p] * "+f.doc, "\t\t\t}", "\t\t}", "\t}", "\tcopy(c, sum)")
	const vectors = 4
	for from := 0; from < stripWidth; from += vectors * vectorLanes {
		a.scope(func() {
			stripProduct(a, f, a.rowPtrs("a", a.integer("ld"), stripRows), a.integer("k"), from, vectors)
		})
	}
	a.ret()
}

// stripProduct emits the product of rows, k long, and some columns of a strip.
func stripProduct(a *asm, f stripFormat, rows []reg, k reg, from, vectors int) {
	s := a.strip(f, from, vectors)
	sums := make([][]vec, len(rows))
	for r := range sums {
		sums[r] = a.zeros(vectors)
	}
	s.run(k, func(lines int) {
		x := make([]vec, len(rows))
		for r, row := range rows {
			x[r] = a.factors(row, lines)
		}
		for line := range lines {
			a.scope(func() {
				w := s.load(line)
				for r, sum := range sums {
					for v := range sum {
						a.FMLAElement(lane{x[r], line}, w[v], sum[v])
					}
				}
			})
		}
	}, rows...)
	c := a.ptr("c")
	for r, sum := range sums {
		for v := 0; v < vectors; v += 2 {
			a.FSTPQ(pair{sum[v], sum[v+1]}, at(c, 4*(r*stripWidth+from+v*vectorLanes)))
		}
	}
}
