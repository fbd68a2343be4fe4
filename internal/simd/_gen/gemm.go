package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileShape returns the rows of the register tile and its columns in vectors.
// 12×2 vectors of 16 leave 8 of AVX-512's 32 registers for operands, 4×3
// vectors of 8 leave 4 of AVX2's 16.
func tileShape(set isa) (rows, vectors int) {
	if set == avx512 {
		return 12, 2
	}
	return 4, 3
}

// tile emits the GEMM micro-kernel.
func tile(a *asm) {
	rows, vectors := tileShape(a.isa)
	a.function("tile", "(k int, a, b, c []float32, ldc int, add []float32, ldadd int)",
		"computes one register tile of a matrix product:",
		"",
		"\tfor i := range mr {",
		"\t\tfor j := range nr {",
		"\t\t\tfor p := range k {",
		"\t\t\t\tsum += a[p*mr+i] * b[p*nr+j]",
		"\t\t\t}",
		"\t\t\tc[i*ldc+j] = sum + add[i*ldadd+j]",
		"\t\t}",
		"\t}",
	)
	k, pa, pb, pc, ldc := a.integer("k"), a.ptr("a"), a.ptr("b"), a.ptr("c"), a.integer("ldc")
	a.SHLQ(operand.U8(2), ldc)
	row := a.GP64()
	a.MOVQ(pc, row)
	for range rows { // the tile of C is needed only after the loop
		for v := 0; v < vectors*a.bytes(); v += 64 {
			a.PREFETCHT0(at(row, v))
		}
		a.ADDQ(ldc, row)
	}
	acc := make([][]reg.VecVirtual, rows)
	for i := range acc {
		acc[i] = a.vecs(vectors)
		for _, v := range acc[i] {
			a.clear(v)
		}
	}

	const unroll = 4
	blocks := a.GP64()
	a.MOVQ(k, blocks)
	a.SHRQ(operand.U8(2), blocks)
	a.JZ(operand.LabelRef("rest"))
	a.Label("block")
	for u := range unroll {
		tileStep(a, acc, pa, pb, u)
	}
	a.ADDQ(operand.U32(unroll*4*rows), pa)
	a.ADDQ(operand.U32(unroll*vectors*a.bytes()), pb)
	a.DECQ(blocks)
	a.JNZ(operand.LabelRef("block"))

	a.Label("rest")
	a.ANDQ(operand.U8(unroll-1), k)
	a.JZ(operand.LabelRef("store"))
	a.Label("single")
	tileStep(a, acc, pa, pb, 0)
	a.ADDQ(operand.U32(4*rows), pa)
	a.ADDQ(operand.U32(vectors*a.bytes()), pb)
	a.DECQ(k)
	a.JNZ(operand.LabelRef("single"))

	a.Label("store")
	tileStore(a, acc, pc, ldc)
}

// tileStep adds the outer product of one column of the A panel and one row of
// the B panel, those at step u from the pointers.
func tileStep(a *asm, acc [][]reg.VecVirtual, pa, pb reg.Register, u int) {
	rows, vectors := len(acc), len(acc[0])
	b := a.vecs(vectors)
	for j, v := range b {
		a.VMOVUPS(at(pb, (u*vectors+j)*a.bytes()), v)
	}
	for i := range acc {
		x := a.vec()
		a.VBROADCASTSS(at(pa, (u*rows+i)*4), x)
		for j, v := range b {
			a.VFMADD231PS(v, x, acc[i][j])
		}
	}
}

// tileStore writes the tile, plus add unless that is nil.
func tileStore(a *asm, acc [][]reg.VecVirtual, pc, ldc reg.Register) {
	add, ldadd := a.ptr("add"), a.integer("ldadd")
	a.TESTQ(add, add)
	a.JZ(operand.LabelRef("plain"))
	a.SHLQ(operand.U8(2), ldadd)
	for _, line := range acc {
		for j, v := range line {
			a.VADDPS(at(add, j*a.bytes()), v, v)
		}
		a.ADDQ(ldadd, add)
	}
	a.Label("plain")
	for _, line := range acc {
		for j, v := range line {
			a.VMOVUPS(v, at(pc, j*a.bytes()))
		}
		a.ADDQ(ldc, pc)
	}
	a.ret()
}
