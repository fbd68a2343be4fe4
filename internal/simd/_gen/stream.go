package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes is one vector of a loop over slices: a whole one, or the partial one at
// the end.
type lanes struct {
	*asm
	index reg.Register // element of the block being done
	shift int          // bytes from there
	copy  int          // which of the unrolled copies this is
	mask  reg.Register // lanes in use: a K or a vector register; nil for all
}

// stream emits loops over the first n elements of slices: body for unroll
// vectors at a time, then for one, then for the partial vector that is left. n
// survives. No pointer moves, all slices share one index.
func (a *asm) stream(n reg.Register, unroll int, body func(l lanes)) {
	a.loops++
	index, left := a.GP64(), a.GP64()
	a.XORQ(index, index)
	a.MOVQ(n, left)
	for _, u := range []int{unroll, 1} {
		a.wholeVectors(index, left, u, body)
		if u == 1 {
			break
		}
	}
	done := a.label("done%d", a.loops)
	a.TESTQ(left, left)
	a.JZ(operand.LabelRef(done))
	body(lanes{asm: a, index: index, mask: a.tailMask(left)})
	a.Label(done)
}

// wholeVectors emits the loop over u vectors at a time.
func (a *asm) wholeVectors(index, left reg.Register, u int, body func(l lanes)) {
	loop, end := a.label("loop%dx%d", a.loops, u), a.label("end%dx%d", a.loops, u)
	size := operand.U32(u * a.lanes)
	a.SUBQ(size, left)
	a.JLT(operand.LabelRef(end))
	a.Label(loop)
	for i := range u {
		body(lanes{asm: a, index: index, shift: i * a.bytes(), copy: i})
	}
	a.ADDQ(size, index)
	a.SUBQ(size, left)
	a.JGE(operand.LabelRef(loop))
	a.Label(end)
	a.ADDQ(size, left)
}

// tailMask returns a mask of the first left lanes, fewer than a vector has.
func (a *asm) tailMask(left reg.Register) reg.Register {
	if a.isa == avx512 {
		bits, k := a.GP64(), a.K()
		a.MOVQ(operand.I32(-1), bits)
		a.BZHIQ(left, bits, bits)
		a.KMOVW(bits.As32(), k)
		return k
	}
	mask := a.YMM()
	a.VMOVUPS(a.maskWindow(left, avx2.lanes), mask)
	return mask
}

// maskWindow returns the address of words of which the first left are all ones
// and the others zero, for left ≤ n ≤ 32.
func (a *asm) maskWindow(left reg.Register, n int) operand.Mem {
	const ones = 32
	words := make([]uint32, 2*ones)
	for i := range ones {
		words[i] = 0xFFFFFFFF
	}
	base, offset := a.GP64(), a.GP64()
	a.LEAQ(a.table("maskWords", words), base)
	a.MOVQ(operand.U32(n), offset)
	a.SUBQ(left, offset)
	return indexed(base, offset, 4, 4*(ones-n))
}

func (l lanes) addr(p reg.Register) operand.Mem { return indexed(p, l.index, 4, l.shift) }

// load returns the vector of p; lanes beyond the end hold 0.
func (l lanes) load(p reg.Register) reg.VecVirtual {
	v := l.vec()
	switch {
	case l.mask == nil:
		l.VMOVUPS(l.addr(p), v)
	case l.isa == avx512:
		l.VMOVUPS_Z(l.addr(p), l.mask, v)
	default:
		l.VMASKMOVPS(l.addr(p), l.mask, v)
	}
	return v
}

// store writes v to p, up to the end.
func (l lanes) store(v reg.VecVirtual, p reg.Register) {
	switch {
	case l.mask == nil:
		l.VMOVUPS(v, l.addr(p))
	case l.isa == avx512:
		l.VMOVUPS(v, l.mask, l.addr(p))
	default:
		l.VMASKMOVPS(v, l.mask, l.addr(p))
	}
}

// fill overwrites the lanes of v beyond the end with those of rest.
func (l lanes) fill(v, rest reg.VecVirtual) {
	switch {
	case l.mask == nil:
	case l.isa == avx512:
		l.VBLENDMPS(v, rest, l.mask, v)
	default:
		l.VBLENDVPS(l.mask, v, rest, v)
	}
}

// clip zeroes the lanes of v beyond the end, for sums.
func (l lanes) clip(v reg.VecVirtual) {
	switch {
	case l.mask == nil:
	case l.isa == avx512:
		l.VMOVAPS_Z(v, l.mask, v)
	default:
		l.VANDPS(l.mask, v, v)
	}
}

// fold reduces all lanes of the vectors v to lane 0 with op, pairing them as a
// tree. Its result lies in the low lane of every width of the register.
func (a *asm) fold(op func(x, y, z operand.Op), v []reg.VecVirtual) reg.VecVirtual {
	for len(v) > 1 {
		half := len(v) / 2
		for i := range half {
			op(v[i+half], v[i], v[i])
		}
		v = v[:half]
	}
	x := v[0]
	if a.isa == avx512 {
		high := a.YMM()
		a.VEXTRACTF64X4(operand.U8(1), x, high)
		op(high, x.AsY(), x.AsY())
	}
	high := a.XMM()
	a.VEXTRACTF128(operand.U8(1), x.AsY(), high)
	op(high, x.AsX(), x.AsX())
	a.VMOVHLPS(x.AsX(), high, high)
	op(high, x.AsX(), x.AsX())
	a.VMOVSHDUP(x.AsX(), high)
	op(high, x.AsX(), x.AsX())
	return x
}

// zeros returns n vectors of zeros.
func (a *asm) zeros(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = a.zero()
	}
	return v
}

// add and highest are the operations of fold.
func (a *asm) add(x, y, z operand.Op)     { a.VADDPS(x, y, z) }
func (a *asm) highest(x, y, z operand.Op) { a.VMAXPS(x, y, z) }
