package main

import "github.com/mmcloughlin/avo/reg"

// The constants of gelu_generic.go: 2u = x·(geluA + geluB·x²).
const (
	geluA = 1.5957691216057308
	geluB = 0.071354816272600
)

// sigmoid returns σ(2u) and, for the gradient, e = exp(−2u), with 2u = v·(A + B·v²).
func (a *asm) sigmoid(limits expLimits, v reg.VecVirtual) (s, e reg.VecVirtual) {
	e, s = a.vec(), a.vec()
	w := a.vec()
	a.VMULPS(v, v, w)
	a.VMOVUPS(a.constant("geluNegB", -geluB), e)
	a.VFMADD213PS(a.constant("geluNegA", -geluA), w, e)
	a.VMULPS(v, e, e)
	a.exp(limits, e)
	a.VADDPS(a.constant("one", 1), e, s)
	return s, e
}

func gelu(a *asm) {
	a.function("gelu", "(y, x []float32)",
		"applies the Gaussian error linear unit:", "",
		"\tfor i, v := range x {", "\t\ty[i] = v / (1 + exp(-v*(geluA+geluB*v*v)))", "\t}")
	y, x, n := a.ptr("y"), a.ptr("x"), a.length("y")
	limits := a.expLimits()
	a.stream(n, 1, func(l lanes) {
		v := l.load(x)
		s, _ := a.sigmoid(limits, v)
		a.VDIVPS(s, v, v)
		l.store(v, y)
	})
	a.ret()
}

func geluGrad(a *asm) {
	a.function("geluGrad", "(dx, dy, x []float32)",
		"multiplies by the slope of the Gaussian error linear unit:", "",
		"\tfor i, v := range x {",
		"\t\te := exp(-v * (geluA + geluB*v*v))",
		"\t\ts := 1 / (1 + e)",
		"\t\tdx[i] = dy[i] * (s + v*s*(e*s)*(geluA+3*geluB*v*v))",
		"\t}", "", "with v first clamped to where the slope is not yet 0 or 1.")
	dx, dy, x, n := a.ptr("dx"), a.ptr("dy"), a.ptr("x"), a.length("dx")
	limits := a.expLimits()
	low, high := a.vec(), a.vec()
	a.VMOVUPS(a.constant("geluLow", -10), low)
	a.VMOVUPS(a.constant("geluHigh", 10), high)
	a.stream(n, 1, func(l lanes) {
		v := l.load(x)
		a.VMAXPS(v, low, v)
		a.VMINPS(v, high, v)
		s, e := a.sigmoid(limits, v)
		one := a.vec()
		a.VMOVUPS(a.constant("one", 1), one)
		a.VDIVPS(s, one, s)
		slope := a.vec() // geluA + 3·geluB·v²
		a.VMULPS(v, v, slope)
		a.VMULPS(a.constant("gelu3B", 3*geluB), slope, slope)
		a.VADDPS(a.constant("geluA", geluA), slope, slope)
		a.VMULPS(s, e, e)
		a.VMULPS(s, v, v)
		a.VMULPS(e, v, v)
		a.VFMADD231PS(slope, v, s)
		a.VMULPS(l.load(dy), s, s)
		l.store(s, dx)
	})
	a.ret()
}
