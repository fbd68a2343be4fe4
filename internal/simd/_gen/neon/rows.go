package neon

// combineRows is how many rows combine takes at a time.
const combineRows = 8

// rowPtrs returns the addresses of rows of x that are ld elements apart.
func (a *asm) rowPtrs(x string, ld reg, rows int) []reg {
	p := []reg{a.ptr(x)}
	for len(p) < rows {
		next := a.reg()
		a.ADD(shifted{ld, 2}, p[len(p)-1], next)
		p = append(p, next)
	}
	return p
}

// fetch fetches a line of each row into the second-level cache, ahead bytes on.
func (a *asm) fetch(rows []reg, ahead reg) {
	a.scope(func() {
		next := a.reg()
		for _, row := range rows {
			a.ADD(ahead, row, next)
			a.PRFM2(at(next, 0))
		}
	})
}

func combine(a *asm) {
	a.function("combine", "(dst, x []float32, ld int, s []float32)",
		"adds multiples of eight rows:", "", "\tfor j := range dst {", "\t\tfor r := range 8 {",
		"\t\t\tdst[j] += s[r] * x[r*ld+j]", "\t\t}", "\t}", "",
		"and fetches the eight rows after those into the second-level cache.")
	ahead := a.integer("ld")
	rows := a.rowPtrs("x", ahead, combineRows)
	a.LSL(imm(5), ahead, ahead) // bytes from a row to the one that takes its place
	s := pair{a.vec(), a.vec()}
	a.FLDPQ(at(a.ptr("s"), 0), s)
	dst, n := a.ptr("dst"), a.length("dst")
	a.stream(n, 4, func(l lanes) {
		if l.copy == 0 {
			a.fetch(rows, ahead)
		}
		sum := l.load(dst)
		for r, row := range rows {
			factor := lane{s.low, r % vectorLanes}
			if r >= vectorLanes {
				factor.vec = s.high
			}
			a.scope(func() { a.FMLAElement(factor, l.load(row), sum) })
		}
		l.store(sum, dst)
	}, append(rows, dst)...)
	a.ret()
}

// transposed emits the product of a row and the transpose of a matrix, of which eight rows are
// read side by side: each step transposes four elements of every row in registers.
func transposed(a *asm) {
	a.function("transposed", "(c, a, b []float32, ld int)",
		"computes a row times the transpose of rows that are ld elements apart, a multiple of eight:", "",
		"\tfor j := range c {", "\t\tsum := 0", "\t\tfor p := range a {", "\t\t\tsum += a[p] * b[j*ld+p]", "\t\t}", "\t\tc[j] = sum", "\t}", "",
		"and fetches each time the eight rows after those into the second-level cache.")
	c, n, b, ld, ahead := a.ptr("c"), a.length("c"), a.ptr("b"), a.integer("ld"), a.reg()
	a.LSL(imm(2), ld, ld)
	a.LSL(imm(3), ld, ahead)
	rows := make([]reg, 8)
	for i := range rows {
		rows[i] = a.reg()
	}
	low, high := a.vec(), a.vec()
	a.LSR(imm(3), n, n)
	a.label("rows")
	a.CBZ(n, "end")
	x, k, lines := a.ptr("a"), a.length("a"), a.reg()
	for _, row := range rows {
		a.MOVD(b, row)
		a.ADD(ld, b, b)
	}
	a.clear(low)
	a.clear(high)
	moving := append([]reg{x}, rows...)

	const cacheLine = 16 // elements
	a.LSR(imm(4), k, lines)
	a.CBZ(lines, "rest")
	a.label("line")
	a.fetch(rows, ahead)
	for step := range cacheLine / vectorLanes {
		a.scope(func() {
			factors := a.vec()
			a.FMOVQ(at(x, step*vectorBytes), factors)
			upper, lower := a.fourByFour(rows[:4], step*vectorBytes), a.fourByFour(rows[4:], step*vectorBytes)
			for i := range vectorLanes {
				a.FMLAElement(lane{factors, i}, upper[i], low)
				a.FMLAElement(lane{factors, i}, lower[i], high)
			}
		})
	}
	a.advance(4*cacheLine, moving)
	a.SUB(imm(1), lines, lines)
	a.CBNZ(lines, "line")

	a.label("rest")
	a.AND(imm(cacheLine-1), k, k)
	a.CBZ(k, "store")
	a.label("single")
	a.scope(func() {
		factor, upper, lower := a.vec(), a.vec(), a.vec()
		a.FMOVS(at(x, 0), factor)
		for i := range vectorLanes {
			a.LD1(at(rows[i], 0), lane{upper, i})
			a.LD1(at(rows[vectorLanes+i], 0), lane{lower, i})
		}
		a.FMLAElement(lane{factor, 0}, upper, low)
		a.FMLAElement(lane{factor, 0}, lower, high)
	})
	a.advance(4, moving)
	a.SUB(imm(1), k, k)
	a.CBNZ(k, "single")

	a.label("store")
	a.FSTPQ(pair{low, high}, at(c, 0))
	a.ADD(imm(2*vectorBytes), c, c)
	a.SUB(imm(1), n, n)
	a.B("rows")
	a.label("end")
	a.ret()
}
