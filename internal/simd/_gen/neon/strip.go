package neon

import (
	"slices"
	"strconv"
)

// A strip is 32 columns of weights, line after line; 32 lines share the scales of columns.
const (
	stripWidth = 32
	stripLines = 32
	stripRows  = 4
)

// stripFormat is how the weights of a strip are kept.
type stripFormat struct {
	name  string
	args  string // of a kernel
	bytes int    // of a weight
	doc   string // a weight
}

var (
	float32Strip  = stripFormat{"Float32", "w []float32", 4, "w[p*32+j]"}
	bfloat16Strip = stripFormat{"BFloat16", "w []uint16", 2, "math.Float32frombits(uint32(w[p*32+j])<<16)"}
	int8Strip     = stripFormat{"Int8", "w []int8, scales []float32", 1, "(scales[p] * float32(w[p*32+j]))"}
	columnsStrip  = stripFormat{"Int8Columns", "w []int8, scales []float32", 1, "(scales[p/32*32+j] * float32(w[p*32+j]))"}
)

// stripKernels lists the kernels of all formats.
func stripKernels() []func(*asm) {
	var all []func(*asm)
	for _, f := range []stripFormat{float32Strip, bfloat16Strip, int8Strip, columnsStrip} {
		all = append(all, func(a *asm) { stripOne(a, f) }, func(a *asm) { stripFour(a, f) })
		if f.bytes < 4 {
			all = append(all, func(a *asm) { widen(a, f) })
		}
	}
	return all
}

// strip reads the weights of some columns.
type strip struct {
	*asm
	stripFormat
	from, vectors int // the first column, and how many vectors of them
	w, scales     reg
	zero          vec   // for bfloat16
	top           []vec // for int8: the places that move each four of 16 bytes to the tops of lanes
	columns       []vec // the scales of columns
	lineScales    vec   // those of up to four lines
}

func (a *asm) strip(f stripFormat, from, vectors int) *strip {
	s := &strip{asm: a, stripFormat: f, from: from, vectors: vectors, w: a.ptr("w")}
	switch f.bytes {
	case 2:
		s.zero = a.zeros(1)[0]
	case 1:
		s.scales = a.ptr("scales")
		for v := range uint32(vectorLanes) {
			const none = 0xffffff // gives zeros
			places := [vectorLanes]uint32{}
			for i := range places {
				places[i] = (v*vectorLanes+uint32(i))<<24 | none
			}
			s.top = append(s.top, a.words(places))
		}
	}
	return s
}

// here makes a label of this part of the columns.
func (s *strip) here(label string) string { return label + strconv.Itoa(s.from) }

// eachLine emits body for k lines, for one to four at a time. Body moves its own pointers on. k is
// used up.
func (s *strip) eachLine(k reg, body func(lines int)) {
	if s.name != columnsStrip.name {
		s.run(k, body)
		return
	}
	group := s.reg()
	s.columns = s.vecs(s.vectors)
	s.label(s.here("group"))
	s.CBZ(k, s.here("end"))
	s.MOVD(imm(stripLines), group)
	s.CMP(group, k)
	s.CSELLT(k, group, group)
	s.SUB(group, k, k)
	s.loads(s.columns, s.scales, 4*s.from)
	s.ADD(imm(4*stripWidth), s.scales, s.scales)
	s.run(group, body)
	s.B(s.here("group"))
	s.label(s.here("end"))
}

// run emits the loop over k lines: body for four, then for each of the rest. k is used up.
func (s *strip) run(k reg, body func(lines int)) {
	const unroll = vectorLanes
	s.SUBS(imm(unroll), k, k)
	s.BLT(s.here("rest"))
	s.label(s.here("block"))
	s.lines(unroll, body)
	s.SUBS(imm(unroll), k, k)
	s.BGE(s.here("block"))
	s.label(s.here("rest"))
	s.ADD(imm(unroll), k, k)
	s.CBZ(k, s.here("done"))
	s.label(s.here("single"))
	s.lines(1, body)
	s.SUB(imm(1), k, k)
	s.CBNZ(k, s.here("single"))
	s.label(s.here("done"))
}

// lines emits some lines.
func (s *strip) lines(n int, body func(lines int)) {
	s.scope(func() {
		if s.name == int8Strip.name {
			s.lineScales = s.factors(s.scales, n)
			s.advance(4*n, []reg{s.scales})
		}
		body(n)
	})
	s.ADD(imm(n*stripWidth*s.stripFormat.bytes), s.w, s.w)
}

// load returns the vectors of a line as float32. Each load fills the last of those that it is
// widened to.
func (s *strip) load(line int) []vec {
	x, share := s.vecs(s.vectors), 4/s.stripFormat.bytes
	var raw []vec
	for last := share - 1; last < len(x); last += share {
		raw = append(raw, x[last])
	}
	s.loads(raw, s.w, s.stripFormat.bytes*(line*stripWidth+s.from))
	for v, d := range x {
		from, part := raw[v/share], v%share
		switch {
		case share == 2 && part == 0:
			s.ZIP1H(from, s.zero, d)
		case share == 2:
			s.ZIP2H(from, s.zero, d)
		case share == 4:
			s.TBL(s.top[part], from, d)
			s.SCVTF(24, d, d)
			if s.columns != nil {
				s.FMUL(s.columns[v], d, d)
			} else {
				s.FMULElement(lane{s.lineScales, line}, d, d)
			}
		}
	}
	return x
}

// loads fills vectors from consecutive places.
func (a *asm) loads(v []vec, from reg, disp int) {
	for two := range slices.Chunk(v, 2) {
		if len(two) == 2 {
			a.FLDPQ(at(from, disp), pair{two[0], two[1]})
		} else {
			a.FMOVQ(at(from, disp), two[0])
		}
		disp += len(two) * vectorBytes
	}
}

// stores is the reverse of loads.
func (a *asm) stores(v []vec, to reg, disp int) {
	for two := range slices.Chunk(v, 2) {
		a.FSTPQ(pair{two[0], two[1]}, at(to, disp))
		disp += 2 * vectorBytes
	}
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
	s.eachLine(k, func(lines int) {
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
		a.advance(4*lines, rows)
	})
	c := a.ptr("c")
	for r, sum := range sums {
		a.stores(sum, c, 4*(r*stripWidth+from))
	}
}

// widen emits the conversion of a strip to float32.
func widen(a *asm, f stripFormat) {
	a.function("widen"+f.name, "(dst []float32, k int, "+f.args+")",
		"converts a strip to float32:", "", "\tfor p := range k {", "\t\tfor j := range 32 {", "\t\t\tdst[p*32+j] = "+f.doc, "\t\t}", "\t}")
	dst, k := a.ptr("dst"), a.integer("k")
	s := a.strip(f, 0, stripWidth/vectorLanes)
	s.eachLine(k, func(lines int) {
		for line := range lines {
			a.scope(func() { a.stores(s.load(line), dst, 4*line*stripWidth) })
		}
		a.advance(4*lines*stripWidth, []reg{dst})
	})
	a.ret()
}
