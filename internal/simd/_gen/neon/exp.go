package neon

// expConstants are what exp needs in registers.
type expConstants struct{ low, high, log2e, ln2Hi, ln2Lo, c3, c4, c5, c6, half, one vec }

// expConstants loads the constants of exp_generic.go.
func (a *asm) expConstants() expConstants {
	return expConstants{
		low: a.constant(-105), high: a.constant(89),
		log2e: a.constant(1.44269504), ln2Hi: a.constant(0.693359375), ln2Lo: a.constant(-2.12194440e-4),
		c3: a.constant(0.16666535), c4: a.constant(0.041667238), c5: a.constant(0.008367483), c6: a.constant(0.0013863781),
		half: a.constant(0.5), one: a.constant(1),
	}
}

// exp replaces x by eˣ; see exp_generic.go for the method. A NaN stays one: FMAX and FMIN pass it
// on, and it counts as the integer 0.
func (a *asm) exp(k expConstants, x vec) {
	a.scope(func() {
		n, square, p := a.vec(), a.vec(), k.c6
		a.FMAX(k.low, x, x)
		a.FMIN(k.high, x, x)
		a.FMUL(k.log2e, x, n)
		a.FRINTN(n, n)
		a.FMLS(k.ln2Hi, n, x)
		a.FMLS(k.ln2Lo, n, x)
		for _, c := range []vec{k.c5, k.c4, k.c3, k.half} {
			sum := a.vec()
			a.MOV(c, sum)
			a.FMLA(p, x, sum)
			p = sum
		}
		a.FMUL(x, x, square)
		a.FMLA(square, p, x)
		a.FADD(k.one, x, x)
		a.scaleByPower(k, n, x)
	})
}

// scaleByPower multiplies p, which is near 1, by 2ⁿ in two steps: half of n is added to the
// exponent of p, where it has room, and the rest to that of a factor.
func (a *asm) scaleByPower(k expConstants, n, p vec) {
	half := a.vec()
	a.FCVTNS(n, n)
	a.SSHR(1, n, half)
	a.SUBV(half, n, n)
	a.SHL(23, half, half)
	a.SHL(23, n, n)
	a.ADDV(half, p, p)
	a.ADDV(k.one, n, n) // the bits of 1 are a biased exponent of 0
	a.FMUL(n, p, p)
}

func expSum(a *asm) {
	a.function("expSum", "(y, x []float32, scale, shift, gain float32) float32",
		"exponentiates and sums:", "",
		"\tfor i := range y {", "\t\ty[i] = gain * exp(scale*x[i]-shift)", "\t\tsum += y[i]", "\t}")
	y, x, n := a.ptr("y"), a.ptr("x"), a.length("y")
	scale, shift, gain := a.broadcast("scale"), a.broadcast("shift"), a.broadcast("gain")
	k, acc := a.expConstants(), a.zeros(2)
	a.FNEG(shift, shift)
	a.stream(n, len(acc), func(l lanes) {
		v := a.vec()
		a.MOV(shift, v)
		a.FMLA(l.load(x), scale, v)
		a.exp(k, v)
		a.FMUL(gain, v, v)
		l.store(v, y)
		l.clip(v)
		a.FADD(v, acc[l.copy], acc[l.copy])
	}, y, x)
	a.result("ret", 4, a.fold(a.FADD, acc))
	a.ret()
}

func sumExp(a *asm) {
	a.function("sumExp", "(x []float32, shift float32) float32",
		"sums exponentials:", "", "\tfor i := range x {", "\t\tsum += exp(x[i]-shift)", "\t}")
	x, n, shift := a.ptr("x"), a.length("x"), a.broadcast("shift")
	k, acc := a.expConstants(), a.zeros(2)
	a.stream(n, len(acc), func(l lanes) {
		v := l.load(x)
		a.FSUB(shift, v, v)
		a.exp(k, v)
		l.clip(v)
		a.FADD(v, acc[l.copy], acc[l.copy])
	}, x)
	a.result("ret", 4, a.fold(a.FADD, acc))
	a.ret()
}
