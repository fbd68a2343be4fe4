package neon

// inverse returns 1/n in every lane.
func (a *asm) inverse(n reg) vec {
	v := a.constant(1)
	a.scope(func() {
		count := a.vec()
		a.SCVTFS(n, count)
		a.DUP(lane{count, 0}, count)
		a.FDIV(count, v, v)
	})
	return v
}

// total returns the sum of all lanes of acc in every lane.
func (a *asm) total(acc []vec) vec {
	v := a.fold(a.FADD, acc)
	a.DUP(lane{v, 0}, v)
	return v
}

func layerNorm(a *asm) {
	a.function("layerNorm", "(y, x, gain, bias []float32, eps float32) (mean, rstd float32)",
		"normalises a row, with its mean and biased variance:", "",
		"\tfor i, v := range x {", "\t\ty[i] = (v-mean)/sqrt(variance+eps)*gain[i] + bias[i]", "\t}")
	x, n := a.ptr("x"), a.length("x")
	inverse, eps := a.inverse(n), a.broadcast("eps")

	acc := a.zeros(sums)
	a.stream(n, sums, func(l lanes) {
		a.FADD(l.load(x), acc[l.copy], acc[l.copy])
	}, x)
	mean := a.total(acc)
	a.FMUL(inverse, mean, mean)

	x = a.ptr("x")
	acc = a.zeros(sums)
	a.stream(n, sums, func(l lanes) {
		v := l.load(x)
		a.FSUB(mean, v, v)
		l.clip(v)
		a.FMLA(v, v, acc[l.copy])
	}, x)
	variance, rstd := a.total(acc), a.constant(1)
	a.FMLA(inverse, variance, eps)
	a.FSQRT(eps, eps)
	a.FDIV(eps, rstd, rstd)

	x = a.ptr("x")
	y, gain, bias := a.ptr("y"), a.ptr("gain"), a.ptr("bias")
	a.stream(n, 4, func(l lanes) {
		v, z := l.load(x), l.load(bias)
		a.FSUB(mean, v, v)
		a.FMUL(rstd, v, v)
		a.FMLA(l.load(gain), v, z)
		l.store(z, y)
	}, y, x, gain, bias)
	a.result("mean", 4, mean)
	a.result("rstd", 4, rstd)
	a.ret()
}

func layerNormGrad(a *asm) {
	a.function("layerNormGrad", "(dx, dgain, dbias, dy, x, gain []float32, mean, rstd float32)",
		"is the gradient of a normalised row:", "",
		"\tfor i, d := range dy {",
		"\t\tn, h := (x[i]-mean)*rstd, d*gain[i]",
		"\t\tdgain[i] += d * n", "\t\tdbias[i] += d", "\t}",
		"\tfor i, d := range dy {",
		"\t\tn, h := (x[i]-mean)*rstd, d*gain[i]",
		"\t\tdx[i] = rstd * (h - avg(h) - n*avg(h*n))", "\t}")
	dgain, dbias := a.ptr("dgain"), a.ptr("dbias")
	dy, x, gain, n := a.ptr("dy"), a.ptr("x"), a.ptr("gain"), a.length("x")
	mean, rstd := a.broadcast("mean"), a.broadcast("rstd")
	const unroll = 4
	sumH, sumHN := a.zeros(unroll), a.zeros(unroll)
	a.stream(n, unroll, func(l lanes) {
		d, norm, w, b := l.load(dy), l.load(x), l.load(dgain), l.load(dbias)
		a.FSUB(mean, norm, norm)
		a.FMUL(rstd, norm, norm)
		a.FMLA(norm, d, w)
		l.store(w, dgain)
		a.FADD(d, b, b)
		l.store(b, dbias)
		a.FMUL(l.load(gain), d, d) // h, 0 beyond the end
		a.FADD(d, sumH[l.copy], sumH[l.copy])
		l.clip(norm)
		a.FMLA(norm, d, sumHN[l.copy])
	}, dgain, dbias, dy, x, gain)
	inverse := a.inverse(n)
	avgH, avgHN := a.total(sumH), a.total(sumHN)
	a.FMUL(inverse, avgH, avgH)
	a.FMUL(inverse, avgHN, avgHN)
	dx := a.ptr("dx")
	dy, x, gain = a.ptr("dy"), a.ptr("x"), a.ptr("gain")
	a.stream(n, unroll, func(l lanes) {
		h, norm := l.load(dy), l.load(x)
		a.FSUB(mean, norm, norm)
		a.FMUL(rstd, norm, norm)
		a.FMUL(l.load(gain), h, h)
		a.FSUB(avgH, h, h)
		a.FMLS(avgHN, norm, h)
		a.FMUL(rstd, h, h)
		l.store(h, dx)
	}, dx, dy, x, gain)
	a.ret()
}
