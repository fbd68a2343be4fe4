package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
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

// stripAhead is how many bytes before their use weights are fetched.
const stripAhead = 2048

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
	fetch         bool
	w, scales     reg.Register
	columns       []reg.VecVirtual // the scales of columns
	scale         reg.VecVirtual   // that of the line
}

func (a *asm) strip(f stripFormat, from, vectors int) *strip {
	s := &strip{asm: a, stripFormat: f, from: from, vectors: vectors, fetch: from == 0 && f.bytes < 4, w: a.ptr("w")}
	if f.bytes == 1 {
		s.scales = a.ptr("scales")
	}
	return s
}

// label makes a label of this part of the columns.
func (s *strip) label(name string) string { return s.asm.label("%s%d", name, s.from) }

// eachLine emits body for every line of the strip. step is the line relative to the pointers of
// the body, which next moves on by a number of lines. k is used up.
func (s *strip) eachLine(k reg.Register, body func(step int), next func(lines int)) {
	if s.name != columnsStrip.name {
		s.run(k, body, next)
		return
	}
	group := s.GP64()
	s.Label(s.label("group"))
	s.TESTQ(k, k)
	s.JZ(operand.LabelRef(s.label("end")))
	s.MOVQ(operand.U32(stripLines), group)
	s.CMPQ(k, group)
	s.CMOVQLT(k, group)
	s.SUBQ(group, k)
	s.columns = s.vecs(s.vectors)
	for v, x := range s.columns {
		s.VMOVUPS(at(s.scales, 4*(s.from+v*s.lanes)), x)
	}
	s.ADDQ(operand.U32(4*stripWidth), s.scales)
	s.run(group, body, next)
	s.JMP(operand.LabelRef(s.label("group")))
	s.Label(s.label("end"))
}

// run emits the loop over n lines.
func (s *strip) run(n reg.Register, body func(step int), next func(lines int)) {
	const unroll = 4
	blocks := s.GP64()
	s.MOVQ(n, blocks)
	s.SHRQ(operand.U8(2), blocks)
	s.JZ(operand.LabelRef(s.label("rest")))
	s.Label(s.label("block"))
	for step := range unroll {
		s.line(step, body)
	}
	s.advance(unroll, next)
	s.DECQ(blocks)
	s.JNZ(operand.LabelRef(s.label("block")))
	s.Label(s.label("rest"))
	s.ANDQ(operand.U8(unroll-1), n)
	s.JZ(operand.LabelRef(s.label("done")))
	s.Label(s.label("single"))
	s.line(0, body)
	s.advance(1, next)
	s.DECQ(n)
	s.JNZ(operand.LabelRef(s.label("single")))
	s.Label(s.label("done"))
}

// line emits one line.
func (s *strip) line(step int, body func(step int)) {
	if size := s.stripFormat.bytes * stripWidth; s.fetch && step*size%64 == 0 {
		s.PREFETCHT0(at(s.w, stripAhead+step*size))
	}
	if s.name == int8Strip.name {
		s.scale = s.vec()
		s.VBROADCASTSS(at(s.scales, 4*step), s.scale)
	}
	body(step)
}

func (s *strip) advance(lines int, next func(lines int)) {
	s.ADDQ(operand.U32(lines*stripWidth*s.stripFormat.bytes), s.w)
	if s.name == int8Strip.name {
		s.ADDQ(operand.U32(4*lines), s.scales)
	}
	next(lines)
}

// load returns vector v of a line as float32.
func (s *strip) load(step, v int) reg.VecVirtual {
	x, from := s.vec(), at(s.w, s.stripFormat.bytes*(step*stripWidth+s.from+v*s.lanes))
	switch s.stripFormat.bytes {
	case 4:
		s.VMOVUPS(from, x)
	case 2:
		s.VPMOVZXWD(from, x)
		s.VPSLLD(operand.U8(16), x, x)
	default:
		s.VPMOVSXBD(from, x)
		s.VCVTDQ2PS(x, x)
		if s.scale != nil {
			s.VMULPS(s.scale, x, x)
		} else {
			s.VMULPS(s.columns[v], x, x)
		}
	}
	return x
}

// stripOne emits the product of one row and a strip, all of whose sums fit the registers.
func stripOne(a *asm, f stripFormat) {
	a.function("strip"+f.name, "(c, a []float32, "+f.args+")",
		"computes a row times a strip:", "", "\tfor p := range a {", "\t\tfor j := range 32 {",
		"\t\t\tsum[j] += a[p] * "+f.doc, "\t\t}", "\t}", "\tcopy(c, sum)")
	x, k := a.ptr("a"), a.length("a")
	s := a.strip(f, 0, stripWidth/a.lanes)
	sums := a.zeros(s.vectors)
	s.eachLine(k, func(step int) {
		factor := a.vec()
		a.VBROADCASTSS(at(x, 4*step), factor)
		for v, sum := range sums {
			a.VFMADD231PS(s.load(step, v), factor, sum)
		}
	}, func(lines int) { a.ADDQ(operand.U32(4*lines), x) })
	c := a.ptr("c")
	for v, sum := range sums {
		a.VMOVUPS(sum, at(c, v*a.isa.bytes()))
	}
	a.ret()
}

// stripFour emits the product of four rows and a strip: two vectors of columns at a time.
func stripFour(a *asm, f stripFormat) {
	a.function("strips"+f.name, "(c, a []float32, ld, k int, "+f.args+")",
		"computes four rows times a strip:", "", "\tfor r := range 4 {", "\t\tfor p := range k {", "\t\t\tfor j := range 32 {",
		"\t\t\t\tsum[r*32+j] += a[r*ld+p] * "+f.doc, "\t\t\t}", "\t\t}", "\t}", "\tcopy(c, sum)")
	const vectors = 2
	rows := a.rowPtrs("a", a.integer("ld"), stripRows)
	c := a.ptr("c")
	for from := 0; from < stripWidth; from += vectors * a.lanes {
		s, k := a.strip(f, from, vectors), a.integer("k")
		var sums [stripRows][]reg.VecVirtual
		for r := range sums {
			sums[r] = a.zeros(vectors)
		}
		line := a.GP64()
		a.XORQ(line, line)
		s.eachLine(k, func(step int) {
			var w [vectors]reg.VecVirtual
			for v := range w {
				w[v] = s.load(step, v)
			}
			for r, row := range rows {
				factor := a.vec()
				a.VBROADCASTSS(indexed(row, line, 4, 4*step), factor)
				for v, sum := range sums[r] {
					a.VFMADD231PS(w[v], factor, sum)
				}
			}
		}, func(lines int) { a.ADDQ(operand.U32(lines), line) })
		for r := range sums {
			for v, sum := range sums[r] {
				a.VMOVUPS(sum, at(c, 4*(r*stripWidth+from+v*a.lanes)))
			}
		}
	}
	a.ret()
}

// widen emits the conversion of a strip to float32.
func widen(a *asm, f stripFormat) {
	a.function("widen"+f.name, "(dst []float32, k int, "+f.args+")",
		"converts a strip to float32:", "", "\tfor p := range k {", "\t\tfor j := range 32 {", "\t\t\tdst[p*32+j] = "+f.doc, "\t\t}", "\t}")
	dst, k := a.ptr("dst"), a.integer("k")
	s := a.strip(f, 0, stripWidth/a.lanes)
	s.eachLine(k, func(step int) {
		for v := range s.vectors {
			a.VMOVUPS(s.load(step, v), at(dst, 4*(step*stripWidth+v*a.lanes)))
		}
	}, func(lines int) { a.ADDQ(operand.U32(4*lines*stripWidth), dst) })
	a.ret()
}
