package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// expLimits holds the bounds between which exp works, in registers: the order
// of VMAXPS' operands decides what becomes of a NaN, and the memory operand is
// the wrong one.
type expLimits struct{ low, high reg.VecVirtual }

func (a *asm) expLimits() expLimits {
	l := expLimits{a.vec(), a.vec()}
	a.VMOVUPS(a.constant("expLow", -105), l.low)
	a.VMOVUPS(a.constant("expHigh", 89), l.high)
	return l
}

// exp replaces x by eˣ; see exp_generic.go for the method.
func (a *asm) exp(limits expLimits, x reg.VecVirtual) {
	n, p := a.vec(), a.vec()
	a.VMAXPS(x, limits.low, x)
	a.VMINPS(x, limits.high, x)
	a.VMULPS(a.constant("expLog2e", 1.44269504), x, n)
	const nearest = 8 // ties to even, no exception
	if a.isa == avx512 {
		a.VRNDSCALEPS(operand.U8(nearest), n, n)
	} else {
		a.VROUNDPS(operand.U8(nearest), n, n)
	}
	a.VFNMADD231PS(a.constant("expLn2Hi", 0.693359375), n, x)
	a.VFNMADD231PS(a.constant("expLn2Lo", -2.12194440e-4), n, x)
	a.VMOVUPS(a.constant("expC6", expC6), p)
	a.VFMADD213PS(a.constant("expC5", expC5), x, p)
	a.VFMADD213PS(a.constant("expC4", expC4), x, p)
	a.VFMADD213PS(a.constant("expC3", expC3), x, p)
	a.VFMADD213PS(a.constant("expC2", 0.5), x, p)
	a.VFMADD213PS(a.constant("one", 1), x, p)
	a.VFMADD213PS(a.constant("one", 1), x, p)
	a.scaleByPower(p, n, x)
}

// The polynomial of exp_generic.go.
const (
	expC3 = 0.16666535
	expC4 = 0.041667238
	expC5 = 0.008367483
	expC6 = 0.0013863781
)

// scaleByPower sets y = p·2ⁿ. AVX2 must build the power from bits, in two
// factors because the range of n is twice that of one.
func (a *asm) scaleByPower(p, n, y reg.VecVirtual) {
	if a.isa == avx512 {
		a.VSCALEFPS(n, p, y)
		return
	}
	half := a.vec()
	a.VCVTPS2DQ(n, n)
	a.VPSRAD(operand.U8(1), n, half)
	a.VPSUBD(half, n, n)
	for _, part := range []reg.VecVirtual{half, n} {
		a.VPADDD(a.bits("expBias", 127), part, part)
		a.VPSLLD(operand.U8(23), part, part)
		a.VMULPS(part, p, p)
	}
	a.VMOVAPS(p, y)
}

func expSum(a *asm) {
	a.function("expSum", "(y, x []float32, scale, shift, gain float32) float32",
		"exponentiates and sums:", "",
		"\tfor i := range y {", "\t\ty[i] = gain * exp(scale*x[i]-shift)", "\t\tsum += y[i]", "\t}")
	y, x, n := a.ptr("y"), a.ptr("x"), a.length("y")
	scale, shift, gain := a.broadcast("scale"), a.broadcast("shift"), a.broadcast("gain")
	limits, acc := a.expLimits(), a.zeros(2)
	a.stream(n, len(acc), func(l lanes) {
		v := l.load(x)
		a.VFMSUB132PS(scale, shift, v)
		a.exp(limits, v)
		a.VMULPS(gain, v, v)
		l.store(v, y)
		l.clip(v)
		a.VADDPS(v, acc[l.copy], acc[l.copy])
	})
	a.Store(a.fold(a.add, acc).AsX(), a.ReturnIndex(0))
	a.ret()
}

func sumExp(a *asm) {
	a.function("sumExp", "(x []float32, shift float32) float32",
		"sums exponentials:", "", "\tfor i := range x {", "\t\tsum += exp(x[i]-shift)", "\t}")
	x, n, shift := a.ptr("x"), a.length("x"), a.broadcast("shift")
	limits, acc := a.expLimits(), a.zeros(2)
	a.stream(n, len(acc), func(l lanes) {
		v := l.load(x)
		a.VSUBPS(shift, v, v)
		a.exp(limits, v)
		l.clip(v)
		a.VADDPS(v, acc[l.copy], acc[l.copy])
	})
	a.Store(a.fold(a.add, acc).AsX(), a.ReturnIndex(0))
	a.ret()
}
