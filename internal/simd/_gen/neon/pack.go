package neon

// pack emits the copy of rows to strips.
func pack(a *asm) {
	a.function("pack", "(dst, src []float32, ld, w, strips, stride, k int)",
		"copies k rows of strips*w elements to strips of w columns, w a multiple of 16:",
		"",
		"\tfor p := range k {",
		"\t\tfor s := range strips {",
		"\t\t\tcopy(dst[s*stride+p*w:][:w], src[p*ld+s*w:])",
		"\t\t}",
		"\t}",
	)
	dst, src, ld, w, k := a.ptr("dst"), a.ptr("src"), a.integer("ld"), a.integer("w"), a.integer("k")
	stride := a.integer("stride")
	a.LSL(imm(2), ld, ld)
	a.LSL(imm(2), stride, stride)
	x := a.vecs(4)
	from, to, ahead, line, left, strips := a.reg(), a.reg(), a.reg(), a.reg(), a.reg(), a.reg()
	a.label("row")
	a.MOVD(src, from)
	a.MOVD(dst, to)
	a.ADD(shifted{ld, 1}, src, ahead) // rows lie too far apart for the processor to foresee the next
	a.MOVD(a.arg("strips", 8), strips)
	a.label("strip")
	a.MOVD(to, line)
	a.MOVD(w, left)
	a.label("line")
	a.PRFM1(at(ahead, 0))
	a.FLDPQ(at(from, 0), pair{x[0], x[1]})
	a.FLDPQ(at(from, 2*vectorBytes), pair{x[2], x[3]})
	a.FSTPQ(pair{x[0], x[1]}, at(line, 0))
	a.FSTPQ(pair{x[2], x[3]}, at(line, 2*vectorBytes))
	a.advance(4*vectorBytes, []reg{ahead, from, line})
	a.SUB(imm(4*vectorLanes), left, left)
	a.CBNZ(left, "line")
	a.ADD(stride, to, to)
	a.SUB(imm(1), strips, strips)
	a.CBNZ(strips, "strip")
	a.ADD(ld, src, src)
	a.ADD(shifted{w, 2}, dst, dst)
	a.SUB(imm(1), k, k)
	a.CBNZ(k, "row")
	a.ret()
}

// transpose emits the transposing copy of eight rows, four columns at a time.
func transpose(a *asm) {
	a.function("transpose", "(dst []float32, lddst int, src []float32, ldsrc, rows, cols int)",
		"copies and transposes rows of cols elements, both multiples of 8, from 8:",
		"",
		"\tfor i := range rows {",
		"\t\tfor j := range cols {",
		"\t\t\tdst[j*lddst+i] = src[i*ldsrc+j]",
		"\t\t}",
		"\t}",
	)
	dst, step, src, ld := a.ptr("dst"), a.integer("lddst"), a.ptr("src"), a.integer("ldsrc")
	rows := a.integer("rows")
	a.LSL(imm(2), step, step)
	a.LSL(imm(2), ld, ld)
	to, left, ahead := a.reg(), a.reg(), a.reg()
	var from [8]reg
	for i := range from {
		from[i] = a.reg()
	}
	a.label("rows")
	for _, row := range from {
		a.MOVD(src, row)
		a.ADD(ld, src, src)
	}
	a.MOVD(dst, to)
	a.MOVD(a.arg("cols", 8), left)
	a.label("block")
	a.ADD(shifted{ld, 3}, from[0], ahead) // the next eight rows lie too far apart for the processor to foresee
	for range from {
		a.PRFM1(at(ahead, 0))
		a.ADD(ld, ahead, ahead)
	}
	for half := range 2 {
		a.scope(func() {
			low, high := a.fourByFour(from[:4], half*vectorBytes), a.fourByFour(from[4:], half*vectorBytes)
			for i := range low {
				a.FSTPQ(pair{low[i], high[i]}, at(to, 0))
				a.ADD(step, to, to)
			}
		})
	}
	a.advance(2*vectorBytes, from[:])
	a.SUB(imm(2*vectorLanes), left, left)
	a.CBNZ(left, "block")
	a.ADD(imm(2*vectorBytes), dst, dst)
	a.SUB(imm(8), rows, rows)
	a.CBNZ(rows, "rows")
	a.ret()
}

// fourByFour loads a vector of each of four rows, disp bytes on, and returns their transpose: the
// first elements, the second ones, and so on.
func (a *asm) fourByFour(rows []reg, disp int) []vec {
	out := a.vecs(4)
	a.scope(func() {
		x, t := a.vecs(4), a.vecs(4)
		for i, row := range rows {
			a.FMOVQ(at(row, disp), x[i])
		}
		a.ZIP1(x[1], x[0], t[0])
		a.ZIP2(x[1], x[0], t[1])
		a.ZIP1(x[3], x[2], t[2])
		a.ZIP2(x[3], x[2], t[3])
		a.ZIP1D(t[2], t[0], out[0])
		a.ZIP2D(t[2], t[0], out[1])
		a.ZIP1D(t[3], t[1], out[2])
		a.ZIP2D(t[3], t[1], out[3])
	})
	return out
}
