package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileShape returns the rows of the register tile and its columns in vectors.
// 12×2 vectors of 16 leave 8 of AVX-512's 32 registers for operands, 6×2
// vectors of 8 leave 4 of AVX2's 16.
func tileShape(set isa) (rows, vectors int) {
	if set == avx512 {
		return 12, 2
	}
	return 6, 2
}

// blockRows is the rows of a usual block of A. While its tiles run, the next
// strip of B is fetched, the same part in each.
const blockRows = 192

// tile emits the GEMM micro-kernel.
func tile(a *asm) {
	rows, vectors := tileShape(a.isa)
	a.function("tile", "(tiles, k int, a []float32, lda int, b, c []float32, ldc int, add []float32, ldadd int)",
		"computes register tiles of a matrix product, one below the other, from one:",
		"",
		"\tfor i := range tiles * mr {",
		"\t\tfor j := range nr {",
		"\t\t\tfor p := range k {",
		"\t\t\t\tsum += a[i*lda+p] * b[p*nr+j]",
		"\t\t\t}",
		"\t\t\tc[i*ldc+j] = sum + add[i*ldadd+j]",
		"\t\t}",
		"\t}",
	)
	tiles, pa, lda := a.integer("tiles"), a.ptr("a"), a.integer("lda")
	pc, ldc, add, ldadd := a.ptr("c"), a.integer("ldc"), a.ptr("add"), a.integer("ldadd")
	for _, stride := range []reg.Register{lda, ldc, ldadd} {
		a.SHLQ(operand.U8(2), stride)
	}
	acc := make([][]reg.VecVirtual, rows)
	for i := range acc {
		acc[i] = a.vecs(vectors)
	}

	// The next strip of a panel follows this one.
	next, strip := a.integer("k"), a.ptr("b")
	a.IMUL3Q(operand.I32(vectors*a.bytes()), next, next)
	a.ADDQ(strip, next)

	a.Label("tile")
	k, pb := a.integer("k"), a.ptr("b")
	row := a.GP64()
	a.MOVQ(pc, row)
	for range rows { // the tile of C is needed only after the loop
		for v := 0; v < vectors*a.bytes(); v += 64 {
			a.PREFETCHT0(at(row, v))
		}
		a.ADDQ(ldc, row)
	}
	tileSum(a, acc, k, pa, lda, pb, next)
	tileStore(a, acc, pc, ldc, add, ldadd)
	for range rows / 2 {
		a.LEAQ(indexed(pa, lda, 2, 0), pa)
	}
	a.DECQ(tiles)
	a.JNZ(operand.LabelRef("tile"))
	a.ret()
}

// tileSum computes the sums of one tile. It destroys k and pb, and advances next.
func tileSum(a *asm, acc [][]reg.VecVirtual, k, pa, lda, pb, next reg.Register) {
	const unroll = 4
	rows, vectors := len(acc), len(acc[0])
	for _, line := range acc {
		for _, v := range line {
			a.clear(v)
		}
	}
	// Each third row has a pointer; the next two are one and two strides on.
	pointers := make([]reg.Register, rows/3)
	for i := range pointers {
		pointers[i] = a.GP64()
		if i == 0 {
			a.MOVQ(pa, pointers[i])
		} else {
			a.LEAQ(indexed(pointers[i-1], lda, 2, 0), pointers[i])
			a.ADDQ(lda, pointers[i])
		}
	}
	advance := func(steps int) {
		for _, p := range pointers {
			a.ADDQ(operand.U32(4*steps), p)
		}
		a.ADDQ(operand.U32(steps*vectors*a.bytes()), pb)
	}
	a.SUBQ(operand.U8(unroll), k)
	a.JLT(operand.LabelRef("rest"))
	a.Label("block")
	a.PREFETCHT1(at(next, 0))
	a.ADDQ(operand.U8(unroll*vectors*a.bytes()*rows/blockRows), next)
	for u := range unroll {
		tileStep(a, acc, pointers, lda, pb, u)
	}
	advance(unroll)
	a.SUBQ(operand.U8(unroll), k)
	a.JGE(operand.LabelRef("block"))

	a.Label("rest")
	a.ADDQ(operand.U8(unroll), k)
	a.JZ(operand.LabelRef("summed"))
	a.Label("single")
	tileStep(a, acc, pointers, lda, pb, 0)
	advance(1)
	a.DECQ(k)
	a.JNZ(operand.LabelRef("single"))
	a.Label("summed")
}

// tileStep adds the outer product of one column of A and one row of the B
// panel, those at step u from the pointers.
func tileStep(a *asm, acc [][]reg.VecVirtual, pointers []reg.Register, lda, pb reg.Register, u int) {
	vectors := len(acc[0])
	b := a.vecs(vectors)
	for j, v := range b {
		a.VMOVUPS(at(pb, (u*vectors+j)*a.bytes()), v)
	}
	for i := range acc {
		x := a.vec()
		from := at(pointers[i/3], 4*u)
		if i%3 > 0 {
			from = indexed(pointers[i/3], lda, uint8(i%3), 4*u)
		}
		a.VBROADCASTSS(from, x)
		for j, v := range b {
			a.VFMADD231PS(v, x, acc[i][j])
		}
	}
}

// tileStore writes the tile, plus add unless that is nil, and advances the
// pointers to the next tile.
func tileStore(a *asm, acc [][]reg.VecVirtual, pc, ldc, add, ldadd reg.Register) {
	a.TESTQ(add, add)
	a.JZ(operand.LabelRef("plain"))
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
}
