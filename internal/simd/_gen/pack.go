package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pack and transpose only move data: the AVX2 code serves both instruction
// sets.

// pack emits the copy of rows to strips.
func pack(a *asm) {
	if a.isa != avx2 {
		return
	}
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
	for _, bytes := range []reg.Register{ld, w, stride} {
		a.SHLQ(operand.U8(2), bytes)
	}
	a.Label("row")
	from, to, ahead, left := a.GP64(), a.GP64(), a.GP64(), a.integer("strips")
	a.MOVQ(src, from)
	a.MOVQ(dst, to)
	a.LEAQ(indexed(src, ld, 2, 0), ahead) // rows lie too far apart for the processor to foresee the next
	a.Label("strip")
	within := a.GP64()
	a.XORQ(within, within)
	a.Label("line")
	low, high := a.YMM(), a.YMM()
	a.PREFETCHT0(indexed(ahead, within, 1, 0))
	a.VMOVUPS(indexed(from, within, 1, 0), low)
	a.VMOVUPS(indexed(from, within, 1, 32), high)
	a.VMOVUPS(low, indexed(to, within, 1, 0))
	a.VMOVUPS(high, indexed(to, within, 1, 32))
	a.ADDQ(operand.U8(64), within)
	a.CMPQ(within, w)
	a.JLT(operand.LabelRef("line"))
	a.ADDQ(w, from)
	a.ADDQ(w, ahead)
	a.ADDQ(stride, to)
	a.DECQ(left)
	a.JNZ(operand.LabelRef("strip"))
	a.ADDQ(ld, src)
	a.ADDQ(w, dst)
	a.DECQ(k)
	a.JNZ(operand.LabelRef("row"))
	a.ret()
}

// transpose emits the transposing copy in blocks of 8×8.
func transpose(a *asm) {
	if a.isa != avx2 {
		return
	}
	a.function("transpose", "(dst []float32, lddst int, src []float32, ldsrc, rows, cols int)",
		"copies and transposes rows of cols elements, both multiples of 8, from 8:",
		"",
		"\tfor i := range rows {",
		"\t\tfor j := range cols {",
		"\t\t\tdst[j*lddst+i] = src[i*ldsrc+j]",
		"\t\t}",
		"\t}",
	)
	dst, src, rows := a.ptr("dst"), a.ptr("src"), a.integer("rows")
	step, ld := a.integer("lddst"), a.integer("ldsrc")
	step3, ld3 := a.GP64(), a.GP64()
	a.SHLQ(operand.U8(2), step)
	a.SHLQ(operand.U8(2), ld)
	a.LEAQ(indexed(step, step, 2, 0), step3)
	a.LEAQ(indexed(ld, ld, 2, 0), ld3)

	a.Label("rows")
	low, high, to, left := a.GP64(), a.GP64(), a.GP64(), a.integer("cols")
	a.MOVQ(src, low)
	a.LEAQ(indexed(src, ld, 4, 0), high)
	a.MOVQ(dst, to)
	a.Label("block")
	next := a.GP64() // the next eight rows lie too far apart for the processor to foresee
	a.LEAQ(indexed(high, ld, 4, 0), next)
	for i := range 2 {
		if i > 0 {
			a.LEAQ(indexed(next, ld, 4, 0), next)
		}
		for _, m := range fourLines(next, ld, ld3, 0) {
			a.PREFETCHT0(m)
		}
	}
	for half := range 2 {
		transpose8x4(a, fourLines(low, ld, ld3, 16*half), fourLines(high, ld, ld3, 16*half), fourLines(to, step, step3, 0))
		a.LEAQ(indexed(to, step, 4, 0), to)
	}
	a.ADDQ(operand.U8(32), low)
	a.ADDQ(operand.U8(32), high)
	a.SUBQ(operand.U8(8), left)
	a.JNZ(operand.LabelRef("block"))
	a.LEAQ(indexed(src, ld, 8, 0), src)
	a.ADDQ(operand.U8(32), dst)
	a.SUBQ(operand.U8(8), rows)
	a.JNZ(operand.LabelRef("rows"))
	a.ret()
}

// fourLines are four addresses one stride apart; stride3 is three strides.
func fourLines(base, stride, stride3 reg.Register, disp int) [4]operand.Mem {
	return [4]operand.Mem{at(base, disp), indexed(base, stride, 1, disp), indexed(base, stride, 2, disp), indexed(base, stride3, 1, disp)}
}

// transpose8x4 writes four elements of eight rows, those from low and those
// from high, as four lines of eight.
func transpose8x4(a *asm, low, high, to [4]operand.Mem) {
	var x, t, u [4]reg.VecVirtual
	for i := range x {
		x[i], t[i], u[i] = a.YMM(), a.YMM(), a.YMM()
		a.VMOVUPS(low[i], x[i].AsX())
		a.VINSERTF128(operand.U8(1), high[i], x[i], x[i])
	}
	a.VUNPCKLPS(x[1], x[0], t[0])
	a.VUNPCKHPS(x[1], x[0], t[1])
	a.VUNPCKLPS(x[3], x[2], t[2])
	a.VUNPCKHPS(x[3], x[2], t[3])
	a.VUNPCKLPD(t[2], t[0], u[0])
	a.VUNPCKHPD(t[2], t[0], u[1])
	a.VUNPCKLPD(t[3], t[1], u[2])
	a.VUNPCKHPD(t[3], t[1], u[3])
	for i, v := range u {
		a.VMOVUPS(v, to[i])
	}
}
