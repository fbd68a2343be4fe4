package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transposed emits the product of a row and the transpose of a matrix, of which eight rows are
// read side by side: each step transposes four elements of every row in registers. The AVX2 code
// serves both instruction sets, as memory is slower.
func transposed(a *asm) {
	if a.isa != avx2 {
		return
	}
	a.function("transposed", "(c, a, b []float32, ld int)",
		"computes a row times the transpose of rows that are ld elements apart, a multiple of eight:", "",
		"\tfor j := range c {", "\t\tsum := 0", "\t\tfor p := range a {", "\t\t\tsum += a[p] * b[j*ld+p]", "\t\t}", "\t\tc[j] = sum", "\t}", "",
		"and fetches each time the eight rows after those into the second-level cache.")
	r := eightRows{asm: a, ld: a.integer("ld"), ld3: a.GP64()}
	r.at[0] = a.ptr("b")
	a.SHLQ(operand.U8(2), r.ld)
	a.LEAQ(indexed(r.ld, r.ld, 2, 0), r.ld3)
	for i := range r.at {
		if i > 0 {
			r.at[i] = a.GP64()
			a.LEAQ(indexed(r.at[i-1], r.ld, 4, 0), r.at[i])
		}
	}
	c, n := a.ptr("c"), a.length("c")
	a.SHRQ(operand.U8(3), n)
	a.Label("rows")
	a.TESTQ(n, n)
	a.JZ(operand.LabelRef("end"))
	x, k, lines, next := a.ptr("a"), a.length("a"), a.GP64(), a.GP64()
	a.LEAQ(indexed(r.at[0], r.ld, 8, 0), next)
	sum := a.zero()

	a.MOVQ(k, lines) // of the cache
	a.SHRQ(operand.U8(4), lines)
	a.JZ(operand.LabelRef("rest"))
	a.Label("line")
	for row := 8; row < 16; row++ {
		a.PREFETCHT1(r.mem(row, 0))
	}
	for step := range 4 {
		r.four(x, step, sum)
	}
	r.advance(x, 16)
	a.DECQ(lines)
	a.JNZ(operand.LabelRef("line"))

	a.Label("rest")
	a.ANDQ(operand.U8(15), k)
	a.JZ(operand.LabelRef("store"))
	a.Label("single")
	r.one(x, sum)
	r.advance(x, 1)
	a.DECQ(k)
	a.JNZ(operand.LabelRef("single"))

	a.Label("store")
	a.VMOVUPS(sum, at(c, 0))
	a.ADDQ(operand.U32(32), c)
	a.MOVQ(next, r.at[0])
	for i := 1; i < len(r.at); i++ {
		a.LEAQ(indexed(r.at[i-1], r.ld, 4, 0), r.at[i])
	}
	a.DECQ(n)
	a.JMP(operand.LabelRef("rows"))
	a.Label("end")
	a.ret()
}

// eightRows are the addresses of rows 0, 4, 8 and 12, of which the last eight come next.
type eightRows struct {
	*asm
	at      [4]reg.Register
	ld, ld3 reg.Register // bytes between rows, and three times that
}

// mem is the address in a row, disp bytes on.
func (r *eightRows) mem(row, disp int) operand.Mem {
	base := r.at[row/4]
	switch row % 4 {
	case 1:
		return indexed(base, r.ld, 1, disp)
	case 2:
		return indexed(base, r.ld, 2, disp)
	case 3:
		return indexed(base, r.ld3, 1, disp)
	}
	return at(base, disp)
}

func (r *eightRows) advance(x reg.Register, elements int) {
	for _, p := range append(r.at[:], x) {
		r.ADDQ(operand.U32(4*elements), p)
	}
}

// four adds four elements of each row, those at a step.
func (r *eightRows) four(x reg.Register, step int, sum reg.VecVirtual) {
	var v, t, u [4]reg.VecVirtual
	for i := range v {
		v[i], t[i], u[i] = r.YMM(), r.YMM(), r.YMM()
		r.VBROADCASTF128(r.mem(i, 16*step), v[i]) // avo takes a move to the low half for a read of the high
		r.VINSERTF128(operand.U8(1), r.mem(i+4, 16*step), v[i], v[i])
	}
	r.VUNPCKLPS(v[1], v[0], t[0])
	r.VUNPCKHPS(v[1], v[0], t[1])
	r.VUNPCKLPS(v[3], v[2], t[2])
	r.VUNPCKHPS(v[3], v[2], t[3])
	r.VUNPCKLPD(t[2], t[0], u[0])
	r.VUNPCKHPD(t[2], t[0], u[1])
	r.VUNPCKLPD(t[3], t[1], u[2])
	r.VUNPCKHPD(t[3], t[1], u[3])
	for i, w := range u {
		factor := r.vec()
		r.VBROADCASTSS(at(x, 16*step+4*i), factor)
		r.VFMADD231PS(w, factor, sum)
	}
}

// one adds one element of each row.
func (r *eightRows) one(x reg.Register, sum reg.VecVirtual) {
	low, high := r.zero(), r.zero()
	for half, v := range []reg.Register{low.AsX(), high.AsX()} {
		for i := range 4 {
			r.VINSERTPS(operand.U8(i<<4), r.mem(4*half+i, 0), v, v)
		}
	}
	r.VINSERTF128(operand.U8(1), high.AsX(), low, low)
	factor := r.vec()
	r.VBROADCASTSS(at(x, 0), factor)
	r.VFMADD231PS(low, factor, sum)
}
