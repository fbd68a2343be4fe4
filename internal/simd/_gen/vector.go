package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

func add(a *asm) {
	a.function("add", "(dst, a, b []float32)",
		"adds:", "", "\tfor i := range dst {", "\t\tdst[i] = a[i] + b[i]", "\t}")
	dst, x, y, n := a.ptr("dst"), a.ptr("a"), a.ptr("b"), a.length("dst")
	a.stream(n, 4, func(l lanes) {
		v := l.load(x)
		a.VADDPS(l.load(y), v, v)
		l.store(v, dst)
	})
	a.ret()
}

func scale(a *asm) {
	a.function("scale", "(dst, x []float32, s float32)",
		"multiplies:", "", "\tfor i := range dst {", "\t\tdst[i] = s * x[i]", "\t}")
	dst, x, n, s := a.ptr("dst"), a.ptr("x"), a.length("dst"), a.broadcast("s")
	a.stream(n, 4, func(l lanes) {
		v := l.load(x)
		a.VMULPS(s, v, v)
		l.store(v, dst)
	})
	a.ret()
}

func axpy(a *asm) {
	a.function("axpy", "(dst, x []float32, s float32)",
		"adds a multiple:", "", "\tfor i := range dst {", "\t\tdst[i] += s * x[i]", "\t}")
	dst, x, n, s := a.ptr("dst"), a.ptr("x"), a.length("dst"), a.broadcast("s")
	a.stream(n, 4, func(l lanes) {
		v := l.load(dst)
		a.VFMADD231PS(l.load(x), s, v)
		l.store(v, dst)
	})
	a.ret()
}

func shiftMul(a *asm) {
	a.function("shiftMul", "(dst, x, y []float32, shift, scale float32)",
		"shifts and multiplies:", "", "\tfor i := range dst {", "\t\tdst[i] = (x[i] - shift) * (scale * y[i])", "\t}")
	dst, x, y, n := a.ptr("dst"), a.ptr("x"), a.ptr("y"), a.length("dst")
	shift, scale := a.broadcast("shift"), a.broadcast("scale")
	a.stream(n, 4, func(l lanes) {
		u, v := l.load(x), l.load(y)
		a.VSUBPS(shift, u, u)
		a.VMULPS(scale, v, v)
		a.VMULPS(v, u, u)
		l.store(u, dst)
	})
	a.ret()
}

func mulSub(a *asm) {
	a.function("mulSub", "(dst, x, w, y []float32, shift, scale float32)",
		"multiplies and subtracts:", "", "\tfor i := range dst {", "\t\tdst[i] = scale * (x[i]*w[i] - shift*y[i])", "\t}")
	dst, x, w, y, n := a.ptr("dst"), a.ptr("x"), a.ptr("w"), a.ptr("y"), a.length("dst")
	shift, scale := a.broadcast("shift"), a.broadcast("scale")
	a.stream(n, 2, func(l lanes) {
		u, v, z := l.load(x), l.load(w), l.load(y)
		a.VMULPS(v, u, u)
		a.VFNMADD231PS(shift, z, u)
		a.VMULPS(scale, u, u)
		l.store(u, dst)
	})
	a.ret()
}

// sums is the number of accumulators of a reduction: enough to hide the latency
// of an addition.
const sums = 4

func dot(a *asm) {
	a.function("dot", "(x, y []float32) float32",
		"returns the scalar product:", "", "\tfor i := range x {", "\t\tsum += x[i] * y[i]", "\t}")
	x, y, n := a.ptr("x"), a.ptr("y"), a.length("x")
	acc := a.zeros(sums)
	a.stream(n, sums, func(l lanes) {
		a.VFMADD231PS(l.load(x), l.load(y), acc[l.copy])
	})
	a.Store(a.fold(a.add, acc).AsX(), a.ReturnIndex(0))
	a.ret()
}

func maximum(a *asm) {
	a.function("maximum", "(x []float32) float32",
		"returns the largest element:", "", "\tfor i := range x {", "\t\ttop = max(top, x[i])", "\t}")
	x, n := a.ptr("x"), a.length("x")
	least := a.constant("negInf", float32(math.Inf(-1)))
	acc := a.vecs(sums)
	for _, v := range acc {
		a.VMOVUPS(least, v)
	}
	a.stream(n, sums, func(l lanes) {
		v := l.load(x)
		if l.mask != nil {
			rest := a.vec()
			a.VMOVUPS(least, rest)
			l.fill(v, rest)
		}
		a.VMAXPS(v, acc[l.copy], acc[l.copy])
	})
	a.Store(a.fold(a.highest, acc).AsX(), a.ReturnIndex(0))
	a.ret()
}

func sumSquares(a *asm) {
	a.function("sumSquares", "(x []float32) float64",
		"sums squares in float64:", "", "\tfor _, v := range x {", "\t\tsum += float64(v) * float64(v)", "\t}")
	x, n := a.ptr("x"), a.length("x")
	const unroll = sums / 2
	acc := a.zeros(sums)
	a.stream(n, unroll, func(l lanes) {
		v, low, high := l.load(x), a.vec(), a.vec()
		if a.isa == avx512 {
			a.VCVTPS2PD(v.AsY(), low)
			a.VEXTRACTF64X4(operand.U8(1), v, v.AsY())
			a.VCVTPS2PD(v.AsY(), high)
		} else {
			a.VCVTPS2PD(v.AsX(), low)
			a.VEXTRACTF128(operand.U8(1), v, v.AsX())
			a.VCVTPS2PD(v.AsX(), high)
		}
		a.VFMADD231PD(low, low, acc[2*l.copy])
		a.VFMADD231PD(high, high, acc[2*l.copy+1])
	})
	a.VADDPD(acc[2], acc[0], acc[0])
	a.VADDPD(acc[3], acc[1], acc[1])
	a.VADDPD(acc[1], acc[0], acc[0])
	sum := acc[0]
	if a.isa == avx512 {
		high := a.YMM()
		a.VEXTRACTF64X4(operand.U8(1), sum, high)
		a.VADDPD(high, sum.AsY(), sum.AsY())
	}
	high := a.XMM()
	a.VEXTRACTF128(operand.U8(1), sum.AsY(), high)
	a.VADDPD(high, sum.AsX(), sum.AsX())
	a.VPERMILPD(operand.U8(1), sum.AsX(), high)
	a.VADDSD(high, sum.AsX(), sum.AsX())
	a.Store(sum.AsX(), a.ReturnIndex(0))
	a.ret()
}
