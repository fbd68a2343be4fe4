package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dropout emits Philox4x32-10 on one block of counters in each 64-bit lane.
// VPMULUDQ reads the low 32 bits of a lane and writes all 64 of the product, so
// its low half serves as the next word as it is, and a shift gives the high one:
// bits 32 to 63 of the state are never looked at.
func dropout(a *asm) {
	a.function("dropout", "(dst, src []float32, key uint64, block, row, head, seq, threshold uint32, scale float32)",
		"applies the mask of one row; lane i of a block is word i/2, low half first:", "",
		"\tfor i := range dst {",
		"\t\tif lane(philox(key, block+i/8, row, head, seq), i%8) >= threshold {",
		"\t\t\tdst[i] = src[i] * scale",
		"\t\t} else {", "\t\t\tdst[i] = 0", "\t\t}", "\t}")
	d := dropper{asm: a, dst: a.ptr("dst"), src: a.ptr("src"), index: a.GP64(), left: a.length("dst")}
	d.scale, d.threshold = a.broadcast("scale"), a.broadcast("threshold")
	a.duplicateHalves(d.threshold)

	counter, step := a.broadcast("block"), a.vec()
	a.VPADDD(a.laneOrder(), counter, counter)
	a.VMOVDQUx(a.bits("philoxBlocks"+a.suffix, uint32(a.lanes/2)), step)
	a.XORQ(d.index, d.index)
	size := operand.U32(d.size())

	a.SUBQ(size, d.left)
	a.JLT(operand.LabelRef("partial"))
	a.Label("whole")
	d.apply(a.philox(counter), false)
	a.VPADDD(step, counter, counter)
	a.ADDQ(size, d.index)
	a.SUBQ(size, d.left)
	a.JGE(operand.LabelRef("whole"))
	a.Label("partial")
	a.ADDQ(size, d.left)
	a.JZ(operand.LabelRef("done"))
	d.apply(a.philox(counter), true)
	a.Label("done")
	a.ret()
}

// duplicateHalves copies the low 16 bits of each word to its high ones.
func (a *asm) duplicateHalves(v reg.VecVirtual) {
	high := a.vec()
	a.VPSLLD(operand.U8(16), v, high)
	if a.isa == avx512 {
		a.VPORD(high, v, v)
	} else {
		a.VPOR(high, v, v)
	}
}

// VMOVDQUx moves a whole vector of integers.
func (a *asm) VMOVDQUx(from, to operand.Op) {
	if a.isa == avx512 {
		a.VMOVDQU32(from, to)
	} else {
		a.VMOVDQU(from, to)
	}
}

// laneOrder returns the block number of each 64-bit lane. Unpacking words pairs
// lane 2i with 2i+1 in 128-bit lane i, and gives all even lanes before the odd
// ones: these are the numbers that come out in order.
func (a *asm) laneOrder() operand.Mem {
	blocks := a.lanes / 2
	words := make([]uint32, 2*blocks)
	for i := range blocks {
		words[2*i] = uint32(i/2 + i%2*blocks/2)
	}
	return a.table("philoxOrder"+a.suffix, words)
}

// philox returns the random bits of the blocks of counter: two vectors of
// 16-bit lanes in the order of the elements.
func (a *asm) philox(counter reg.VecVirtual) [2]reg.VecVirtual {
	k0, k1, m0, m1 := a.vec(), a.vec(), a.vec(), a.vec()
	key, err := a.Param("key").Resolve()
	if err != nil {
		panic(err)
	}
	a.VBROADCASTSD(key.Addr, k0)
	a.VPSRLQ(operand.U8(32), k0, k1)
	a.VMOVDQUx(a.bits("philoxM0", 0xD2511F53), m0)
	a.VMOVDQUx(a.bits("philoxM1", 0xCD9E8D57), m1)
	c := [4]reg.VecVirtual{a.vec(), a.broadcast("row"), a.broadcast("head"), a.broadcast("seq")}
	a.VMOVDQUx(counter, c[0])
	const rounds = 10
	for round := range rounds {
		c = a.philoxRound(c, k0, k1, m0, m1)
		if round < rounds-1 {
			a.VPADDD(a.bits("philoxW0", 0x9E3779B9), k0, k0)
			a.VPADDD(a.bits("philoxW1", 0xBB67AE85), k1, k1)
		}
	}
	low, high := a.vec(), a.vec()
	a.VPUNPCKLDQ(c[1], c[0], low)
	a.VPUNPCKHDQ(c[1], c[0], high)
	a.VPUNPCKLDQ(c[3], c[2], c[0])
	a.VPUNPCKHDQ(c[3], c[2], c[1])
	a.VPUNPCKLQDQ(c[0], low, low)
	a.VPUNPCKLQDQ(c[1], high, high)
	return [2]reg.VecVirtual{low, high}
}

func (a *asm) philoxRound(c [4]reg.VecVirtual, k0, k1, m0, m1 reg.VecVirtual) [4]reg.VecVirtual {
	p0, p1, hi0, hi1 := a.vec(), a.vec(), a.vec(), a.vec()
	a.VPMULUDQ(m0, c[0], p0)
	a.VPMULUDQ(m1, c[2], p1)
	a.VPSRLQ(operand.U8(32), p0, hi0)
	a.VPSRLQ(operand.U8(32), p1, hi1)
	a.xor3(c[1], k0, hi1)
	a.xor3(c[3], k1, hi0)
	return [4]reg.VecVirtual{hi1, p1, hi0, p0}
}

// xor3 sets z ^= x ^ y.
func (a *asm) xor3(x, y, z reg.VecVirtual) {
	if a.isa == avx512 {
		const parity = 0x96
		a.VPTERNLOGD(operand.U8(parity), x, y, z)
		return
	}
	a.VPXOR(x, z, z)
	a.VPXOR(y, z, z)
}

// dropper applies random bits to the elements from index on.
type dropper struct {
	*asm
	dst, src, index, left reg.Register
	scale, threshold      reg.VecVirtual
}

// size is the number of elements that one call of philox decides.
func (d dropper) size() int { return 4 * d.lanes }

// apply does d.size() elements, or if partial the d.left that remain.
func (d dropper) apply(random [2]reg.VecVirtual, partial bool) {
	for half, bits := range random {
		if d.isa == avx512 {
			d.half512(2*half, bits, partial)
		} else {
			d.half256(2*half, bits, partial)
		}
	}
}

// half512 does vectors v and v+1 with one register of lanes.
func (d dropper) half512(v int, bits reg.VecVirtual, partial bool) {
	keep := d.K()
	const notLess = 5
	d.VPCMPUW(operand.U8(notLess), d.threshold, bits, keep)
	for i := v; i < v+2; i++ {
		l := lanes{asm: d.asm, index: d.index, shift: i * d.bytes()}
		if partial {
			l.mask = d.tailMask512(i * d.lanes)
		}
		x := l.load(d.src)
		d.VMULPS_Z(d.scale, x, keep, x)
		l.store(x, d.dst)
		d.KSHIFTRD(operand.U8(16), keep, keep)
	}
}

// tailMask512 returns the mask of the vector that starts skip elements on.
func (d dropper) tailMask512(skip int) reg.Register {
	bits, k := d.GP64(), d.K()
	d.MOVQ(operand.I32(-1), bits)
	d.BZHIQ(d.left, bits, bits)
	d.SHRQ(operand.U8(skip), bits)
	d.KMOVW(bits.As32(), k)
	return k
}

// half256 does vectors v and v+1 with one register of lanes. A maximum stands in
// for the comparison of unsigned numbers that AVX2 lacks.
func (d dropper) half256(v int, bits reg.VecVirtual, partial bool) {
	most := d.YMM()
	d.VPMAXUW(d.threshold, bits, most)
	d.VPCMPEQW(bits, most, most)
	for i := v; i < v+2; i++ {
		l := lanes{asm: d.asm, index: d.index, shift: i * d.bytes()}
		if partial {
			mask := d.YMM()
			d.VMOVUPS(d.maskWindow(d.left, d.size()).Offset(4*i*d.lanes), mask)
			l.mask = mask
		}
		part, keep := d.XMM(), d.YMM()
		d.VEXTRACTI128(operand.U8(i-v), most, part)
		d.VPMOVSXWD(part, keep)
		x := l.load(d.src)
		d.VMULPS(d.scale, x, x)
		d.VANDPS(keep, x, x)
		l.store(x, d.dst)
	}
}
