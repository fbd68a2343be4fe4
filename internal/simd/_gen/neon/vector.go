package neon

import "math"

func add(a *asm) {
	a.function("add", "(dst, a, b []float32)",
		"adds:", "", "\tfor i := range dst {", "\t\tdst[i] = a[i] + b[i]", "\t}")
	dst, x, y, n := a.ptr("dst"), a.ptr("a"), a.ptr("b"), a.length("dst")
	a.stream(n, 4, func(l lanes) {
		v := l.load(x)
		a.FADD(l.load(y), v, v)
		l.store(v, dst)
	}, dst, x, y)
	a.ret()
}

func scale(a *asm) {
	a.function("scale", "(dst, x []float32, s float32)",
		"multiplies:", "", "\tfor i := range dst {", "\t\tdst[i] = s * x[i]", "\t}")
	dst, x, n, s := a.ptr("dst"), a.ptr("x"), a.length("dst"), a.broadcast("s")
	a.stream(n, 4, func(l lanes) {
		v := l.load(x)
		a.FMUL(s, v, v)
		l.store(v, dst)
	}, dst, x)
	a.ret()
}

func axpy(a *asm) {
	a.function("axpy", "(dst, x []float32, s float32)",
		"adds a multiple:", "", "\tfor i := range dst {", "\t\tdst[i] += s * x[i]", "\t}")
	dst, x, n, s := a.ptr("dst"), a.ptr("x"), a.length("dst"), a.broadcast("s")
	a.stream(n, 4, func(l lanes) {
		v := l.load(dst)
		a.FMLA(l.load(x), s, v)
		l.store(v, dst)
	}, dst, x)
	a.ret()
}

func shiftMul(a *asm) {
	a.function("shiftMul", "(dst, x, y []float32, shift, scale float32)",
		"shifts and multiplies:", "", "\tfor i := range dst {", "\t\tdst[i] = (x[i] - shift) * (scale * y[i])", "\t}")
	dst, x, y, n := a.ptr("dst"), a.ptr("x"), a.ptr("y"), a.length("dst")
	shift, scale := a.broadcast("shift"), a.broadcast("scale")
	a.stream(n, 4, func(l lanes) {
		u, v := l.load(x), l.load(y)
		a.FSUB(shift, u, u)
		a.FMUL(scale, v, v)
		a.FMUL(v, u, u)
		l.store(u, dst)
	}, dst, x, y)
	a.ret()
}

func mulSub(a *asm) {
	a.function("mulSub", "(dst, x, w, y []float32, shift, scale float32)",
		"multiplies and subtracts:", "", "\tfor i := range dst {", "\t\tdst[i] = scale * (x[i]*w[i] - shift*y[i])", "\t}")
	dst, x, w, y, n := a.ptr("dst"), a.ptr("x"), a.ptr("w"), a.ptr("y"), a.length("dst")
	shift, scale := a.broadcast("shift"), a.broadcast("scale")
	a.stream(n, 4, func(l lanes) {
		u, v, z := l.load(x), l.load(w), l.load(y)
		a.FMUL(v, u, u)
		a.FMLS(shift, z, u)
		a.FMUL(scale, u, u)
		l.store(u, dst)
	}, dst, x, w, y)
	a.ret()
}

// sums is the number of accumulators of a reduction: enough to hide the latency of an addition.
const sums = 8

func dot(a *asm) {
	a.function("dot", "(x, y []float32) float32",
		"returns the scalar product:", "", "\tfor i := range x {", "\t\tsum += x[i] * y[i]", "\t}")
	x, y, n := a.ptr("x"), a.ptr("y"), a.length("x")
	acc := a.zeros(sums)
	a.stream(n, sums, func(l lanes) {
		a.FMLA(l.load(x), l.load(y), acc[l.copy])
	}, x, y)
	a.result("ret", 4, a.fold(a.FADD, acc))
	a.ret()
}

func maximum(a *asm) {
	a.function("maximum", "(x []float32) float32",
		"returns the largest element:", "", "\tfor i := range x {", "\t\ttop = max(top, x[i])", "\t}")
	x, n := a.ptr("x"), a.length("x")
	acc := make([]vec, sums)
	for i := range acc {
		acc[i] = a.constant(float32(math.Inf(-1)))
	}
	a.stream(n, sums, func(l lanes) {
		v := l.load(x)
		l.fill(v)
		a.FMAXNM(v, acc[l.copy], acc[l.copy])
	}, x)
	a.result("ret", 4, a.fold(a.FMAXNM, acc))
	a.ret()
}

func sumSquares(a *asm) {
	a.function("sumSquares", "(x []float32) float64",
		"sums squares in float64:", "", "\tfor _, v := range x {", "\t\tsum += float64(v) * float64(v)", "\t}")
	x, n := a.ptr("x"), a.length("x")
	const unroll = sums / 2
	acc := a.zeros(sums)
	a.stream(n, unroll, func(l lanes) {
		v, high := l.load(x), a.vec()
		a.FCVTL2(v, high)
		a.FCVTL(v, v)
		a.FMLAD(v, v, acc[2*l.copy])
		a.FMLAD(high, high, acc[2*l.copy+1])
	}, x)
	for width := sums / 2; width > 0; width /= 2 {
		for i := range width {
			a.FADDD(acc[i+width], acc[i], acc[i])
		}
	}
	high := acc[1]
	a.EXT(8, acc[0], acc[0], high)
	a.FADDD(high, acc[0], acc[0])
	a.result("ret", 8, acc[0])
	a.ret()
}
