package main

import "github.com/mmcloughlin/avo/reg"

// inverse returns 1/n in every lane.
func (a *asm) inverse(n reg.Register) reg.VecVirtual {
	count, one := a.XMM(), a.XMM()
	a.VXORPS(count, count, count)
	a.VCVTSI2SSQ(n, count, count)
	a.VMOVSS(a.constant("one", 1), one)
	a.VDIVSS(count, one, count)
	v := a.vec()
	a.VBROADCASTSS(count, v)
	return v
}

// total returns the sum of all lanes of acc in every lane.
func (a *asm) total(acc []reg.VecVirtual) reg.VecVirtual {
	v := a.vec()
	a.VBROADCASTSS(a.fold(a.add, acc).AsX(), v)
	return v
}

func layerNorm(a *asm) {
	a.function("layerNorm", "(y, x, gain, bias []float32, eps float32) (mean, rstd float32)",
		"normalises a row, with its mean and biased variance:", "",
		"\tfor i, v := range x {", "\t\ty[i] = (v-mean)/sqrt(variance+eps)*gain[i] + bias[i]", "\t}")
	y, x, gain, bias, n := a.ptr("y"), a.ptr("x"), a.ptr("gain"), a.ptr("bias"), a.length("x")
	inverse := a.inverse(n)

	acc := a.zeros(sums)
	a.stream(n, sums, func(l lanes) {
		a.VADDPS(l.load(x), acc[l.copy], acc[l.copy])
	})
	mean := a.total(acc)
	a.VMULPS(inverse, mean, mean)

	acc = a.zeros(sums)
	a.stream(n, sums, func(l lanes) {
		v := l.load(x)
		a.VSUBPS(mean, v, v)
		l.clip(v)
		a.VFMADD231PS(v, v, acc[l.copy])
	})
	rstd := a.total(acc)
	eps := a.broadcast("eps")
	a.VFMADD213PS(eps, inverse, rstd)
	a.VSQRTPS(rstd, rstd)
	one := a.vec()
	a.VMOVUPS(a.constant("one", 1), one)
	a.VDIVPS(rstd, one, rstd)

	a.stream(n, 2, func(l lanes) {
		v := l.load(x)
		a.VSUBPS(mean, v, v)
		a.VMULPS(rstd, v, v)
		a.VFMADD213PS(l.load(bias), l.load(gain), v)
		l.store(v, y)
	})
	a.Store(mean.AsX(), a.Return("mean"))
	a.Store(rstd.AsX(), a.Return("rstd"))
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
	dx, dgain, dbias := a.ptr("dx"), a.ptr("dgain"), a.ptr("dbias")
	dy, x, gain, n := a.ptr("dy"), a.ptr("x"), a.ptr("gain"), a.length("x")
	mean, rstd := a.broadcast("mean"), a.broadcast("rstd")
	const unroll = 2
	sumH, sumHN := a.zeros(unroll), a.zeros(unroll)
	a.stream(n, unroll, func(l lanes) {
		d, norm, w := l.load(dy), l.load(x), l.load(dgain)
		a.VSUBPS(mean, norm, norm)
		a.VMULPS(rstd, norm, norm)
		a.VFMADD231PS(norm, d, w)
		l.store(w, dgain)
		b := l.load(dbias)
		a.VADDPS(d, b, b)
		l.store(b, dbias)
		a.VMULPS(l.load(gain), d, d) // h, 0 beyond the end
		a.VADDPS(d, sumH[l.copy], sumH[l.copy])
		l.clip(norm)
		a.VFMADD231PS(norm, d, sumHN[l.copy])
	})
	inverse := a.inverse(n)
	avgH, avgHN := a.total(sumH), a.total(sumHN)
	a.VMULPS(inverse, avgH, avgH)
	a.VMULPS(inverse, avgHN, avgHN)
	a.stream(n, unroll, func(l lanes) {
		h, norm := l.load(dy), l.load(x)
		a.VSUBPS(mean, norm, norm)
		a.VMULPS(rstd, norm, norm)
		a.VMULPS(l.load(gain), h, h)
		a.VSUBPS(avgH, h, h)
		a.VFNMADD231PS(avgHN, norm, h)
		a.VMULPS(rstd, h, h)
		l.store(h, dx)
	})
	a.ret()
}
