package neon

import "fmt"

// lanes is one vector of a loop over slices, or one element at the end.
type lanes struct {
	*asm
	copy   int  // which of the unrolled copies this is
	single bool // lane 0 alone is in use
}

// stream emits loops over n elements of slices: body for unroll vectors at a time, then for one,
// then for each element that is left. The pointers are those that body loads from or stores to.
// They move on to the end, so a kernel with another loop loads them again. n survives.
func (a *asm) stream(n reg, unroll int, body func(l lanes), pointers ...reg) {
	a.loops++
	a.scope(func() {
		left := a.reg()
		a.MOVD(n, left)
		a.wholeVectors(left, unroll, body, pointers)
		if unroll > 1 {
			a.wholeVectors(left, 1, body, pointers)
		}
		rest, done := fmt.Sprintf("rest%d", a.loops), fmt.Sprintf("done%d", a.loops)
		a.CBZ(left, done)
		a.label(rest)
		a.scope(func() { body(lanes{asm: a, single: true}) })
		a.advance(4, pointers)
		a.SUB(imm(1), left, left)
		a.CBNZ(left, rest)
		a.label(done)
	})
}

// wholeVectors emits the loop over u vectors at a time.
func (a *asm) wholeVectors(left reg, u int, body func(l lanes), pointers []reg) {
	loop, end := fmt.Sprintf("loop%dx%d", a.loops, u), fmt.Sprintf("end%dx%d", a.loops, u)
	size := imm(u * vectorLanes)
	a.SUBS(size, left, left)
	a.BLT(end)
	a.label(loop)
	for i := range u {
		a.scope(func() { body(lanes{asm: a, copy: i}) })
	}
	a.advance(u*vectorBytes, pointers)
	a.SUBS(size, left, left)
	a.BGE(loop)
	a.label(end)
	a.ADD(size, left, left)
}

// advance moves pointers on.
func (a *asm) advance(bytes int, pointers []reg) {
	for _, p := range pointers {
		a.ADD(imm(bytes), p, p)
	}
}

func (l lanes) addr(p reg) mem { return at(p, l.copy*vectorBytes) }

// load returns the vector of p; lanes not in use hold 0.
func (l lanes) load(p reg) vec {
	v := l.vec()
	if l.single {
		l.FMOVS(l.addr(p), v)
	} else {
		l.FMOVQ(l.addr(p), v)
	}
	return v
}

// store writes the lanes of v that are in use to p.
func (l lanes) store(v vec, p reg) {
	if l.single {
		l.FMOVS(v, l.addr(p))
	} else {
		l.FMOVQ(v, l.addr(p))
	}
}

// clip zeroes the lanes of v that are not in use, for sums.
func (l lanes) clip(v vec) {
	if l.single {
		l.FMOVS(v, v)
	}
}

// fill copies lane 0 of v to the lanes that are not in use.
func (l lanes) fill(v vec) {
	if l.single {
		l.DUP(lane{v, 0}, v)
	}
}

// fold reduces all lanes of the vectors v to lane 0 of the first with op, pairing them as a tree.
func (a *asm) fold(op func(m, n, d vec), v []vec) vec {
	for len(v) > 1 {
		half := len(v) / 2
		for i := range half {
			op(v[i+half], v[i], v[i])
		}
		v = v[:half]
	}
	x := v[0]
	a.scope(func() {
		other := a.vec()
		for _, bytes := range []int{8, 4} {
			a.EXT(bytes, x, x, other)
			op(other, x, x)
		}
	})
	return x
}
