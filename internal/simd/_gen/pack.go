package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pack and packT only move data: the AVX2 code serves both instruction sets.

// pack emits the copy of a strip that is k-major already.
func pack(a *asm) {
	if a.isa != avx2 {
		return
	}
	a.function("pack", "(dst, src []float32, ld, w, stride, k int)",
		"copies k rows of w elements, w a multiple of 4:",
		"",
		"\tfor p := range k {",
		"\t\tcopy(dst[p*stride:p*stride+w], src[p*ld:])",
		"\t}",
	)
	dst, src, ld, w, k := a.ptr("dst"), a.ptr("src"), a.integer("ld"), a.integer("w"), a.integer("k")
	stride := a.integer("stride")
	a.SHLQ(operand.U8(2), ld)
	a.SHLQ(operand.U8(2), stride)
	from, to, left := a.GP64(), a.GP64(), a.GP64()
	a.Label("row")
	a.MOVQ(src, from)
	a.MOVQ(dst, to)
	// The next strip is packed next, and its rows lie too far apart for the
	// processor to foresee.
	a.PREFETCHT0(indexed(src, w, 4, 0))
	a.PREFETCHT0(indexed(src, w, 4, 64))
	a.MOVQ(w, left)
	packRun(a, from, to, left, 8, a.YMM())
	packRun(a, from, to, left, 4, a.XMM())
	a.ADDQ(ld, src)
	a.ADDQ(stride, dst)
	a.DECQ(k)
	a.JNZ(operand.LabelRef("row"))
	a.ret()
}

// packRun copies pieces of n elements while left holds that many.
func packRun(a *asm, from, to, left reg.Register, n int, v reg.VecVirtual) {
	loop, done := a.label("run%d", n), a.label("run%d_done", n)
	a.Label(loop)
	a.CMPQ(left, operand.U8(n))
	a.JLT(operand.LabelRef(done))
	a.VMOVUPS(at(from, 0), v)
	a.VMOVUPS(v, at(to, 0))
	a.ADDQ(operand.U8(4*n), from)
	a.ADDQ(operand.U8(4*n), to)
	a.SUBQ(operand.U8(n), left)
	a.JMP(operand.LabelRef(loop))
	a.Label(done)
}

// packT emits the transposing copy: four rows at a time, eight elements of each
// through registers.
func packT(a *asm) {
	if a.isa != avx2 {
		return
	}
	a.function("packT", "(dst, src []float32, ld, w, stride, k int)",
		"copies and transposes w rows of k elements, w a multiple of 4:",
		"",
		"\tfor i := range w {",
		"\t\tfor p := range k {",
		"\t\t\tdst[p*stride+i] = src[i*ld+p]",
		"\t\t}",
		"\t}",
	)
	dst, src, ld, w, k := a.ptr("dst"), a.ptr("src"), a.integer("ld"), a.integer("w"), a.integer("k")
	a.SHLQ(operand.U8(2), ld)
	step, step3 := a.integer("stride"), a.GP64() // bytes between two lines of dst
	a.SHLQ(operand.U8(2), step)
	a.LEAQ(indexed(step, step, 2, 0), step3)

	a.Label("rows")
	var r [4]reg.Register
	for i := range r {
		r[i] = a.GP64()
		if i == 0 {
			a.MOVQ(src, r[i])
		} else {
			a.LEAQ(indexed(r[i-1], ld, 1, 0), r[i])
		}
	}
	to, left := a.GP64(), a.GP64()
	a.MOVQ(dst, to)
	a.MOVQ(k, left)
	a.Label("eight")
	a.CMPQ(left, operand.U8(8))
	a.JLT(operand.LabelRef("single"))
	transpose4x8(a, r, ld, to, step, step3)
	a.SUBQ(operand.U8(8), left)
	a.JMP(operand.LabelRef("eight"))

	a.Label("single")
	a.TESTQ(left, left)
	a.JZ(operand.LabelRef("next"))
	transpose4x1(a, r, to, step)
	a.DECQ(left)
	a.JMP(operand.LabelRef("single"))

	a.Label("next")
	a.LEAQ(indexed(src, ld, 4, 0), src)
	a.ADDQ(operand.U8(16), dst)
	a.SUBQ(operand.U8(4), w)
	a.JNZ(operand.LabelRef("rows"))
	a.ret()
}

// transpose4x8 writes 8 elements of the rows r as 8 lines of 4 and advances the
// pointers.
func transpose4x8(a *asm, r [4]reg.Register, ld, to, step, step3 reg.Register) {
	var x, t, u [4]reg.VecVirtual
	for i := range x {
		a.PREFETCHT0(indexed(r[i], ld, 4, 0)) // the next four rows
		x[i], t[i], u[i] = a.YMM(), a.YMM(), a.YMM()
		a.VMOVUPS(at(r[i], 0), x[i])
		a.ADDQ(operand.U8(32), r[i])
	}
	a.VUNPCKLPS(x[1], x[0], t[0])
	a.VUNPCKHPS(x[1], x[0], t[1])
	a.VUNPCKLPS(x[3], x[2], t[2])
	a.VUNPCKHPS(x[3], x[2], t[3])
	a.VUNPCKLPD(t[2], t[0], u[0])
	a.VUNPCKHPD(t[2], t[0], u[1])
	a.VUNPCKLPD(t[3], t[1], u[2])
	a.VUNPCKHPD(t[3], t[1], u[3])
	// The low half of u[i] is line i, the high half line i+4.
	line := []operand.Mem{at(to, 0), indexed(to, step, 1, 0), indexed(to, step, 2, 0), indexed(to, step3, 1, 0)}
	for i, v := range u {
		a.VMOVUPS(v.AsX(), line[i])
	}
	a.LEAQ(indexed(to, step, 4, 0), to)
	for i, v := range u {
		a.VEXTRACTF128(operand.U8(1), v, line[i])
	}
	a.LEAQ(indexed(to, step, 4, 0), to)
}

// transpose4x1 writes one element of each row as a line of 4 and advances the
// pointers.
func transpose4x1(a *asm, r [4]reg.Register, to, step reg.Register) {
	v := a.XMM()
	a.VMOVSS(at(r[0], 0), v)
	for i := 1; i < 4; i++ {
		a.VINSERTPS(operand.U8(i<<4), at(r[i], 0), v, v)
	}
	a.VMOVUPS(v, at(to, 0))
	for i := range r {
		a.ADDQ(operand.U8(4), r[i])
	}
	a.ADDQ(step, to)
}
