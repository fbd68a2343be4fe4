package neon

// The constants of gelu_generic.go: 2u = x·(geluA + geluB·x²).
const (
	geluA = 1.5957691216057308
	geluB = 0.071354816272600
)

// geluConstants are what sigmoid needs in registers.
type geluConstants struct {
	expConstants
	negA, negB vec
}

func (a *asm) geluConstants() geluConstants {
	return geluConstants{a.expConstants(), a.constant(-geluA), a.constant(-geluB)}
}

// sigmoid returns v², e = exp(−2u) and 1 + e, whose inverse is σ(2u), with 2u = v·(A + B·v²).
func (a *asm) sigmoid(k geluConstants, v vec) (square, e, sum vec) {
	square, e, sum = a.vec(), a.vec(), a.vec()
	a.FMUL(v, v, square)
	a.MOV(k.negA, e)
	a.FMLA(k.negB, square, e)
	a.FMUL(v, e, e)
	a.exp(k.expConstants, e)
	a.FADD(k.one, e, sum)
	return square, e, sum
}

func gelu(a *asm) {
	a.function("gelu", "(y, x []float32)",
		"applies the Gaussian error linear unit:", "",
		"\tfor i, v := range x {", "\t\ty[i] = v / (1 + exp(-v*(geluA+geluB*v*v)))", "\t}")
	y, x, n := a.ptr("y"), a.ptr("x"), a.length("y")
	k := a.geluConstants()
	a.stream(n, 2, func(l lanes) {
		v := l.load(x)
		_, _, sum := a.sigmoid(k, v)
		a.FDIV(sum, v, v)
		l.store(v, y)
	}, y, x)
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
	k := a.geluConstants()
	low, high := a.constant(-10), a.constant(10)
	slopeA, slopeB := a.constant(geluA), a.constant(3*geluB)
	a.stream(n, 2, func(l lanes) {
		v := l.load(x)
		a.FMAX(low, v, v)
		a.FMIN(high, v, v)
		square, e, s := a.sigmoid(k, v)
		a.FDIV(s, k.one, s)
		slope := a.vec() // geluA + 3·geluB·v²
		a.MOV(slopeA, slope)
		a.FMLA(slopeB, square, slope)
		a.FMUL(s, e, e)
		a.FMUL(s, v, v)
		a.FMUL(e, v, v)
		a.FMLA(slope, v, s)
		a.FMUL(l.load(dy), s, s)
		l.store(s, dx)
	}, dx, dy, x)
	a.ret()
}
