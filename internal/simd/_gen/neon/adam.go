package neon

func adam(a *asm) {
	a.function("adam", "(p, g, m, v []float32, lr, b1, c1, b2, c2, eps, l2, scale float32)",
		"is one step of Adam:", "",
		"\tfor i := range p {",
		"\t\td := scale * g[i]",
		"\t\tm[i] = b1*m[i] + c1*d",
		"\t\tv[i] = b2*v[i] + c2*d*d",
		"\t\tp[i] -= lr * (m[i]/(sqrt(v[i])+eps) + l2*p[i])",
		"\t\tg[i] = 0", "\t}")
	p, grad, m, v, n := a.ptr("p"), a.ptr("g"), a.ptr("m"), a.ptr("v"), a.length("p")
	lr, b1, b2 := a.broadcast("lr"), a.broadcast("b1"), a.broadcast("b2")
	eps, l2, scale := a.broadcast("eps"), a.broadcast("l2"), a.broadcast("scale")
	c1, c2, zero := a.broadcast("c1"), a.broadcast("c2"), a.zeros(1)[0]
	a.stream(n, 4, func(l lanes) {
		d, first, second, w, square := l.load(grad), l.load(m), l.load(v), l.load(p), a.vec()
		l.store(zero, grad)
		a.FMUL(scale, d, d)
		a.FMUL(b1, first, first)
		a.FMLA(c1, d, first)
		l.store(first, m)
		a.FMUL(c2, d, square) // c2·d·d in this order: d·d may overflow
		a.FMUL(b2, second, second)
		a.FMLA(square, d, second)
		l.store(second, v)
		a.FSQRT(second, second)
		a.FADD(eps, second, second)
		a.FDIV(second, first, first)
		a.FMLA(l2, w, first)
		a.FMLS(lr, first, w)
		l.store(w, p)
	}, p, grad, m, v)
	a.ret()
}
