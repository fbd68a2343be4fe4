package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transposed emits the product of a row and eight rows, whose sums rise together: each step
// transposes four elements of every row in registers. The AVX2 code serves both instruction
// sets, as memory is slower.
func transposed(a *asm) {
	if a.isa != avx2 {
		return
	}
	a.function("transposed", "(c, a, b []float32, ld int)",
		"computes a row times the transpose of eight rows that are ld elements apart:", "",
		"\tfor p := range a {", "\t\tfor j := range 8 {", "\t\t\tsum[j] += a[p] * b[j*ld+p]", "\t\t}", "\t}", "\tcopy(c, sum)", "",
		"and fetches the eight rows after those into the second-level cache.")
	x, k, ld := a.ptr("a"), a.length("a"), a.integer("ld")
	rows := a.rowPtrs("b", ld, 8)
	ahead, line := a.GP64(), a.GP64()
	a.XORQ(line, line)
	a.MOVQ(ld, ahead)
	a.SHLQ(operand.U8(3), ahead)
	sum := a.zero()

	lines := a.GP64() // of the cache
	a.MOVQ(k, lines)
	a.SHRQ(operand.U8(4), lines)
	a.JZ(operand.LabelRef("rest"))
	a.Label("line")
	for _, row := range rows {
		a.PREFETCHT1(indexed(row, ahead, 4, 0))
	}
	for step := range 4 {
		transposedStep(a, x, rows, line, step, sum)
	}
	a.ADDQ(operand.U32(16), line)
	a.ADDQ(operand.U32(16), ahead)
	a.DECQ(lines)
	a.JNZ(operand.LabelRef("line"))

	a.Label("rest")
	a.ANDQ(operand.U8(15), k)
	a.JZ(operand.LabelRef("store"))
	a.Label("single")
	low, high := a.zero(), a.zero()
	for half, v := range []reg.Register{low.AsX(), high.AsX()} {
		for i := range 4 {
			a.VINSERTPS(operand.U8(i<<4), indexed(rows[4*half+i], line, 4, 0), v, v)
		}
	}
	a.VINSERTF128(operand.U8(1), high.AsX(), low, low)
	factor := a.vec()
	a.VBROADCASTSS(indexed(x, line, 4, 0), factor)
	a.VFMADD231PS(low, factor, sum)
	a.INCQ(line)
	a.DECQ(k)
	a.JNZ(operand.LabelRef("single"))

	a.Label("store")
	a.VMOVUPS(sum, at(a.ptr("c"), 0))
	a.ret()
}

// transposedStep adds four elements of each row.
func transposedStep(a *asm, x reg.Register, rows []reg.Register, line reg.Register, step int, sum reg.VecVirtual) {
	var r, t, u [4]reg.VecVirtual
	for i := range r {
		r[i], t[i], u[i] = a.YMM(), a.YMM(), a.YMM()
		a.VBROADCASTF128(indexed(rows[i], line, 4, 16*step), r[i]) // avo takes a move to the low half for a read of the high
		a.VINSERTF128(operand.U8(1), indexed(rows[i+4], line, 4, 16*step), r[i], r[i])
	}
	a.VUNPCKLPS(r[1], r[0], t[0])
	a.VUNPCKHPS(r[1], r[0], t[1])
	a.VUNPCKLPS(r[3], r[2], t[2])
	a.VUNPCKHPS(r[3], r[2], t[3])
	a.VUNPCKLPD(t[2], t[0], u[0])
	a.VUNPCKHPD(t[2], t[0], u[1])
	a.VUNPCKLPD(t[3], t[1], u[2])
	a.VUNPCKHPD(t[3], t[1], u[3])
	for i, v := range u {
		factor := a.vec()
		a.VBROADCASTSS(indexed(x, line, 4, 16*step+4*i), factor)
		a.VFMADD231PS(v, factor, sum)
	}
}
