package neon

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

// sums is the number of accumulators of a reduction: enough to hide the latency of an addition.
const sums = 8

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
